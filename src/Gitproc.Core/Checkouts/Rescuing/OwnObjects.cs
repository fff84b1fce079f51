using System.Globalization;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The objects that a job has added to a checkout. A standalone checkout also has copies of the base repository's. A
/// job may have packed all of them together (git-gc(1)), so there the base repository is asked.
/// </summary>
internal static class OwnObjects
{
    /// <summary>Measures the objects that commits need and the base repository lacks.</summary>
    /// <returns>The most bytes that they can take.</returns>
    public static long Measure(
        GitView view,
        GitRunner git,
        RecyclingRequest request,
        IEnumerable<string> commits,
        CancellationToken cancellationToken)
    {
        if (!request.Place.IsStandalone)
            return FolderSize.Of(Path.Combine(request.Place.GitDirectory, "objects"));
        var names = commits.Concat(TemplateRefs.Ids(request.Template).Select(id => "^" + id));
        var result = git.Run(
            view.Call(request.Checkout, "rev-list", "--objects", "--disk-usage", "--ignore-missing", "--stdin") with
            {
                Input = Lines(names),
                MayFail = true,
            },
            cancellationToken);
        // In a shallow history (git fetch --depth) git fails.
        return result.ExitCode == 0
            ? long.Parse(result.Output, CultureInfo.InvariantCulture)
            : FolderSize.Of(request.Place.Objects);
    }

    /// <summary>Leaves out the objects that the base repository has, which the job need not have made.</summary>
    public static IEnumerable<string> NotInBase(
        GitRunner git, RecyclingRequest request, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (!request.Place.IsStandalone || ids.Count == 0)
            return ids;
        const string missing = " missing";
        return git.Run(
                BaseCall.Of(request.Base, "cat-file", "--batch-check") with
                {
                    Subject = request.Checkout,
                    Input = Lines(ids),
                },
                cancellationToken)
            .Output.Split('\n')
            .Where(line => line.EndsWith(missing, StringComparison.Ordinal))
            .Select(line => line[..^missing.Length]);
    }

    /// <summary>Lists what an entry of <c>objects</c> holds, without the copies.</summary>
    /// <returns>The path of the entry; paths in it, if there are copies.</returns>
    public static IEnumerable<RawText> In(RawFolder objects, RawText name, RecyclingRequest request)
    {
        using var folder = request.Copies.Count == 0 ? null : objects.TryOpenFolder(name);
        return folder is null
            ? [name]
            :
            [
                .. folder.Entries()
                    .Select(entry => name + "/"u8 + entry.Name)
                    .Where(path => !request.Copies.Contains(path)),
            ];
    }

    private static Action<Stream> Lines(IEnumerable<string> names)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "\n")));
        return stream => stream.Write(bytes);
    }
}
