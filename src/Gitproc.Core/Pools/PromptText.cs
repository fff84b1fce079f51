using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Leases;
using Gitproc.Registry;

namespace Gitproc.Pools;

/// <summary>What a shell's prompt says of the checkout that the shell stands in. It reads a file or two: no database, no process.</summary>
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
                return LocalRepository.At(Path.Combine(folder, ".git")) is { } place && LeaseFile.Read(place.GitDirectory) is { } lease && new OwnerLives().WhyOver(lease) is null ? $"[{name}]" : "";
        }

        return "";
    }

    private static bool IsInPool(string checkout) => File.Exists(new PoolFolder(Path.GetDirectoryName(checkout)!).Database);
}
