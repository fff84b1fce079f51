using Gitproc.Git;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>The rescues that are in a base repository.</summary>
/// <param name="basePath">The base repository.</param>
/// <param name="git">Runs git.</param>
internal sealed class Rescues(string basePath, GitRunner git)
{
    /// <summary>The folder of their refs.</summary>
    public const string Folder = BaseRefs.RescueFolder;

    private const int MostAtOnce = 500;

    /// <summary>Lists them.</summary>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>All rescues, the oldest first.</returns>
    public IReadOnlyList<Rescue> List(CancellationToken cancellationToken) => List(Folder, cancellationToken);

    /// <summary>Finds one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>The rescue; null when there is none.</returns>
    public Rescue? Find(string id, CancellationToken cancellationToken) =>
        List(Folder + id, cancellationToken).FirstOrDefault(rescue => rescue.Id == id);

    /// <summary>Finds those of one hand-over: when it was ended and begun again there may be more, which have a number behind the id.</summary>
    /// <param name="id">The id of the first.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>The rescues, the last one last.</returns>
    public IReadOnlyList<Rescue> OfHandOver(string id, CancellationToken cancellationToken) =>
        [.. List($"{Folder}{id}*", cancellationToken).OrderBy(rescue => rescue.Id.Length).ThenBy(rescue => rescue.Id, StringComparer.Ordinal)];

    /// <summary>Removes one; no other objects than its ref go.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <exception cref="GitprocException">There is none.</exception>
    public void Remove(string id, CancellationToken cancellationToken)
    {
        if (Find(id, cancellationToken) is null)
            throw new GitprocException(ErrorReason.RescueNotFound, $"There is no rescue {id}.", id);
        Delete([id], cancellationToken);
    }

    /// <summary>Removes old ones.</summary>
    /// <param name="age">How old they are at least.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<Rescue> RemoveOlderThan(TimeSpan age, CancellationToken cancellationToken)
    {
        var limit = DateTimeOffset.UtcNow - age;
        var old = List(cancellationToken).Where(rescue => rescue.RescuedAt <= limit).ToList();
        foreach (var some in old.Chunk(MostAtOnce))
            Delete(some.Select(rescue => rescue.Id), cancellationToken);
        return old;
    }

    /// <summary>Whether two rescues have the same files and commits.</summary>
    /// <param name="id">The id of the one.</param>
    /// <param name="other">The id of the other.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>True when they do.</returns>
    public bool AreSame(string id, string other, CancellationToken cancellationToken) =>
        Run(null, cancellationToken, "for-each-ref", "--format=%(tree) %(parent)", "--", Folder + id, Folder + other).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            is [var one, var two] && one == two;

    private List<Rescue> List(string refs, CancellationToken cancellationToken)
    {
        var output = Run(null, cancellationToken, "for-each-ref", "--sort=creatordate", "--format=%(refname)%00%(contents)%00", "--", refs);
        var fields = output.Split('\0');
        var rescues = new List<Rescue>();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if (RescueMessage.Read(fields[i].TrimStart('\n')[Folder.Length..], fields[i + 1]) is { } rescue)
                rescues.Add(rescue);
        }

        return rescues;
    }

    private void Delete(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var input = string.Concat(ids.Select(id => $"delete {Folder}{id}\0\0"));
        Run(stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(input)), cancellationToken, "update-ref", "-z", "--stdin");
    }

    private string Run(Action<Stream>? input, CancellationToken cancellationToken, params string[] arguments) => git.Run(
        BaseCall.Of(basePath, arguments) with { Subject = basePath, Input = input },
        cancellationToken).Output;
}
