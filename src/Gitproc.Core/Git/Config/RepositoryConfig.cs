namespace Gitproc.Git.Config;

/// <summary>
/// The config file of one repository, read so far that one that git wrote is told from garbage, without a process
/// (git-config(1), "Syntax"). What the values mean is left to git.
/// </summary>
/// <param name="IsBare">Whether <c>core.bare</c> is set.</param>
internal sealed record RepositoryConfig(bool IsBare)
{
    /// <summary>Reads the file.</summary>
    /// <param name="file">The <c>config</c> of a repository.</param>
    /// <returns>
    /// What it says; null when it is no config, or lacks <c>core.repositoryformatversion</c>, which git writes into
    /// every repository that it makes.
    /// </returns>
    public static RepositoryConfig? Read(string file)
    {
        var (section, hasVersion, isBare, isContinued) = ("", false, false, false);
        foreach (var line in File.ReadLines(file))
        {
            var text = line.Trim();
            var isRest = isContinued;
            isContinued = EndsInBackslash(text);
            if (isRest || IsComment(text))
                continue;
            if (text[0] == '[')
            {
                var end = EndOfHeader(text);
                if (end < 2)
                    return null;
                section = text[1..end].ToLowerInvariant();
                text = text[(end + 1)..].TrimStart();
                if (IsComment(text))
                    continue;
            }

            if (section.Length == 0 || ReadEntry(text) is not var (key, value))
                return null;
            hasVersion |= section == "core" && key == "repositoryformatversion";
            if (section == "core" && key == "bare")
                isBare = value is null or "true" or "yes" or "on" or "1";
        }

        return hasVersion ? new RepositoryConfig(isBare) : null;
    }

    private static bool IsComment(string text) => text is [] or ['#' or ';', ..];

    private static bool EndsInBackslash(string text) => (text.Length - text.TrimEnd('\\').Length) % 2 == 1;

    // The name of a subsection stands in quotes and may have a bracket in it.
    private static int EndOfHeader(string text)
    {
        var isQuoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == ']' && !isQuoted)
                return i;
        }

        return -1;
    }

    // "key" alone means true.
    private static (string Key, string? Value)? ReadEntry(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(KeyCharacters);
        var key = (end < 0 ? text : text[..end]).ToLowerInvariant();
        var rest = text[key.Length..].TrimStart();
        if (key is [] or [not (>= 'a' and <= 'z'), ..] || rest is not ([] or ['=', ..]))
            return null;
        return (key, rest.Length == 0 ? null : rest[1..].Split(['#', ';'])[0].Trim(' ', '\t', '"').ToLowerInvariant());
    }

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}
