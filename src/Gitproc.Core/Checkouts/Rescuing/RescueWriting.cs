using System.Globalization;
using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Writes the commit of a rescue: first the objects that it needs, then the commit and its ref in one step. Done again, it makes the same.
/// </summary>
internal sealed class RescueWriting(GitView view, GitRunner git, RecyclingRequest request)
{
    // Names of git-fsck(1) for what git takes into no index and obeys in no .gitmodules, whatever its settings.
    private static readonly string[] Refused =
    [
        "hasDot", "hasDotdot", "hasDotgit", "fullPathname", "gitmodulesName", "gitmodulesPath", "gitmodulesSymlink", "gitmodulesUpdate", "gitmodulesUrl",
    ];

    // For these git ends, whatever it is told; the last one is no check.
    private static readonly string[] NotToBeChanged = ["nulInHeader", "unterminatedHeader", "skipList"];

    /// <summary>Writes it.</summary>
    /// <param name="index">The path of the index to keep; null for none.</param>
    public Rescue Write(
        RescueSource target, string id, RawFolder root, RawFolder gitDirectory, RepositoryState state, Leftovers leftovers, string? index, CancellationToken cancellationToken)
    {
        var rescue = Describe(id, leftovers) with { Branch = state.Branch is { } branch ? RawText.ToText(branch) : null };
        if (!TryBringObjects(target, leftovers, out var refusal, cancellationToken))
            leftovers = KeepObjectsWhole(gitDirectory, leftovers);
        if (refusal is not null)
            git.Reports?.Report(new PoolReport(ReportKind.Warning, $"{request.Checkout} has commits that git does not take, and its objects are kept as files: {refusal}"));
        var tags = leftovers.Tags.Select(tag => (Id: tag, Content: git.Run(view.Call(request.Checkout, "cat-file", "tag", tag), cancellationToken).Output)).ToList();
        var config = ReadConfig(cancellationToken);
        git.Run(
            Call(target, "fast-import", "--quiet") with
            {
                Input = stream =>
                {
                    using var import = new FastImport(stream);
                    import.Begin(target.Revision, RescueMessage.Write(rescue), request.ReleasedAt, leftovers.Commits);
                    AddFiles(import, new CheckoutTree(root, gitDirectory), leftovers);
                    foreach (var tag in tags)
                        import.Add(RescueTree.Tags + tag.Id, tag.Content);
                    AddState(import, gitDirectory, state);
                    import.Add(RescueTree.Config, config);
                    AddIndex(import, index);
                    import.End();
                },
            },
            cancellationToken);
        return rescue;
    }

    /// <summary>Writes one of commits that a job has undone: they come back as branches.</summary>
    /// <returns>The rescue; null when they cannot be kept, as part of their history is missing.</returns>
    public Rescue? WriteUndone(RescueSource target, string id, Leftovers leftovers, CancellationToken cancellationToken)
    {
        if (!TryBringObjects(target, leftovers, out _, cancellationToken))
            return null;
        var rescue = Describe(id, leftovers) with { IsUndone = true };
        var refs = string.Concat(leftovers.Commits.Select((commit, at) => $"{commit} refs/heads/undone/{(at + 1).ToString(CultureInfo.InvariantCulture)}\n"));
        git.Run(
            Call(target, "fast-import", "--quiet") with
            {
                Input = stream =>
                {
                    using var import = new FastImport(stream);
                    import.Begin(target.Revision, RescueMessage.Write(rescue), request.ReleasedAt, leftovers.Commits);
                    import.Add(RescueTree.Refs, refs);
                    import.End();
                },
            },
            cancellationToken);
        return rescue;
    }

    private Rescue Describe(string id, Leftovers leftovers) => new()
    {
        Id = id,
        Checkout = request.Checkout,
        Repository = request.Key,
        LeaseId = request.LastLease?.Id,
        Holder = request.LastLease is { } lease ? SecretText.Hide(lease.Holder()) : null,
        Job = request.LastLease?.Job?.ToString(),
        RescuedAt = request.ReleasedAt,
        Files = leftovers.Changes,
        Commits = leftovers.NewCommits,
        Size = leftovers.Size,
    };

