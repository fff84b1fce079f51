using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Pools;

/// <summary>
/// Says in a shell's prompt which checkout the shell is in. Reads a file or two: no database, no process. Thread-safe.
/// </summary>
public static class PromptText
{
    /// <summary>Finds the held checkout around a folder.</summary>
    /// <param name="directory">An absolute path; the folder may be gone.</param>
    /// <returns>As <c>[checkout-3]</c>; empty where there is no checkout, or nobody holds it.</returns>
    public static string Of(string directory)
    {
        for (var folder = Paths.Real(directory); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var name = Path.GetFileName(folder);
            if (CheckoutName.Read(name) is not null && IsInPool(folder))
                return IsHeld(folder) ? $"[{name}]" : "";
        }

        return "";
    }

    private static bool IsInPool(string checkout) =>
        File.Exists(new PoolFolder(Path.GetDirectoryName(checkout)!).Database);

    private static bool IsHeld(string checkout) =>
        LocalRepository.At(Path.Combine(checkout, ".git")) is { } place
        && LeaseFile.Read(place.GitDirectory) is { } lease
        && new OwnerLives().WhyOver(lease) is null;
}
