using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>Checks without a process that checkouts can borrow from a base repository.</summary>
internal static class BaseHealth
{
    /// <param name="mayRestore">False to leave a config that a job has changed as it is.</param>
    /// <returns>What is wrong, as the rest of a sentence; null if nothing is.</returns>
    public static string? FindDamage(string path, bool mayRestore = true)
    {
        try
        {
            if (!Directory.Exists(path))
                return "is gone";
            foreach (var needed in (ReadOnlySpan<string>)["objects", "refs"])
            {
                if (!Directory.Exists(Path.Combine(path, needed)))
                    return $"has no {needed}";
            }

            if (Head.Read(path) is null)
                return "has no readable HEAD";
            var config = Path.Combine(path, "config");
            if (mayRestore && !IsOfBase(config))
                SharedConfig.PutBack(path);
            if (!IsOfBase(config))
                return "has no config of a base repository";
            if (TemplateRepository.Generation(path) is null)
                return "has no template repository";
            var target = BaseRefs.Default(path);
            if (target.Commit is not null)
                return HasObjects(path) ? null : "has lost its objects";
            return BaseRefs.IsDefaultWhole(path, target.Branch) ? null : "has lost its default branch";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {e.Message}";
        }
    }

    /// <summary>True if a file is the config of a base repository.</summary>
    public static bool IsOfBase(string config) => RepositoryConfig.Read(config) is { IsBare: true };

    // gitrepository-layout(5): packs, and loose objects in folders named by the first two digits of their ids.
    private static bool HasObjects(string path)
    {
        var objects = Path.Combine(path, "objects");
        var packs = Path.Combine(objects, "pack");
        return (Directory.Exists(packs) && Directory.EnumerateFiles(packs, "*.pack").Any())
            || Directory.EnumerateDirectories(objects, "??").Any();
    }
}
