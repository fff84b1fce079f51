using System.Globalization;
using System.Security.Cryptography;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Tells if an existing rescue covers all work in a checkout, or an interrupted cleaning wrote it. Then recycling can
/// continue without another rescue. Work that is newer than the rescue is not covered.
/// </summary>
internal sealed class RescueCover(RescueSource source, GitView view, GitRunner git, RecyclingRequest request)
{
    /// <summary>True if everything is covered.</summary>
    public bool Has(CheckoutTree tree, Leftovers leftovers, CancellationToken cancellationToken)
    {
        var rescued = new RescueContent(source, git)
            .List(cancellationToken)
            .ToDictionary(item => item.Path, item => item.Id);
        var deleted = rescued.ContainsKey(RescueTree.Deleted) ? Paths(cancellationToken) : [];
        var target = request.Target.Commit is { } commit ? ListTarget(commit, cancellationToken) : [];
        var objects = rescued
            .Where(item => item.Key.StartsWith(RescueTree.Objects))
            .Select(item => item.Key.Split('/')[1].ToText())
            .ToHashSet();
        var commits = source.Identity(git, cancellationToken).Split(' ').ToHashSet(StringComparer.Ordinal);
        return leftovers.Commits.All(id => commits.Contains(id) || id == request.Target.Commit)
            && leftovers.Tags.All(id => rescued.ContainsKey(RescueTree.ById(RescueTree.Tags, id)))
            && leftovers.Objects.All(found => objects.Contains(found.Id))
            && leftovers.Staged.All(id =>
                rescued.ContainsKey(RescueTree.ById(RescueTree.Staged, id))
                || target.ContainsValue(id)
                || rescued.ContainsValue(id))
            && leftovers.Deleted.All(path =>
                deleted.Contains(path) || !target.ContainsKey(path) || rescued.ContainsKey(Kept(path)))
            && leftovers.Files.All(path => RawTree.At(tree.Root, path, (folder, name) => IsKnown(folder, name, path)))
            && leftovers.Trees.All(AreKnown);

        bool AreKnown(RawText path)
        {
            var areKnown = true;
            KeptTree.Walk(
                tree,
                path,
                item =>
                    areKnown =
                        areKnown
                        && (
                            item.Kind is not (EntryKind.File or EntryKind.Link)
                            || item.IsCredential
                            || (
                                item.MayHoldSecrets
                                    ? rescued.ContainsKey(Kept(item.Path))
                                    : IsKnown(item.Parent, item.Name, item.Path))));
            return areKnown;
        }

        bool IsKnown(RawFolder folder, RawText name, RawText path) =>
            IdOf(folder, name) is not { } id
            || rescued.GetValueOrDefault(Kept(path)) == id
            || target.GetValueOrDefault(path) == id;
    }

    private static RawText Kept(RawText path) => RescueTree.Work + RescueTree.Escape(path);

    private HashSet<RawText> Paths(CancellationToken cancellationToken)
    {
        var text = git.Run(
            source.Call("cat-file", "blob", $"{source.Revision}:{RescueTree.Deleted}") with
            {
                Subject = request.Checkout,
            },
            cancellationToken).RawOutput;
        return text.Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
    }

    // git-ls-tree(1): "MODE TYPE ID TAB PATH".
    private Dictionary<RawText, string> ListTarget(string commit, CancellationToken cancellationToken) =>
        git.Run(view.Call(request.Checkout, "ls-tree", "-r", "-z", "--full-tree", commit), cancellationToken)
            .RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (Line: line, Tab: line.IndexOf('\t')))
            .ToDictionary(
                entry => entry.Line[(entry.Tab + 1)..], entry => entry.Line[..entry.Tab].ToText().Split(' ')[2]);

    // The id that git gives a content: the hash of "blob LENGTH", a zero byte and the content. Asking git for it could
    // run something that a job has set.
    private string? IdOf(RawFolder folder, RawText name)
    {
        using var hash = IncrementalHash.CreateHash(
            request.Target.Commit?.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (folder.ReadLink(name) is { } link)
        {
            var bytes = link.ToBytes();
            Append(bytes.Length);
            hash.AppendData(bytes);
            return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
        }

        using var file = folder.TryOpenFile(name);
        if (file is null)
            return null;
        Append(file.Length);
        var buffer = new byte[1 << 16];
        for (int read; (read = file.Content.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();

        void Append(long length) =>
            hash.AppendData(
                System.Text.Encoding.ASCII.GetBytes($"blob {length.ToString(CultureInfo.InvariantCulture)}\0"));
    }
}
