using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// Heals base repositories. Files that a crash, a full disk or a failing disk has damaged are moved out of git's way,
/// and what is lost by that is fetched again. Objects that the remote no longer has stay if they can be read, because
/// checkouts borrow them.
/// </summary>
/// <remarks>
/// All damage is handled in one way. A git that needs a base repository fails. The damage is found and healed, and
/// <see cref="GitRunner"/> runs the git once more. Only base repositories of the pool are healed; a user's own is
/// never touched. Lost objects come from a fresh clone beside the base repository, whose packs are moved in. A fetch
/// would not do, because it believes that the objects are there which the refs promise.
/// </remarks>
/// <param name="reports">Told what was healed, and what could not be; null for nobody.</param>
internal sealed partial class BaseHealing(PoolFolder folder, IProgress<PoolReport>? reports)
{
    // A job may have made its list of alternates a pipe. To read one commit takes no time.
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(10);

    private readonly GitRunner _git = new(reports);

    /// <summary>The URL to clone from; null for the one that the pool knows.</summary>
    public string? Url { get; init; }

    /// <summary>The password for it; null if the user's own helpers know it.</summary>
    public UrlCredential? Credential { get; init; }

    /// <summary>The longest silence of git before it is ended; null for no limit.</summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>
    /// Heals the base repository that a failed git needs, if it is one of the pool's and is damaged.
    /// </summary>
    /// <param name="began">When it was started, UTC.</param>
    /// <returns>True if git should be run again.</returns>
    public bool TryHeal(GitCall call, string said, DateTime began, CancellationToken cancellationToken)
    {
        if (call.Base is not { } basePath
            || !Directory.Exists(basePath)
            || FindRow(basePath, cancellationToken) is not { } repository)
            return false;
        using var alone = Lock(repository, cancellationToken);
        if (File.GetLastWriteTimeUtc(HealedFile(basePath)) >= began)
            return true;
        var isFreed = RemoveLeft(basePath);
        var damage = BaseDamage.Find(basePath, said);
        // The ref or commit that was asked for may not exist.
        var named = damage.Missing.Where(
            id => !call.Arguments.Any(argument => argument.Contains(id + ":", StringComparison.Ordinal)));
        damage = damage with { Missing = Lacking(basePath, [.. named.Union(ReadTips(basePath))], cancellationToken) };
        // They may be a job's own objects, which went with its checkout.
        if (damage.Missing.Count > 0)
            damage = damage with { Missing = [.. Check(basePath, isThorough: false, cancellationToken).Missing.Keys] };
        if (damage.IsNone)
            return isFreed;
        try
        {
            Heal(repository, basePath, damage, cancellationToken);
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            throw new GitprocException(ErrorReason.GitFailed, $"{said}\n{e.Message}", call.Subject, e);
        }

        return true;
    }

