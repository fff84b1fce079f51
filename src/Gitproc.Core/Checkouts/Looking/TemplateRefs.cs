using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>What the refs of a template repository, or of a base repository, name: all of it is in the base repository.</summary>
internal static class TemplateRefs
{
    /// <summary>Reads the ids.</summary>
    public static HashSet<string> Ids(string repository)
    {
        using var folder = RawFolder.Open(repository);
        return
        [
            .. RefFiles.Packed(folder).Where(line => !IsRescue(line.Name)).Select(line => line.Id),
            .. RefFiles.Loose(folder).Where(entry => !IsRescue(entry.Key) && RefFiles.IsId(entry.Value)).Select(entry => entry.Value),
        ];
    }

    private static bool IsRescue(string name) => name.StartsWith(BaseRefs.RescueFolder, StringComparison.Ordinal);
}
