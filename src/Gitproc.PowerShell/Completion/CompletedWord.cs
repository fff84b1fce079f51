using System.Buffers;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Gitproc.PowerShell.Completion;

/// <summary>The part of a word that is typed so far: which candidates match it, and how they are quoted.</summary>
internal sealed class CompletedWord
{
    // Characters that need no quotes. PowerShell treats typographic quotes as quotes, so all non-ASCII text is quoted.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:\\+=%^!~");

    private readonly string _text;
    private readonly char? _quote;
    private readonly bool _isAnywhere;
    private readonly WildcardPattern? _pattern;

    private CompletedWord(string text, char? quote, bool isAnywhere)
    {
        (_text, _quote, _isAnywhere) = (text, quote, isAnywhere);
        // A bracket more often belongs to a path than to a pattern.
        if (text.AsSpan().ContainsAny('*', '?'))
            _pattern = WildcardPattern.Get(
                $"{(isAnywhere ? "*" : "")}{text.Replace("[", "`[", StringComparison.Ordinal)}*",
                WildcardOptions.IgnoreCase);
    }

    /// <summary>Parses a word.</summary>
    /// <param name="isAnywhere">True if a candidate may contain the word anywhere, not only at its beginning.</param>
    public static CompletedWord Of(string word, bool isAnywhere)
    {
        if (word is not ['\'' or '"', .. var rest])
            return new CompletedWord(word.Replace("`", "", StringComparison.Ordinal), quote: null, isAnywhere);
        var text = rest.EndsWith(word[0]) ? rest[..^1] : rest;
        return new CompletedWord(
            text.Replace(new string(word[0], 2), word[..1], StringComparison.Ordinal), word[0], isAnywhere);
    }

    /// <summary>
    /// True if a text begins with the word (or contains it), or matches it as a pattern. Case is ignored.
    /// </summary>
    public bool Fits(string text) =>
        (
            _isAnywhere
                ? text.Contains(_text, StringComparison.OrdinalIgnoreCase)
                : text.StartsWith(_text, StringComparison.OrdinalIgnoreCase))
        || _pattern?.IsMatch(text) == true;

    /// <summary>
    /// Quotes a text to replace the word: with the quote that the word begins with, otherwise only if necessary.
    /// </summary>
    public string Quote(string text) =>
        _quote switch
        {
            '"' =>
                $"\"{text.Replace("`", "``", StringComparison.Ordinal).Replace("$", "`$", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal)}\"",
            '\'' => Single(text),
            _ => text is [] or ['-' or '~' or '%', ..] || text.AsSpan().ContainsAnyExcept(Plain) ? Single(text) : text,
        };

    private static string Single(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