    /// <summary>
    /// Checks every object of a base repository, and heals it. The commits of its checkouts must be complete.
    /// </summary>
    public IReadOnlyList<string> Examine(
        RepositoryRow repository,
        IReadOnlyList<(string Name, string Commit)> checkouts,
        CancellationToken cancellationToken)
    {
        var basePath = folder.Base(repository.Base);
        if (!Directory.Exists(basePath))
            return [];
        using var alone = Lock(repository, cancellationToken);
        var done = new List<string>();
        if (RemoveLeft(basePath))
            done.Add($"What stopped gits left in the base repository of {repository.Key} is removed.");
        try
        {
            if (BaseHealth.FindDamage(basePath) is not null)
            {
                HealSkeleton(repository, basePath, cancellationToken);
                done.Add($"The base repository of {repository.Key} is healed.");
            }

            var checkedNow = Check(basePath, isThorough: true, cancellationToken);
            var damage = BaseDamage.Find(basePath, checkedNow.Said) with { Missing = [.. checkedNow.Missing.Keys] };
            if (!damage.IsNone)
            {
                Heal(repository, basePath, damage, cancellationToken);
                done.Add(
                    $"The base repository of {repository.Key} is healed, in which {damage.Describe()} could not be read."
                );
            }
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
        {
            done.Add(e.Message);
        }

        foreach (
            var (name, commit) in checkouts.Where(checkout =>
                !CanBorrow(basePath, checkout.Name, checkout.Commit, cancellationToken)))
            done.Add(
                $"{name} is at {commit}, of which objects are missing, also from {repository.Url}. Reset it to recreate it."
            );
        return done;
    }

    /// <summary>Heals a base repository that no checkout can borrow from. The caller has its lock.</summary>
    public void HealSkeleton(RepositoryRow repository, string basePath, CancellationToken cancellationToken)
    {
        RemoveLeft(basePath);
        var damage = BaseDamage.Find(basePath, "");
        TakeOut(basePath, damage);
        if (damage.NeedsRemote || BaseHealth.FindDamage(basePath) is not null)
            BringAgain(repository, basePath, damage, cancellationToken);
    }

    private void Heal(RepositoryRow repository, string basePath, BaseDamage damage, CancellationToken cancellationToken)
    {
        TakeOut(basePath, damage);
        var missing = Lacking(basePath, [.. damage.Objects.Union(damage.Missing)], cancellationToken);
        damage = damage with { Missing = missing };
        if (damage.NeedsRemote)
        {
            try
            {
                BringAgain(repository, basePath, damage, cancellationToken);
            }
            catch (GitprocException e) when (e.Reason == ErrorReason.GitFailed)
            {
                throw Unhealed(repository, basePath, damage, $"could not be healed: {e.Message}", cancellationToken);
            }

            if (Check(basePath, isThorough: false, cancellationToken).Missing is { Count: > 0 } lost)
            {
                throw Unhealed(
                    repository,
                    basePath,
                    damage with { Objects = [], Packs = [], Missing = [.. lost.Keys] },
                    $"has them no more: {string.Join(", ", lost.Values.Distinct())}",
                    cancellationToken);
            }
        }
        else if (damage.Refs.Count > 0)
        {
            // The remote has their right values.
            using var database = PoolDatabase.Open(folder.Database, _ => { }, cancellationToken: cancellationToken);
            database.Change(() => database.Repositories.ForgetFetch(repository.Id));
        }

        File.WriteAllText(HealedFile(basePath), "");
        reports?.Report(
            new PoolReport(
                ReportKind.Warning,
                $"the base repository {basePath} was damaged, and is healed: {damage.Describe()} could not be read"));
    }

    // A damaged file is worse than none: git believes that the object is there, and would not write it again.
    private static void TakeOut(string basePath, BaseDamage damage)
    {
        foreach (var name in damage.Refs)
            TakeOutRef(basePath, name);
        foreach (var id in damage.Objects)
            MoveOut(basePath, Path.Combine(basePath, "objects", id[..2], id[2..]), id);
        if (damage.IsStale || damage.Packs.Count > 0 || damage.Objects.Count > 0)
            RemoveNotes(Path.Combine(basePath, "objects"));
    }

    private static void TakeOutRef(string basePath, string name)
    {
        var file = Path.Combine(basePath, name);
        if (name == "packed-refs")
        {
            var lockFile = file + RefNames.LockSuffix;
            using (
                var writer = new StreamWriter(new FileStream(lockFile, FileMode.CreateNew), System.Text.Encoding.Latin1)
                {
                    NewLine = "\n",
                })
            {
                foreach (var line in BaseDamage.WholeLines(File.ReadLines(file, System.Text.Encoding.Latin1)))
                    writer.WriteLine(line);
            }

            FileMove.Replace(lockFile, file);
            return;
        }

        MoveOut(basePath, file, name.Replace('/', '_'));
        const string head = "refs/remotes/origin/HEAD";
        var known = Path.Combine(TemplateRepository.Of(basePath), head);
        if (name == head && File.Exists(known))
            File.Copy(known, file);
    }

    private static void MoveOut(string basePath, string file, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(basePath, "gitproc", "damaged")).FullName;
        if (File.Exists(file))
            FileMove.Replace(file, Path.Combine(folder, name));
    }

    // git makes them again (git-commit-graph(1), git-multi-pack-index(1)).
    private static void RemoveNotes(string objects)
    {
        if (!Directory.Exists(objects))
            return;
        FileMove.Delete(Path.Combine(objects, "info", "commit-graph"));
        FolderRemoval.Remove(Path.Combine(objects, "info", "commit-graphs"));
        foreach (var file in Directory.Exists(Path.Combine(objects, "pack"))
                ? Directory.EnumerateFiles(Path.Combine(objects, "pack"), "multi-pack-index*")
                : [])
            FileMove.Delete(file);
    }

