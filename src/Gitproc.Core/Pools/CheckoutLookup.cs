using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Finds the checkout that a caller means.</summary>
internal sealed class CheckoutLookup(PoolFolder folder)
{
    /// <summary>Finds the number of a checkout, which the pool need not have.</summary>
    /// <param name="text">A name, or a path in the checkout's folder; null for the current checkout.</param>
    /// <param name="directory">The working directory, absolute.</param>
    public long Find(string? text, string directory)
    {
        if (text is null)
        {
            return OfPath(directory) ?? throw NotFound(
                directory,
                $"{directory} is in no checkout of the pool {folder.Path}.",
                directory,
                Hint.See("list") with { Lead = " Name the checkout: see " });
        }

        var shown = SecretText.Hide(text);
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new GitprocException(
                ErrorReason.CheckoutNotFound, $"'{shown}' is neither the name of a checkout nor a path.", shown);
        }

        var path = Path.GetFullPath(text, directory);
        // A name with a typing error, in a checkout, must not mean that checkout.
        var isPath = text is "." or ".." || text.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar)
            || Path.Exists(path);
        if ((CheckoutName.ReadTyped(text) ?? (isPath ? OfPath(path) : null)) is { } found)
            return found;
        var meant = Spelling.Ask(Spelling.Closest(text, folder.CheckoutFolders()));
        throw NotFound(
            isPath ? path : null,
            $"The pool {folder.Path} has no checkout '{shown}'.{meant}",
            shown,
            Hint.See("list"));
    }

    private GitprocException NotFound(string? path, string message, string target, Hint hint) =>
        path is not null && DescribeCopy(path) is { } copy
            ? new(ErrorReason.CheckoutNotFound, copy, target)
            : new(ErrorReason.CheckoutNotFound, message, target) { Hint = hint };

    // A copy of a checkout has the record that says which one it is, and not the objects that it borrows.
    private string? DescribeCopy(string path)
    {
        for (var at = Paths.Real(path); at is not null; at = Path.GetDirectoryName(at))
        {
            var gitDirectory = Path.Combine(at, ".git");
            if (CheckoutRecord.Read(gitDirectory) is not { } record)
                continue;
            var file = Path.Combine(gitDirectory, "objects", "info", "alternates");
            var lender = PlainFile.TryReadText(file)?.Split('\n')[0];
            var shown = PrintableText.Of(lender ?? "");
            var objects = record.IsStandalone ? "It has all objects that it needs."
                : string.IsNullOrEmpty(lender)
                    ? "It lacks the objects that it borrowed, as it has no file objects/info/alternates any more."
                : Directory.Exists(lender)
                    ? $"It borrows its objects from {shown}. "
                        + $"To have them in it: git -C '{at}' repack -a -d && rm '{file}'"
                    : $"It lacks the objects that it borrowed from {shown}, which is not there: "
                        + $"write the path of a base repository's objects into {file}";
            var key = PrintableText.Of(record.Key);
            return $"{at} is a copy of a checkout of {key}, and none of the pool {folder.Path}. {objects}";
        }

        return null;
    }

    private long? OfPath(string path)
    {
        var relative = Path.GetRelativePath(folder.Path, Paths.Real(path));
        return CheckoutName.Read(relative.Split(Path.DirectorySeparatorChar, 2)[0]);
    }
}
