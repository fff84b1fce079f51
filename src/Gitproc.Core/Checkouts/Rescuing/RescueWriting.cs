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
/// Writes the commit of a rescue: first the objects that it needs, then the commit and its ref in one step.
/// </summary>
/// <remarks>
/// A rescue takes these steps:
/// <para>1. <see cref="LeftoverSearch"/> finds the work that exists only in the checkout. If there is none, or a rescue
/// covers it already (<see cref="RescueCover"/>), nothing else happens.</para>
/// <para>2. A bare repository is made in the pool's <c>tmp</c>. <c>git index-pack</c> checks and copies the objects,
/// and <c>git fast-import</c> writes one commit with everything else (<see cref="RescueTree"/>).</para>
/// <para>3. <see cref="RescueStore.Keep"/> renames the repository into its place. Only now the rescue exists.</para>
/// <para>4. The database notes the rescue, and a warning is shown. After that, recycling may remove the work.</para>
/// A crash before step 3 leaves a folder in <c>tmp</c>, which a repair removes, and all work in the checkout. A crash
/// after it leaves a complete rescue. The next attempt writes the same commit again, recognizes it, and keeps only one.
/// Light-weight checkouts have no store: their rescue is a ref in their own repository, and fast-import makes it.
/// </remarks>
internal sealed class RescueWriting(GitView view, GitRunner git, RecyclingRequest request)
{
    // Check names of git-fsck(1): names that git refuses to put in an index, and .gitmodules that it refuses to obey.
    private static readonly string[] Refused =
    [
        "hasDot",
        "hasDotdot",
        "hasDotgit",
        "fullPathname",
        "gitmodulesName",
        "gitmodulesPath",
        "gitmodulesSymlink",
        "gitmodulesUpdate",
        "gitmodulesUrl",
    ];

    // git stops if it is told to ignore these; the last one is not a check.
    private static readonly string[] NotToBeChanged = ["nulInHeader", "unterminatedHeader", "skipList"];