    private void BringAgain(
        RepositoryRow repository, string basePath, BaseDamage damage, CancellationToken cancellationToken)
    {
        var began = DateTimeOffset.UtcNow;
        var unfinished = folder.Unfinished($"base-{repository.Id}");
        using var step = ProgressStep.Begin(reports, $"healing the base repository of {repository.Key}");
        try
        {
            var clone = new BaseClone(folder, _git) { SilenceTimeout = SilenceTimeout }.Make(
                Url ?? repository.Url, Credential, unfinished, cancellationToken);
            MoveIn(Path.Combine(clone, "objects"), Path.Combine(basePath, "objects"));
            foreach (var pack in damage.Packs)
                new PackSalvage(folder, _git, repository).Run(pack, cancellationToken);
            TakeSkeleton(clone, basePath);
            TakeRefs(clone, basePath, cancellationToken);
        }
        finally
        {
            FolderRemoval.TryRemove(unfinished);
        }

        FetchNamed(repository, basePath, cancellationToken);
        var template = new TemplateRepository(_git);
        if (TemplateRepository.Generation(basePath) is null)
            template.Make(basePath, basePath, cancellationToken);
        else
            template.Update(basePath, cancellationToken);
        using var database = PoolDatabase.Open(folder.Database, _ => { }, cancellationToken: cancellationToken);
        database.Change(() => database.Repositories.NoteFetch(repository.Id, began, error: null));
    }

    // A pack is there for git when its index is.
    private static void MoveIn(string from, string to)
    {
        foreach (var file in Directory
                .EnumerateFiles(from, "*", SearchOption.AllDirectories)
                .OrderBy(file => file.EndsWith(".idx", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            FileMove.Replace(file, target);
        }
    }

    private static void TakeSkeleton(string clone, string basePath)
    {
        Directory.CreateDirectory(Path.Combine(basePath, "refs", "heads"));
        Directory.CreateDirectory(Path.Combine(basePath, "gitproc"));
        if (!BaseHealth.IsOfBase(Path.Combine(basePath, "config")))
            File.Copy(Path.Combine(clone, "config"), Path.Combine(basePath, "config"), overwrite: true);
        if (Head.Read(basePath) is null)
            File.Copy(Path.Combine(clone, "HEAD"), Path.Combine(basePath, "HEAD"), overwrite: true);
        const string head = "refs/remotes/origin/HEAD";
        if (!File.Exists(Path.Combine(clone, head)))
            return;
        Directory.CreateDirectory(Path.Combine(basePath, "refs", "remotes", "origin"));
        File.Copy(Path.Combine(clone, head), Path.Combine(basePath, head), overwrite: true);
    }

    private void TakeRefs(string clone, string basePath, CancellationToken cancellationToken)
    {
        var (from, to) = (ReadRemote(clone), ReadRemote(basePath));
        Change(to.Keys.Except(from.Keys).Select(name => "delete "u8 + name));
        Change(
            from.Where(entry => to.GetValueOrDefault(entry.Key) != entry.Value)
                .Select(entry => RawText.Create($"update {entry.Key} {entry.Value}")));

        void Change(IEnumerable<RawText> lines)
        {
            var input = RawText.Concat(lines, end: '\n');
            if (input.Length > 0)
                _git.Run(
                    BaseCall.Of(basePath, "update-ref", "--no-deref", "--stdin") with
                    {
                        Input = stream => stream.Write(input.ToBytes()),
                    },
                    cancellationToken);
        }
    }

    private static Dictionary<RawText, RawText> ReadRemote(string repository)
    {
        using var refs = RawFolder.Open(repository);
        return RefFiles
            .Read(refs)
            .Where(entry =>
                RefFiles.IdIn(entry.Value) is not null
                && (
                    entry.Key.StartsWith("refs/remotes/origin/"u8)
                    || entry.Key.Chars.StartsWith(BaseTags.Folder, StringComparison.Ordinal)))
            .ToDictionary();
    }

    private static List<string> ReadTips(string basePath)
    {
        using var refs = RawFolder.Open(basePath);
        return [.. RefFiles.Read(refs).Values.Select(RefFiles.IdIn).OfType<string>().Distinct()];
    }

    // No clone brings what was fetched by its own name. Some of it may be gone from the remote.
    private void FetchNamed(RepositoryRow repository, string basePath, CancellationToken cancellationToken)
    {
        using var refs = RawFolder.Open(basePath);
        var named = RefFiles.Read(refs)
            .Where(entry => entry.Key.Chars.StartsWith(BaseRefs.FetchedFolder, StringComparison.Ordinal))
            .Select(entry => (Name: entry.Key.ToText(), Id: entry.Value.ToText()))
            .ToList();
        var missing = Lacking(basePath, [.. named.Select(entry => entry.Id)], cancellationToken)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (name, id) in named.Where(entry => missing.Contains(entry.Id)))
        {
            _git.Run(
                BaseCall.Of(basePath, "update-ref", "--no-deref", "-d", name) with { MayFail = true },
                cancellationToken);
            _git.Run(
                BaseCall.Of(
                    basePath,
                    "fetch",
                    "--no-tags",
                    "--no-write-fetch-head",
                    "--no-auto-maintenance",
                    "--end-of-options",
                    Url ?? repository.Url,
                    $"+{id}:{name}") with
                {
                    MayFail = true,
                    SilenceTimeout = SilenceTimeout,
                },
                cancellationToken);
        }
    }

    private string[] Lacking(string basePath, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var input = string.Concat(ids.Select(id => id + "\n"));
        var answer = _git.Run(
            BaseCall.Of(basePath, "cat-file", "--batch-check", "--buffer") with
            {
                Input = stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(input)),
            },
            cancellationToken);
        return
        [
            .. answer
                .Output.Split('\n')
                .Where(line => line.EndsWith(" missing", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[0]),
        ];
    }

    private sealed record Checked(IReadOnlyDictionary<string, string> Missing, string Said);

    // git-fsck(1). Old histories are full of objects that are complete and that it still complains about.
    private Checked Check(string basePath, bool isThorough, CancellationToken cancellationToken)
    {
        string[] how = isThorough ? ["--full"] : ["--connectivity-only"];
        var call = BaseCall.Of(basePath, ["fsck", .. how, "--name-objects", "--no-dangling", "--progress"]);
        var answer = _git.Run(
            call with { MayFail = true, Environment = [("LC_ALL", "C")] }, cancellationToken);
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var match in MissingObject()
                .Matches(answer.Output)
                .Concat(MissingTip().Matches(answer.Error)))
            missing[match.Groups["id"].Value] = PrintableText.Of(match.Groups["name"].Value);
        return new Checked(missing, answer.Error);
    }