    // All that the tips lead to and the base's own refs do not. It is not all here when the job has fetched with --depth or --filter, and
    // not what its name says when the job has forged it: index-pack gives each object the name of its content. It refuses what would be
    // dangerous to check out.
    private bool TryBringObjects(RescueSource target, Leftovers leftovers, out string? refusal, CancellationToken cancellationToken)
    {
        refusal = null;
        var wanted = leftovers.Commits.Concat(leftovers.Tags).Concat(leftovers.Objects.Select(found => found.Id)).Concat(leftovers.Staged).ToList();
        // A worktree's objects are in the base repository.
        if (request.Place.IsWorktree || wanted.Count == 0)
            return true;
        var tips = Encoding.ASCII.GetBytes(string.Concat(wanted.Concat(TemplateRefs.Ids(request.Template).Select(id => "^" + id)).Select(line => line + "\n")));
        var pack = Path.Combine(view.Folder, "rescue.pack");
        var packed = git.Run(
            Call(target, "pack-objects", "--quiet", "--revs", "--stdout", "--delta-base-offset") with
            {
                Environment = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", view.Objects), .. RepositoryRules],
                Input = stream => stream.Write(tips),
                ReadOutput = stream =>
                {
                    using var file = File.Create(pack);
                    stream.CopyTo(file);
                },
                MayFail = true,
            },
            cancellationToken);
        if (packed.ExitCode != 0)
            return false;
        var indexed = git.Run(Call(target, "index-pack", Checks(cancellationToken), "--stdin") with { Input = stream => Copy(pack, stream), MayFail = true }, cancellationToken);
        if (indexed.ExitCode != 0)
            refusal = PrintableText.Of(indexed.Error.Split('\n')[0].TrimEnd());
        return indexed.ExitCode == 0
            && git.Run(Call(target, "rev-list", "--quiet", "--objects", "--stdin") with { Input = stream => stream.Write(tips), MayFail = true }, cancellationToken).ExitCode == 0;
    }

    // Not all of git's checks: histories that have been around for long fail some of them. Which there are git itself tells, and it ends
    // for one that it does not know.
    private string Checks(CancellationToken cancellationToken)
    {
        const string Prefix = "fsck.";
        var known = git.Run(new GitCall("help", "--config") { WorkingDirectory = request.Base }, cancellationToken).Output.Split('\n')
            .Where(line => line.StartsWith(Prefix, StringComparison.Ordinal)).Select(line => line[Prefix.Length..]).Where(name => name.All(char.IsAsciiLetterOrDigit));
        return $"--strict={string.Join(',', known.Except(Refused).Except(NotToBeChanged).Select(name => name + "=ignore"))}";
    }

    private static void Copy(string path, Stream to)
    {
        using var file = File.OpenRead(path);
        file.CopyTo(to);
    }

    // Commits that lack something cannot be a commit's parents, and are kept as the files that git has them in.
    private Leftovers KeepObjectsWhole(RawFolder gitDirectory, Leftovers leftovers)
    {
        using var objects = gitDirectory.TryOpenFolder("objects")!;
        var known = TemplateRefs.Ids(request.Template);
        return leftovers with
        {
            Trees =
            [
                .. leftovers.Trees, .. gitDirectory.Find("shallow") is null ? [] : (string[])[".git/shallow"],
                .. objects.Entries().Select(entry => entry.Name).Where(name => name != "info").Select(name => $".git/objects/{name}"),
            ],
            Commits = [.. leftovers.Commits.Where(known.Contains)],
            Tags = [],
            Objects = [],
            Staged = [],
        };
    }

    // A file that is named is read alone, and nothing in it is run (git-config(1), --file, --no-includes).
    private string ReadConfig(CancellationToken cancellationToken) => request.Place.IsWorktree ? "" : SecretConfig.Cut(git.Run(
        view.Call(
            request.Checkout, "config", "--file", Path.Combine(request.Place.GitDirectory, "config"), "--no-includes", "-z",
            "--get-regexp", @"^(branch|submodule)\.|^remote\.origin\.(promisor|partialclonefilter)$") with
        { MayFail = true },
        cancellationToken).Output);

