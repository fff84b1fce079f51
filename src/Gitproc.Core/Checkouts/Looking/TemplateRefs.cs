using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Looking;

/// <summary>
/// The ids in the refs of a template or base repository. The base repository has all of these objects.
/// </summary>
internal static class TemplateRefs
{
    public static HashSet<string> Ids(string repository)
    {
        using var folder = RawFolder.Open(repository);
        return
        [
            .. RefFiles.Packed(folder).Where(line => !IsRescue(line.Name)).Select(line => line.Id),
            .. RefFiles
                .Loose(folder)
                .Where(entry => !IsRescue(entry.Key))
                .Select(entry => RefFiles.IdIn(entry.Value))
                .OfType<string>(),
        ];
    }

    private static bool IsRescue(RawText name) =>
        name.Chars.StartsWith(BaseRefs.RescueFolder, StringComparison.Ordinal);
}