    // A checkout's own objects are beside those that it borrows. Where a job has put something else in the place of its
    // list of alternates, recycling restores it.
    private bool CanBorrow(string basePath, string checkout, string commit, CancellationToken cancellationToken)
    {
        var objects = Path.Combine(folder.Checkout(checkout), ".git", "objects");
        if (PlainFile.TryRead(Path.Combine(objects, "info", "alternates")) is null)
            return true;
        var call = BaseCall.Of(basePath, "rev-list", "--objects", "--quiet", "--max-count=1", commit, "--");
        return _git.Run(
                call with
                {
                    MayFail = true,
                    SilenceTimeout = LookTimeout,
                    Environment = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)],
                },
                cancellationToken).ExitCode == 0;
    }

    private GitprocException Unhealed(
        RepositoryRow repository, string basePath, BaseDamage damage, string why, CancellationToken cancellationToken)
    {
        using var database = PoolDatabase.Open(folder.Database, _ => { }, cancellationToken: cancellationToken);
        var checkouts = database
            .Checkouts.OfRepository(repository.Id)
            .Where(row =>
                folder.Place(row).ReadHead()?.Commit is { } commit
                && !CanBorrow(basePath, row.Name, commit, cancellationToken))
            .Select(row => row.Name)
            .ToList();
        var whom =
            checkouts.Count == 0
                ? "No checkout is at a commit that needs them."
                : $"They are needed by {string.Join(", ", checkouts)}.";
        return new GitprocException(
            ErrorReason.GitFailed,
            $"The base repository {basePath} is damaged: {damage.Describe()} cannot be read, and {(why.StartsWith("has", StringComparison.Ordinal) ? $"{repository.Url} {why}" : $"it {why}")} {whom}",
            repository.Key);
    }

    private RepositoryRow? FindRow(string basePath, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.Database) || !Paths.IsIn(basePath, folder.Base("")))
            return null;
        using var database = PoolDatabase.Open(folder.Database, _ => { }, cancellationToken: cancellationToken);
        return database.Repositories.All().Find(row => folder.Base(row.Base) == basePath);
    }

    private FileLock Lock(RepositoryRow repository, CancellationToken cancellationToken) =>
        FileLock.Acquire(
            folder.BaseLock(repository.Id),
            $"heals the base repository of {repository.Key}",
            reports,
            cancellationToken);

    private static bool RemoveLeft(string basePath) => LeftFiles.Remove(basePath);

    private static string HealedFile(string basePath) => Path.Combine(basePath, "gitproc", "healed");

    [GeneratedRegex("^missing \\w+ (?<id>[0-9a-f]+)(?: \\((?<name>.*)\\))?$", RegexOptions.Multiline)]
    private static partial Regex MissingObject();

    [GeneratedRegex("^error: (?<name>\\S+): invalid sha1 pointer (?<id>[0-9a-f]+)$", RegexOptions.Multiline)]
    private static partial Regex MissingTip();
}
