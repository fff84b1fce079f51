using System.Buffers;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Gitproc.PowerShell.Completion;

/// <summary>The part of a word that is typed: what fits it, and how that is written where it stands.</summary>
internal sealed class CompletedWord
{
    // Quotes of typographers are quotes to PowerShell too, and what is no letter of ASCII is best not guessed at.
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:\\+=%^!~");

    private readonly string _text;
    private readonly char? _quote;
    private readonly bool _isAnywhere;
    private readonly WildcardPattern? _pattern;

    private CompletedWord(string text, char? quote, bool isAnywhere)
    {
        (_text, _quote, _isAnywhere) = (text, quote, isAnywhere);
        // Brackets are of paths more often than of patterns.
        if (text.AsSpan().ContainsAny('*', '?'))
            _pattern = WildcardPattern.Get($"{(isAnywhere ? "*" : "")}{text.Replace("[", "`[", StringComparison.Ordinal)}*", WildcardOptions.IgnoreCase);
    }

    /// <summary>Reads a word.</summary>
    public static CompletedWord Of(string word, bool isAnywhere)
    {
        if (word is not ['\'' or '"', .. var rest])
            return new CompletedWord(word.Replace("`", "", StringComparison.Ordinal), quote: null, isAnywhere);
        var text = rest.EndsWith(word[0]) ? rest[..^1] : rest;
        return new CompletedWord(text.Replace(new string(word[0], 2), word[..1], StringComparison.Ordinal), word[0], isAnywhere);
    }

    /// <summary>Whether a text begins as the word does, or is like it.</summary>
    public bool Fits(string text) =>
        (_isAnywhere ? text.Contains(_text, StringComparison.OrdinalIgnoreCase) : text.StartsWith(_text, StringComparison.OrdinalIgnoreCase))
        || _pattern?.IsMatch(text) == true;

    /// <summary>Writes a text in the place of the word: in the quotes that were begun, or in such as it needs.</summary>
    public string Quote(string text) => _quote switch
    {
        '"' => $"\"{text.Replace("`", "``", StringComparison.Ordinal).Replace("$", "`$", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal)}\"",
        '\'' => Single(text),
        _ => text is [] or ['-' or '~' or '%', ..] || text.AsSpan().ContainsAnyExcept(Plain) ? Single(text) : text,
    };

    private static string Single(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
