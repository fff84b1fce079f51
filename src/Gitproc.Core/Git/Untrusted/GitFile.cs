using Gitproc.Files;

namespace Gitproc.Git.Untrusted;

/// <summary>
/// The content of a <c>.git</c> file, which has the path of the git directory (gitrepository-layout(5), gitfile).
/// </summary>
internal static class GitFile
{
    private const string Prefix = "gitdir: ";

    /// <returns>
    /// The path, as written in the file. It may be relative to the folder of the file. Null if the content is invalid.
    /// </returns>
    public static RawText? Read(RawText content)
    {
        var line = content.TrimEnd();
        return line.Chars.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : null;
    }

    /// <summary>Returns the content of a <c>.git</c> file with a path.</summary>
    public static string To(string path) => $"{Prefix}{path}\n";
}
