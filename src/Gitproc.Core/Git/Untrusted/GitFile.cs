using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>What is in a <c>.git</c> file, which says where the git directory is (gitrepository-layout(5), gitfile).</summary>
internal static class GitFile
{
    private const string Prefix = "gitdir: ";

    /// <summary>Reads where it leads, as it is written there: a path that may be relative to the file's folder.</summary>
    /// <param name="content">Text or raw text.</param>
    /// <returns>The path; null when this is no such file.</returns>
    public static string? Read(string content)
    {
        var line = RawText.TrimEnd(content);
        return line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : null;
    }

    /// <summary>What a file has that leads to a path.</summary>
    public static string To(string path) => $"{Prefix}{path}\n";
}
