namespace Gitproc.Repositories;

/// <summary>The addresses of forks: the same host, with another owner.</summary>
internal static class ForkAddress
{
    private const string GitSuffix = ".git";

    /// <summary>True if a text can be the owner of a repository: a user, or a group in a group.</summary>
    public static bool IsOwner(string text) => text.Length > 0 && text.Split('/').All(IsRepositoryName);

    /// <summary>True if a text can be the name of a repository, and leads nowhere else in a path.</summary>
    public static bool IsRepositoryName(string text) =>
        text is not ("" or "." or ".." or ['-', ..])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~');

    /// <summary>Finds the owner in the address of a repository.</summary>
    /// <returns>The owner; null if the address has none.</returns>
    public static string? OwnerOf(string url) => Split(url)?.Owner;

    /// <summary>Makes the address of a fork, in the form of that of the repository.</summary>
    /// <param name="owner">See <see cref="IsOwner"/>.</param>
    /// <param name="name">See <see cref="IsRepositoryName"/>; null for the name of the repository.</param>
    /// <returns>The address; null if the one of the repository has no owner in it.</returns>
    public static string? Of(string url, string owner, string? name) => Split(url) is { } parts
        ? parts.Before + owner + "/" + (name is null ? parts.Name : name + (HasSuffix(parts.Name) ? GitSuffix : ""))
        : null;

    private static (string Before, string Owner, string Name)? Split(string url)
    {
        var text = url.TrimEnd('/');
        var parts = UrlParts.Split(text) ?? ScpParts.Split(text);
        var path = parts?.Path ?? text;
        var begin = text.Length - path.Length;
        var end = text.LastIndexOf('/');
        // On this machine, a folder is the owner.
        var start = parts is null or { Scheme: "file" }
            ? text.LastIndexOf('/', Math.Max(end - 1, 0)) + 1
            : begin + (path is ['/', ..] ? 1 : 0);
        return start >= begin && end > start && end + 1 < text.Length
            ? (text[..start], text[start..end], text[(end + 1)..])
            : null;
    }

    private static bool HasSuffix(string name) => name.EndsWith(GitSuffix, StringComparison.OrdinalIgnoreCase);
}
