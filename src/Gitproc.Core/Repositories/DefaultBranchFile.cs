using System.Globalization;
using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>Reads a file of the remote's default branch, whatever is checked out.</summary>
internal static class DefaultBranchFile
{
    /// <param name="commit">The commit of the default branch.</param>
    /// <param name="name">A name at the top.</param>
    /// <param name="maxBytes">A longer one is not read.</param>
    /// <returns>Its content; empty if there is no such file.</returns>
    public static RawText Read(
        GitRunner git, string basePath, string commit, string name, int maxBytes, CancellationToken cancellationToken)
    {
        // git-ls-tree(1), --long: "mode type id size TAB path".
        var listed = git.Run(BaseCall.Of(basePath, "ls-tree", "--long", commit, "--", name), cancellationToken).Output;
        var fields = listed.Split('\t')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            fields is ["100644" or "100755", _, var id, var size]
            && long.Parse(size, CultureInfo.InvariantCulture) <= maxBytes
                ? git.Run(BaseCall.Of(basePath, "cat-file", "blob", id), cancellationToken).RawOutput
                : default;
    }
}
