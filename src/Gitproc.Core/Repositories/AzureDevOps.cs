namespace Gitproc.Repositories;

/// <summary>
/// The addresses of Azure DevOps, which writes one repository in three ways
/// (learn.microsoft.com/azure/devops/repos/git, "Clone an existing Git repo" and "Use SSH key authentication").
/// </summary>
internal static class AzureDevOps
{
    /// <summary>The host that all names of the site stand for.</summary>
    public const string Host = "dev.azure.com";

    private const string OldDomain = ".visualstudio.com";

    /// <summary>True if the host only speaks ssh.</summary>
    public static bool IsSshHost(string host) => host is "ssh.dev.azure.com" or "vs-ssh.visualstudio.com";

    /// <summary>
    /// True if a user name is the organization of a key. Every URL that the site shows has it, so it is not a secret.
    /// </summary>
    public static bool IsOrganization(string userName, string key) =>
        key.Split('/') is [Host, var organization, ..]
            && userName.Equals(organization, StringComparison.OrdinalIgnoreCase);

    /// <param name="path">The path, without slashes at its ends.</param>
    public static (string Host, string Path) Normalize(string host, string path)
    {
        var parts = path.Split('/');
        // git@ssh.dev.azure.com:v3/org/project/repo
        if (IsSshHost(host))
        {
            return parts is ["v3", var organization, var project, var repository]
                ? Join(organization, project, repository)
                : (host, path);
        }

        if (host == Host)
        {
            return parts is [var organization, .. var rest]
                ? OfGitPath(organization, rest) ?? (host, path)
                : (host, path);
        }

        if (host.EndsWith(OldDomain, StringComparison.Ordinal))
        {
            var withoutCollection =
                parts is [var first, .. var others]
                && first.Equals("DefaultCollection", StringComparison.OrdinalIgnoreCase)
                    ? others
                    : parts;
            return OfGitPath(host[..^OldDomain.Length], withoutCollection) ?? (host, path);
        }

        return (host, path);
    }

    // project/_git/repo, or _git/repo for the repository that has its project's name.
    private static (string Host, string Path)? OfGitPath(string organization, string[] parts) => parts switch
    {
        [var project, "_git", var repository] => Join(organization, project, repository),
        ["_git", var repository] => Join(organization, repository, repository),
        _ => null,
    };

    private static (string Host, string Path) Join(string organization, string project, string repository) =>
        (Host, $"{organization}/{project}/{repository}");
}
