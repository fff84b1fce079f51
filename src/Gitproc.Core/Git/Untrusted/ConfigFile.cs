using System.Buffers;
using System.Text;
using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// Parses one config file as git does (git-config(1), "Syntax"), without a process. Includes are not followed. Not
/// thread-safe.
/// </summary>
internal sealed class ConfigFile
{
    private const string ByteOrderMark = "\u00ef\u00bb\u00bf";

    private readonly string _text;
    private readonly List<KeyValuePair<RawText, RawText?>> _entries = [];
    private int _at;

    private ConfigFile(string text) => _text = text;

    /// <returns>
    /// Keys, as <c>git config --list</c> writes them, and values. The value of a key without <c>=</c> is null.
    /// Null instead of a list if the file does not exist or git would refuse it.
    /// </returns>
    public static IReadOnlyList<KeyValuePair<RawText, RawText?>>? Read(string file) =>
        PlainFile.TryRead(file) is { } bytes ? Parse(RawText.FromBytes(bytes)) : null;

    /// <param name="content">The content of a config file.</param>
    public static IReadOnlyList<KeyValuePair<RawText, RawText?>>? Parse(RawText content)
    {
        var text = content.Chars;
        var file = new ConfigFile(
            text.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? text[ByteOrderMark.Length..] : text);
        return file.ReadAll() ? file._entries : null;
    }

    private bool ReadAll()
    {
        string? section = null;
        while (_at < _text.Length)
        {
            var c = Next();
            if (IsSpace(c))
                continue;
            if (c is '#' or ';')
                SkipLine();
            else if (c == '[' ? (section = ReadHeader()) is null : section is null || !ReadEntry(section, c))
                return false;
        }

        return true;
    }

    // [section], [section "Subsection"], or the deprecated [section.subsection].
    private string? ReadHeader()
    {
        var name = new StringBuilder();
        var c = Next();
        for (; IsKey(c) || c == '.'; c = Next())
            name.Append(char.ToLowerInvariant(c));
        if (name.Length == 0)
            return null;
        if (c == ']')
            return name.ToString();
        while (IsSpace(c) && c != '\n')
            c = Next();
        if (c != '"')
            return null;
        name.Append('.');
        for (c = Next(); c != '"'; c = Next())
        {
            if (c == '\\')
                c = Next();
            if (c == '\n')
                return null;
            name.Append(c);
        }

        return Next() == ']' ? name.ToString() : null;
    }

    private bool ReadEntry(string section, char first)
    {
        if (!char.IsAsciiLetter(first))
            return false;
        var name = new StringBuilder();
        var c = first;
        for (; IsKey(c); c = Next())
            name.Append(char.ToLowerInvariant(c));
        while (c is ' ' or '\t')
            c = Next();
        if (c is not ('\n' or '='))
            return false;
        var value = c == '=' ? ReadValue() : null;
        _entries.Add(new(RawText.FromChars($"{section}.{name}"), value is null ? null : RawText.FromChars(value)));
        return c == '\n' || value is not null;
    }

    private string? ReadValue()
    {
        var value = new StringBuilder();
        // White space at the end of the value does not count.
        var space = new StringBuilder();
        var isQuoted = false;
        for (var c = Next(); c != '\n'; c = Next())
        {
            if (IsSpace(c) && !isQuoted)
            {
                if (value.Length > 0)
                    space.Append(c);
                continue;
            }

            if (c is '#' or ';' && !isQuoted)
            {
                SkipLine();
                break;
            }

            value.Append(space);
            space.Clear();
            if (c == '"')
                isQuoted = !isQuoted;
            else if (c != '\\')
                value.Append(c);
            else if (Next() is var escaped && escaped != '\n')
            {
                if (Unescape(escaped) is not { } meant)
                    return null;
                value.Append(meant);
            }
        }

        return isQuoted ? null : value.ToString();
    }

    private static char? Unescape(char c) => c switch
    {
        't' => '\t',
        'b' => '\b',
        'n' => '\n',
        '\\' or '"' => c,
        _ => null,
    };

    private void SkipLine()
    {
        while (Next() != '\n')
        {
        }
    }

    // The end of the file acts as a line end.
    private char Next()
    {
        if (_at >= _text.Length)
            return '\n';
        if (_text[_at] == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            _at++;
        return _text[_at++];
    }

    private static bool IsKey(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r';
}

/// <summary>Formats parts of a config file (git-config(1), "Syntax").</summary>
internal static class ConfigText
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create("\"\\#;\t\n");

    /// <summary>Formats the header of a section.</summary>
    /// <param name="name">The subsection; null for none.</param>
    public static string Section(string section, string? name) =>
        name is null ? $"[{section}]\n" : $"[{section} \"{Escape(name)}\"]\n";

    /// <summary>Formats a line of a section. The value is quoted and escaped if necessary.</summary>
    /// <param name="value">The value; null for a key without one.</param>
    public static string Line(string key, string? value) =>
        value is null ? $"\t{key}\n" : $"\t{key} = {Quote(value)}\n";

    /// <summary>Formats a section with one line. Special characters are ASCII, so bytes need not be text.</summary>
    /// <param name="key">The full key, as <c>git config --list</c> writes it.</param>
    public static RawText Entry(RawText key, RawText? value) => RawText.FromChars(Entry(key.Chars, value?.Chars));

    /// <inheritdoc cref="Entry(RawText, RawText?)"/>
    public static string Entry(string key, string? value)
    {
        var (first, last) = (key.IndexOf('.', StringComparison.Ordinal), key.LastIndexOf('.'));
        return Section(key[..first], first == last ? null : key[(first + 1)..last]) + Line(key[(last + 1)..], value);
    }

    private static string Quote(string value) =>
        value.AsSpan().ContainsAny(NeedsQuotes) || value != value.Trim()
            ? $"\"{Escape(value).Replace("\t", @"\t", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\""
            : value;

    private static string Escape(string text) =>
        text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
