using Gitproc.Registry;
using Gitproc.Repositories;

namespace Gitproc;

/// <summary>Finds the checkout that a caller means.</summary>
/// <param name="folder">The pool.</param>
internal sealed class CheckoutLookup(PoolFolder folder)
{
    /// <summary>Finds the number of a checkout. Whether the pool has it is not looked up.</summary>
    /// <param name="text">A name, or a path in the checkout's folder; null for the folder the caller stands in.</param>
    /// <param name="directory">The folder the caller stands in, absolute.</param>
    /// <returns>The N of <c>checkout-N</c>.</returns>
    /// <exception cref="GitprocException">The text is neither.</exception>
    public long Find(string? text, string directory)
    {
        if (text is null)
        {
            return OfPath(directory) ?? throw new GitprocException(
                ErrorReason.CheckoutNotFound,
                $"{directory} is in no checkout of the pool {folder.Path}. Name the checkout: see gitproc list.",
                directory);
        }

        var shown = SecretText.Hide(text);
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
            throw new GitprocException(ErrorReason.CheckoutNotFound, $"'{shown}' is neither the name of a checkout nor a path.", shown);
        return CheckoutName.ReadTyped(text) ?? OfPath(Path.GetFullPath(text, directory)) ?? throw new GitprocException(
            ErrorReason.CheckoutNotFound, $"The pool {folder.Path} has no checkout '{shown}'. See gitproc list.", shown);
    }

    private long? OfPath(string path)
    {
        var relative = Path.GetRelativePath(folder.Path, RealPath.Of(path));
        return CheckoutName.Read(relative.Split(Path.DirectorySeparatorChar, 2)[0]);
    }
}
