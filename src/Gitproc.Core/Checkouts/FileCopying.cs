using Gitproc.Checkouts.Looking;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts;

/// <summary>
/// Copies files that git ignores, such as <c>.env</c>, from a folder of the user's into checkouts of one acquire.
/// </summary>
/// <remarks>
/// A file comes along if git ignores it in the folder, a pattern matches it, and the checkout's own rules ignore it
/// too; otherwise it would be work. What is there already stays. Nothing is written outside of the checkout: a link in
/// it is never followed. <see cref="CopiedFiles"/> records what is copied, so that recycling takes it away.
/// </remarks>
/// <param name="git">Reads the folder and the checkout.</param>
internal sealed class FileCopying(PoolFolder folder, GitRunner git, IProgress<PoolReport>? reports)
{
    private const int MaxNamed = 3;

    private CopySource? _source;
    private CopyList? _list;
    private bool _hasTold;

    /// <summary>The folder to copy from, absolute: the top of a work tree.</summary>
    public required string Source { get; init; }

    /// <summary>True if the caller asks for it, whatever is checked out.</summary>
    public required bool IsAsked { get; init; }

    /// <summary>True if patterns name files. This starts no process, unless the default branch has changed.</summary>
    /// <param name="patterns">The patterns of the settings, a line each; may be empty.</param>
    public bool HasPatterns(RepositoryRow repository, RawText patterns, CancellationToken cancellationToken)
    {
        if (_source is not null)
            return true;
        using var root = RawFolder.OpenToRead(Source);
        var all = WorktreeInclude.OfFolder(root)
            ?? WorktreeInclude.OfDefaultBranch(git, folder.Base(repository.Base), cancellationToken);
        // The user's own come last, so that they can except something.
        all = RawText.Create($"{all}\n{patterns}");
        if (all.Trim().Length > 0)
            _source = new CopySource(git, Source, all);
        else if (IsAsked)
            Tell($"nothing is copied from {Source}: neither gitproc.copy nor a file .worktreeinclude names files", null);
        return _source is not null;
    }

