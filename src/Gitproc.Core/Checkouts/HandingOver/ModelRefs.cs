using Gitproc.Files;
using Gitproc.Git;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>What the refs of a model, or of a base repository, name: all of it is in the base repository.</summary>
internal static class ModelRefs
{
    /// <summary>Reads the ids.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The ids, those too that tags point to.</returns>
    public static HashSet<string> Ids(string model)
    {
        using var folder = RawFolder.Open(model);
        return [.. RefFiles.Packed(folder).Select(line => line.Id), .. RefFiles.Loose(folder).Select(entry => entry.Value).Where(value => RefFiles.IsId(value))];
    }
}