    private static void AddFiles(FastImport import, CheckoutTree tree, Leftovers leftovers)
    {
        var (empty, modes) = (new StringBuilder(), new StringBuilder());
        foreach (var (path, mode) in leftovers.FolderModes)
            AddMode(path, mode);
        foreach (var path in leftovers.Files)
            RawTree.At(tree.Root, path, (folder, name) => AddFile(folder, name, path, hasSecrets: false));
        foreach (var path in leftovers.Trees)
            KeptTree.Walk(tree, path, AddItem);
        foreach (var path in leftovers.EmptyFolders)
            empty.Append(path).Append('\0');
        import.Add(RescueTree.EmptyFolders, empty.ToString());
        import.Add(RescueTree.Modes, modes.ToString());
        import.Add(RescueTree.Deleted, string.Concat(leftovers.Deleted.Select(path => path + "\0")));
        foreach (var id in leftovers.Staged)
            import.AddObject(RescueTree.Staged + id, id, isFolder: false);
        foreach (var (id, isTree) in leftovers.Objects)
            import.AddObject(RescueTree.Objects + id, id, isTree);

        void AddItem(KeptTree.Item item)
        {
            if (item.Kind is EntryKind.File or EntryKind.Link && !item.IsCredential)
                AddFile(item.Parent, item.Name, item.Path, item.MayHoldSecrets);
            if (item.Kind != EntryKind.Folder)
                return;
            AddMode(item.Path, item.Parent.ModeOfFolder(item.Name));
            using var folder = item.Parent.TryOpenFolder(item.Name);
            if (folder?.Entries().Count == 0)
                empty.Append(item.Path).Append('\0');
        }

        bool AddFile(RawFolder folder, string name, string path, bool hasSecrets)
        {
            var to = RescueTree.Work + RescueTree.Escape(path);
            if (folder.ReadLink(name) is { } target)
            {
                import.AddLink(to, target);
                return true;
            }

            using var file = folder.TryOpenFile(name);
            if (file is null)
                return true;
            if (hasSecrets)
                import.Add(to, SecretConfig.Cut(file.ReadAll()));
            else
                import.Add(to, file);
            AddMode(path, file.Mode);
            return true;
        }

        void AddMode(string path, UnixFileMode? mode)
        {
            if (mode is { } known)
                modes.Append(Convert.ToString((int)known, 8)).Append(' ').Append(path).Append('\0');
        }
    }

    private void AddState(FastImport import, RawFolder gitDirectory, RepositoryState state)
    {
        foreach (var path in StateFiles.List(gitDirectory))
        {
            using var file = RawTree.At(gitDirectory, path, (folder, name) => folder.TryOpenFile(name));
            // Of a registered work tree there may be a config.
            if (file is not null && path.EndsWith("/config.worktree", StringComparison.Ordinal))
                import.Add(RescueTree.GitDirectory + RescueTree.Escape(path), SecretConfig.Cut(file.ReadAll()));
            else if (file is not null)
                import.Add(RescueTree.GitDirectory + RescueTree.Escape(path), file);
        }

        import.Add(RescueTree.Refs, DescribeRefs(state));
    }

    private string DescribeRefs(RepositoryState state) => request.Place.IsWorktree ? DescribeOwn(state) : DescribeAll(state);

    // Other branches are where they were. That which is checked out may be another one's by the time of the restore.
    private static string DescribeOwn(RepositoryState state)
    {
        var head = $"refs/heads/{state.Branch}";
        var shared = state.Branch is not null && state.Commit is not null && state.Refs.ContainsKey(head) ? $"{state.Commit} {head}\n" : "";
        return shared + string.Concat(state.LocalRefs().Select(local => $"{local.Value} {local.Key}\n"));
    }

    private string DescribeAll(RepositoryState state)
    {
        using var folder = RawFolder.Open(request.Template);
        var pristine = RefFiles.Read(folder);
        var lines = new StringBuilder();
        foreach (var (name, content) in state.LocalRefs().Where(local => pristine.GetValueOrDefault(local.Key) != local.Value))
            lines.Append(content).Append(' ').Append(name).Append('\n');
        foreach (var name in pristine.Keys.Where(name => name.StartsWith("refs/tags/", StringComparison.Ordinal) && !state.Refs.ContainsKey(name)))
            lines.Append("- ").Append(name).Append('\n');
        return lines.ToString();
    }

    private static void AddIndex(FastImport import, string? index)
    {
        if (index is null || !File.Exists(index))
            return;
        using var file = new RawFile(new FileStream(index, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Mode: null);
        import.Add(RescueTree.Index, file);
    }

    private GitCall Call(RescueSource target, params IReadOnlyList<string> arguments) => target.Call(arguments) with { Subject = request.Checkout };

    private static IReadOnlyList<(string Name, string Value)> RepositoryRules { get; } = [("GIT_NO_REPLACE_OBJECTS", "1")];
}