    /// <summary>Writes a rescue of a checkout's work.</summary>
    /// <param name="index">The path of the index to keep; null for none.</param>
    public Rescue Write(
        RescueSource target,
        string id,
        RawFolder root,
        RawFolder gitDirectory,
        RepositoryState state,
        Leftovers leftovers,
        string? index,
        CancellationToken cancellationToken)
    {
        var rescue = Describe(id, leftovers) with
        {
            Branch = state.Branch?.ToText(),
        };
        if (!TryBringObjects(target, leftovers, out var refusal, cancellationToken))
            leftovers = KeepObjectsWhole(gitDirectory, leftovers);
        if (refusal is not null)
            git.Reports?.Report(
                new PoolReport(
                    ReportKind.Warning,
                    $"{request.Checkout} has commits that git refuses, so its objects are kept as files: {refusal}"));
        var tags = leftovers
            .Tags.Select(tag =>
                (
                    Id: tag,
                    Content: git.Run(view.Call(request.Checkout, "cat-file", "tag", tag), cancellationToken).RawOutput))
            .ToList();
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
                        import.Add(RescueTree.ById(RescueTree.Tags, tag.Id), tag.Content);
                    AddState(import, gitDirectory, state);
                    import.Add(RescueTree.Config, config);
                    AddIndex(import, index);
                    import.End();
                },
            },
            cancellationToken);
        return rescue;
    }

    /// <summary>Writes a rescue of commits that a job has undone. A restore brings them back as branches.</summary>
    /// <returns>The rescue; null if they cannot be kept, because part of their history is missing.</returns>
    public Rescue? WriteUndone(RescueSource target, string id, Leftovers leftovers, CancellationToken cancellationToken)
    {
        if (!TryBringObjects(target, leftovers, out _, cancellationToken))
            return null;
        var rescue = Describe(id, leftovers) with { IsUndone = true };
        var refs = string.Concat(
            leftovers.Commits.Select(
                (commit, at) => $"{commit} refs/heads/undone/{(at + 1).ToString(CultureInfo.InvariantCulture)}\n"));
        git.Run(
            Call(target, "fast-import", "--quiet") with
            {
                Input = stream =>
                {
                    using var import = new FastImport(stream);
                    import.Begin(target.Revision, RescueMessage.Write(rescue), request.ReleasedAt, leftovers.Commits);
                    import.Add(RescueTree.Refs, RawText.FromText(refs));
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

    // Copies everything that the tips reach and the base repository's refs do not. Objects may be missing after a fetch
    // with --depth or --filter. They may be forged; index-pack names each object by its content. It also refuses
    // objects that are dangerous to check out.
    private bool TryBringObjects(
        RescueSource target, Leftovers leftovers, out string? refusal, CancellationToken cancellationToken)
    {
        refusal = null;
        var wanted = leftovers
            .Commits.Concat(leftovers.Tags)
            .Concat(leftovers.Objects.Select(found => found.Id))
            .Concat(leftovers.Staged)
            .ToList();
        // A worktree's objects are in the base repository.
        if (request.Place.IsWorktree || wanted.Count == 0)
            return true;
        var tips = Encoding.ASCII.GetBytes(
            string.Concat(
                wanted.Concat(TemplateRefs.Ids(request.Template).Select(id => "^" + id)).Select(line => line + "\n")));
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
        var indexed = git.Run(
            Call(target, "index-pack", Checks(cancellationToken), "--stdin") with
            {
                Input = stream => Copy(pack, stream),
                MayFail = true,
            },
            cancellationToken);
        if (indexed.ExitCode != 0)
            refusal = PrintableText.Of(indexed.Error.Split('\n')[0].TrimEnd());
        return indexed.ExitCode == 0
            && git.Run(
                Call(target, "rev-list", "--quiet", "--objects", "--stdin") with
                {
                    Input = stream => stream.Write(tips),
                    MayFail = true,
                },
                cancellationToken).ExitCode == 0;
    }

    // Only some of git's checks, because old histories fail others. git lists its checks itself, and stops for a check
    // that it does not know.
    private string Checks(CancellationToken cancellationToken)
    {
        const string Prefix = "fsck.";
        var known = git.Run(new GitCall("help", "--config") { WorkingDirectory = request.Base }, cancellationToken)
            .Output.Split('\n')
            .Where(line => line.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(line => line[Prefix.Length..])
            .Where(name => name.All(char.IsAsciiLetterOrDigit));
        return $"--strict={string.Join(',', known.Except(Refused).Except(NotToBeChanged).Select(name => name + "=ignore"))}";
    }

    private static void Copy(string path, Stream to)
    {
        using var file = File.OpenRead(path);
        file.CopyTo(to);
    }

    // An incomplete commit cannot be a parent, so its objects are kept as the files that git has them in.
    private Leftovers KeepObjectsWhole(RawFolder gitDirectory, Leftovers leftovers)
    {
        using var objects = gitDirectory.TryOpenFolder("objects"u8)!;
        var known = TemplateRefs.Ids(request.Template);
        return leftovers with
        {
            Trees =
            [
                .. leftovers.Trees,
                .. gitDirectory.Find("shallow"u8) is null ? [] : (RawText[])[".git/shallow"u8],
                .. objects
                    .Entries()
                    .Select(entry => entry.Name)
                    .Where(name => name != "info"u8)
                    .SelectMany(name => OwnObjects.In(objects, name, request))
                    .Select(path => RawText.Create($".git/objects/{path}")),
            ],
            Commits = [.. leftovers.Commits.Where(known.Contains)],
            Tags = [],
            Objects = [],
            Staged = [],
        };
    }

    // With --file git reads only this file, and it runs nothing (git-config(1), --file, --no-includes).
    private RawText ReadConfig(CancellationToken cancellationToken) =>
        request.Place.IsWorktree
            ? default
            : SecretConfig.Cut(
                git.Run(
                    view.Call(
                        request.Checkout,
                        "config",
                        "--file",
                        Path.Combine(request.Place.GitDirectory, "config"),
                        "--no-includes",
                        "-z",
                        "--get-regexp",
                        @"^(branch|submodule)\.|^remote\.origin\.(promisor|partialclonefilter)$|"
                            // Not uploadpack or receivepack, which are commands.
                            + $@"^remote\.{ForkRecord.Remote}\.(url|fetch|push)$") with
                    {
                        MayFail = true,
                    },
                    cancellationToken).RawOutput);

    private static void AddFiles(FastImport import, CheckoutTree tree, Leftovers leftovers)
    {
        var (empty, modes) = (leftovers.EmptyFolders.ToList(), new List<RawText>());
        foreach (var (path, mode) in leftovers.FolderModes)
            AddMode(path, mode);
        foreach (var path in leftovers.Files)
            RawTree.At(tree.Root, path, (folder, name) => AddFile(folder, name, path, hasSecrets: false));
        foreach (var path in leftovers.Trees)
            KeptTree.Walk(tree, path, AddItem);
        import.Add(RescueTree.EmptyFolders, RawText.Concat(empty, end: '\0'));
        import.Add(RescueTree.Modes, RawText.Concat(modes, end: '\0'));
        import.Add(RescueTree.Deleted, RawText.Concat(leftovers.Deleted, end: '\0'));
        foreach (var id in leftovers.Staged)
            import.AddObject(RescueTree.ById(RescueTree.Staged, id), id, isFolder: false);
        foreach (var (id, isTree) in leftovers.Objects)
            import.AddObject(RescueTree.ById(RescueTree.Objects, id), id, isTree);

        void AddItem(KeptTree.Item item)
        {
            if (item.Kind is EntryKind.File or EntryKind.Link && !item.IsCredential)
                AddFile(item.Parent, item.Name, item.Path, item.MayHoldSecrets);
            if (item.Kind != EntryKind.Folder)
                return;
            AddMode(item.Path, item.Parent.ModeOfFolder(item.Name));
            using var folder = item.Parent.TryOpenFolder(item.Name);
            if (folder?.Entries().Count == 0)
                empty.Add(item.Path);
        }

        bool AddFile(RawFolder folder, RawText name, RawText path, bool hasSecrets)
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

        void AddMode(RawText path, UnixFileMode? mode)
        {
            if (mode is { } known)
                modes.Add(RawText.Create($"{Convert.ToString((int)known, 8)} {path}"));
        }
    }

    private void AddState(FastImport import, RawFolder gitDirectory, RepositoryState state)
    {
        foreach (var path in StateFiles.List(gitDirectory))
        {
            using var file = RawTree.At(gitDirectory, path, (folder, name) => folder.TryOpenFile(name));
            // A registered worktree may have a config of its own.
            if (file is not null && path.EndsWith("/config.worktree"u8))
                import.Add(RescueTree.GitDirectory + RescueTree.Escape(path), SecretConfig.Cut(file.ReadAll()));
            else if (file is not null)
                import.Add(RescueTree.GitDirectory + RescueTree.Escape(path), file);
        }

        import.Add(RescueTree.Refs, DescribeRefs(state));
    }

    private RawText DescribeRefs(RepositoryState state) =>
        request.Place.IsWorktree ? DescribeOwn(state) : DescribeAll(state);

    // Other branches stay in the base repository. The checked-out branch may belong to another worktree when you
    // restore.
    private static RawText DescribeOwn(RepositoryState state)
    {
        var head = RawText.Create($"refs/heads/{state.Branch ?? default}");
        RawText[] shared =
            state.Branch is not null && state.Commit is not null && state.Refs.ContainsKey(head)
                ? [RawText.Create($"{state.Commit} {head}")]
                : [];
        var own = state.LocalRefs().Select(local => local.Value + " "u8 + local.Key);
        return RawText.Concat(shared.Concat(own), end: '\n');
    }

    private RawText DescribeAll(RepositoryState state)
    {
        using var folder = RawFolder.Open(request.Template);
        var pristine = RefFiles.Read(folder);
        var changed = state
            .LocalRefs()
            .Where(local => pristine.GetValueOrDefault(local.Key) != local.Value)
            .Select(local => local.Value + " "u8 + local.Key);
        var deleted = pristine.Keys.Where(name => name.StartsWith("refs/tags/"u8) && !state.Refs.ContainsKey(name));
        return RawText.Concat(changed.Concat(deleted.Select(name => "- "u8 + name)), end: '\n');
    }

    private static void AddIndex(FastImport import, string? index)
    {
        if (index is null || !File.Exists(index))
            return;
        using var file = new RawFile(
            new FileStream(index, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Mode: null);
        import.Add(RescueTree.Index, file);
    }

    // A rescue keeps any name. On Windows a job can have files that git would not write there (core.protectNTFS).
    private GitCall Call(RescueSource target, params IReadOnlyList<string> arguments)
    {
        var call = target.Call(arguments);
        return call with { Subject = request.Checkout, Config = [.. call.Config, ("core.protectNTFS", "false")] };
    }

    private static IReadOnlyList<(string Name, string Value)> RepositoryRules { get; } =
    [("GIT_NO_REPLACE_OBJECTS", "1")];
}