    /// <summary>Copies the files into a checkout that nobody works in yet.</summary>
    /// <param name="stranger">
    /// What is checked out, if a stranger may have made it. The files then come along only if the caller asks. Null if
    /// none may have.
    /// </param>
    public void Run(
        CheckoutLock alone,
        CheckoutRow row,
        RepositoryRow repository,
        string? stranger,
        CancellationToken cancellationToken)
    {
        alone.MustBeOf(row.Id);
        var temporary = Directory.CreateDirectory(folder.Unfinished(row.Name, AcquireLeftovers.Copy)).FullName;
        try
        {
            _list ??= _source!.Find(temporary, cancellationToken);
            if (stranger is not null && !IsAsked)
            {
                if (_list.Files.Count > 0)
                    Tell(
                        $"{Name(_list.Files)} of {Source} {Were(_list.Files)} not copied, because {stranger}",
                        new("; to copy anyway: ", null) { Options = [new("Copy")] });
                return;
            }

            var place = folder.Place(row);
            using var view = GitView.OfCheckout(
                Path.Combine(temporary, "view"),
                place,
                TemplateRepository.Of(folder.Base(repository.Base)),
                folder.Base(repository.Base),
                commit: null);
            var files = Ignored(place, view, cancellationToken);
            if (files.Count == 0)
                return;
            CopiedFiles.Add(folder.Record(row.Name), files);
            Copy(files, place, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GitprocException(
                ErrorReason.CopyFailed, $"Files of {Source} cannot be copied to {row.Name}: {e.Message}", row.Name, e)
            {
                Hint = new(". To acquire it without them: ", null) { Options = [new("NoCopy")] },
            };
        }
        finally
        {
            FolderRemoval.TryRemove(temporary);
        }
    }

    private IReadOnlyList<RawText> Ignored(CheckoutPlace place, GitView view, CancellationToken cancellationToken)
    {
        List<RawText> missing;
        using (var root = RawFolder.Open(place.Path))
            missing = [.. _list!.Files.GroupBy(file => file.ParentPath()).SelectMany(files => Missing(root, files))];
        var ignored = IgnoreCheck.Filter(
            missing, arguments => view.Call(place.Name, arguments), call => git.Run(call, cancellationToken));
        var other = missing.Except(ignored).ToList();
        if (other.Count > 0)
            Tell(
                $"{Name(other)} of {Source} {Were(other)} not copied, because no rule ignores that in {place.Name}. "
                    + "A file of yours that ignores it everywhere: git config --global core.excludesFile FILE",
                hint: null);
        else if (_list.Fixed.Count > 0)
            Tell(
                $"{Name(_list.Fixed)} of {Source} {Were(_list.Fixed)} not copied: absolute paths in it fit no other folder. "
                    + $"To copy it anyway: git config --global --add gitproc.copy {_list.Fixed[0]}/",
                hint: null);
        return ignored;
    }

    // The files of one folder that can be added: no file, link or nested repository is in the way.
    private static IEnumerable<RawText> Missing(RawFolder root, IGrouping<RawText, RawText> files)
    {
        for (var end = files.Key.IndexOf('/'); ; end = files.Key.IndexOf('/', end + 1))
        {
            var path = end < 0 ? files.Key : files.Key[..end];
            using var inner = RawTree.TryOpenFolder(root, path);
            if (inner is null)
                return RawTree.At(root, path, (parent, name) => parent.Find(name)) is null ? files : [];
            if (path.Length > 0 && inner.Find(".git"u8) is not null)
                return [];
            if (end < 0)
                return [.. files.Where(file => inner.Find(file[(file.LastIndexOf('/') + 1)..]) is null)];
        }
    }

    private void Copy(IReadOnlyList<RawText> files, CheckoutPlace place, CancellationToken cancellationToken)
    {
        using var step = ProgressStep.Begin(reports, $"copying {Name(files)} to {place.Name}");
        var done = 0;
        SideBySide.Do(
            [.. files.GroupBy(file => file.ParentPath())],
            reports,
            (group, relay, cancellation) =>
            {
                using var from = RawFolder.OpenToRead(Source);
                using var to = RawFolder.Open(place.Path);
                using var source = RawTree.TryOpenFolder(from, group.Key);
                using var target = RawTree.TryMakeFolder(to, group.Key);
                foreach (var file in group)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (source is not null && target is not null)
                        CopyOne(source, target, file);
                }

                var now = Interlocked.Add(ref done, group.Count());
                relay.Report(new PoolReport(
                    ReportKind.Progress, $"{now} of {files.Count} files copied", now * 100 / files.Count));
                return true;
            },
            cancellationToken);
    }

    private static void CopyOne(RawFolder source, RawFolder target, RawText path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (source.ReadLink(name) is { } link)
        {
            if (IsInside(path.ParentPath(), link))
                target.CreateLink(name, link);
            return;
        }

        using var file = source.TryOpenFile(name);
        if (file is null)
            return;
        using var copy = target.CreateFile(name, file.IsExecutable);
        // Before the content, which may be a secret.
        if (file.Mode is { } mode)
            target.SetMode(name, mode & (UnixFileMode)0b111_111_111);
        FileClone.Copy(file, copy);
    }

    // True if a link leads to where it stands in the same way in every copy of the folder.
    private static bool IsInside(RawText folder, RawText link)
    {
        var depth = folder.Length == 0 ? 0 : folder.Chars.Count(c => c == '/') + 1;
        var parts = link.Chars.Split('/').Where(part => part != ".").ToList();
        var up = parts.TakeWhile(part => part == "..").Count();
        return !Path.IsPathRooted(link.ToText()) && up <= depth && !parts.Skip(up).Contains("..");
    }

    // Once for all checkouts of an acquire.
    private void Tell(string text, Hint? hint)
    {
        if (!_hasTold)
            reports?.Report(new PoolReport(ReportKind.Notice, text) { Hint = hint });
        _hasTold = true;
    }

    private static string Name(IReadOnlyList<RawText> paths) =>
        string.Join(", ", paths.Take(MaxNamed).Select(path => path.ToText()))
        + (paths.Count > MaxNamed ? $" and {paths.Count - MaxNamed} more" : "");

    private static string Were(IReadOnlyList<RawText> paths) => paths.Count == 1 ? "is" : "are";
}
