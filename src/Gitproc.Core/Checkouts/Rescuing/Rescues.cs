using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The rescues of a repository. Rescues of pool checkouts are in the store. Rescues of light-weight checkouts, and all
/// rescues of older versions, are refs of the repository itself.
/// </summary>
internal sealed class Rescues(string basePath, GitRunner git)
{
    /// <summary>The ref folder of rescues.</summary>
    public const string Folder = BaseRefs.RescueFolder;

    /// <summary>The store and the key of the repository; null to use only refs.</summary>
    public (RescueStore Store, string Key)? Own { get; init; }

    /// <summary>Lists the rescues, with the oldest first.</summary>
    public IReadOnlyList<Rescue> List(CancellationToken cancellationToken) =>
        [.. ListOwn().Concat(ListRefs(cancellationToken)).OrderBy(rescue => rescue.RescuedAt)];

    /// <summary>Lists the rescues that are refs.</summary>
    public IReadOnlyList<Rescue> ListRefs(CancellationToken cancellationToken) => List(Folder, cancellationToken);

    /// <summary>Finds a rescue; null if there is none with this id.</summary>
    public Rescue? Find(string id, CancellationToken cancellationToken) =>
        FindOwn(id) ?? FindRef(id, cancellationToken);

    /// <summary>Gets the place of a rescue's commit.</summary>
    public RescueSource Source(string id) =>
        FindOwn(id) is null ? new RescueSource(basePath, Folder + id) : Own!.Value.Store.Source(id, basePath);

    /// <summary>Reads from a rescue. Another process may remove it at any moment.</summary>
    /// <returns>What was read; the default if the rescue is gone.</returns>
    public T? TryRead<T>(string id, Func<RescueSource, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return read(Source(id));
        }
        catch (Exception e) when (e is GitprocException or IOException && Find(id, cancellationToken) is null)
        {
            return default;
        }
    }

    /// <summary>
    /// Finds the rescues of one recycling. If it was interrupted and started again, there may be several: with a number
    /// after the id, or with a later time, because an acquire in between counts as a use.
    /// </summary>
    /// <param name="leaseId">
    /// The lease that ended before it; null if it is not known, and then the time in the id counts.
    /// </param>
    public IReadOnlyList<Rescue> OfRecycling(string id, string? leaseId, CancellationToken cancellationToken)
    {
        var checkout = id.Split('/')[0];
        return
        [
            .. ListOwn(checkout)
                .Concat(List($"{Folder}{checkout}/*", cancellationToken))
                .Where(rescue =>
                    !rescue.IsUndone
                    && (
                        leaseId is null ? rescue.Id.StartsWith(id, StringComparison.Ordinal) : rescue.LeaseId == leaseId
                    ))
                .OrderBy(rescue => rescue.RescuedAt)
                .ThenBy(rescue => rescue.Id.Length)
                .ThenBy(rescue => rescue.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>Finds the newest rescue of a checkout in the store, without starting a process.</summary>
    public Rescue? Newest(string checkout) =>
        ListOwn(checkout).Where(rescue => !rescue.IsUndone).MaxBy(rescue => (rescue.RescuedAt, rescue.Id.Length));

    /// <summary>Removes a rescue: its repository with everything in it, or its ref.</summary>
    public void Remove(string id, CancellationToken cancellationToken)
    {
        if (FindOwn(id) is not null && Own!.Value.Store.Remove(id))
            return;
        if (FindRef(id, cancellationToken) is null)
            throw new GitprocException(ErrorReason.RescueNotFound, $"There is no rescue {id}.", id);
        RemoveRef(id, cancellationToken);
    }

    /// <summary>Moves a rescue from a ref into a repository in the store.</summary>
    public void Move(Rescue rescue, string made, CancellationToken cancellationToken)
    {
        var store = Own!.Value.Store;
        if (store.Find(rescue.Id) is null)
        {
            var commit = Run(cancellationToken, "rev-parse", "--verify", "--end-of-options", Folder + rescue.Id).Trim();
            RescueStore.Make(made, basePath);
            var target = new RescueSource(made, RescueStore.Branch);
            var input = Encoding.ASCII.GetBytes(
                string.Concat(TemplateRefs.Ids(basePath).Select(id => $"^{id}\n").Prepend(commit + "\n")));
            git.Run(
                BaseCall.Of(
                    basePath,
                    "pack-objects",
                    "--quiet",
                    "--revs",
                    "--delta-base-offset",
                    Path.Combine(made, "objects", "pack", "pack")) with
                {
                    Subject = rescue.Id,
                    Input = stream => stream.Write(input),
                },
                cancellationToken);
            git.Run(
                target.Call("update-ref", RescueStore.Branch, commit) with
                {
                    Subject = rescue.Id,
                },
                cancellationToken);
            BaseRefs.MarkBorrowed(basePath);
            store.Keep(made, rescue);
        }

        RemoveRef(rescue.Id, cancellationToken);
    }

    private void RemoveRef(string id, CancellationToken cancellationToken) =>
        Run(cancellationToken, "update-ref", "-d", Folder + id);

    private IEnumerable<Rescue> ListOwn(string checkout = "*") => Own?.Store.List(checkout).Where(IsOurs) ?? [];

    private Rescue? FindOwn(string id) => Own?.Store.Find(id) is { } rescue && IsOurs(rescue) ? rescue : null;

    private bool IsOurs(Rescue rescue) => rescue.Repository == PrintableText.Of(Own!.Value.Key);

    private Rescue? FindRef(string id, CancellationToken cancellationToken) =>
        List(Folder + id, cancellationToken).FirstOrDefault(rescue => rescue.Id == id);

    private List<Rescue> List(string refs, CancellationToken cancellationToken)
    {
        var output = Run(
            cancellationToken,
            "for-each-ref",
            "--sort=creatordate",
            "--format=%(refname)%00%(contents)%00",
            "--",
            refs);
        var fields = output.Split('\0');
        var rescues = new List<Rescue>();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if (RescueMessage.Read(fields[i].TrimStart('\n')[Folder.Length..], fields[i + 1]) is { } rescue)
                rescues.Add(rescue);
        }

        return rescues;
    }

    private string Run(CancellationToken cancellationToken, params string[] arguments) =>
        git.Run(BaseCall.Of(basePath, arguments) with { Subject = basePath }, cancellationToken).Output;
}
