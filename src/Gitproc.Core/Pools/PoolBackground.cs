using System.Globalization;
using Gitproc.Checkouts;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>
/// What a pool does in a process of its own: running a hook, cleaning a released checkout, and
/// making spares.
/// <see cref="Session.Background"/> starts the process, which is the front end once more, and <see cref="Run"/> is all
/// that it does.
/// </summary>
/// <remarks>
/// Nobody sees its output. So it goes to a <see cref="BackgroundLog"/>, which stays if something fails. If the process
/// is killed, the next command goes on with what it has left.
/// </remarks>
public static class PoolBackground
{
    private const string Cleaning = "clean";
    private const string Spares = "spares";
    private const string Any = "any";
    private const string ByDefault = "default";
    private const string Discarding = "discard";
    private const string Rescuing = "rescue";

    /// <summary>Does what the words say.</summary>
    /// <param name="pool">The pool's folder, absolute.</param>
    /// <param name="words">What another process of Gitproc has written.</param>
    /// <param name="cancellationToken">Ends it; the next command goes on with what is left.</param>
    /// <returns>False if it failed. The log says why.</returns>
    public static bool Run(string pool, IReadOnlyList<string> words, CancellationToken cancellationToken = default)
    {
        DetachedProcess.Leave();
        using var log = new BackgroundLog(new PoolFolder(pool), NameOf(words));
        try
        {
            if (Do(new Pool(pool, log), words, cancellationToken))
                log.Remove();
            return true;
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException
            or SqliteException or OperationCanceledException)
        {
            log.Fail(e.Message);
            return false;
        }
    }

    // What does the same has the same name, and is never at work twice.
    private static string NameOf(IReadOnlyList<string> words) =>
        string.Join('-', words is [Spares, _, not Any, ..] ? words.Take(3) : words.Take(2));

    internal static string[] ToClean(string checkout, CleanMode? mode, bool isDiscarded) =>
        [Cleaning, checkout, mode?.ToString() ?? ByDefault, isDiscarded ? Discarding : Rescuing];

    internal static string[] ToMakeSpares(SpareWish wish) =>
    [
        Spares,
        wish.Repository.Id.ToString(CultureInfo.InvariantCulture),
        wish.Kind?.ToString() ?? Any,
        wish.Submodules.ToString(),
        wish.Limit?.ToString(CultureInfo.InvariantCulture) ?? Any,
    ];

    // Returns false if there was nothing to do.
    private static bool Do(Pool pool, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case [BackgroundHooks.Word, var ticket]:
                pool.Checkouts.RunHook(ticket);
                return true;
            case [Cleaning, var checkout, var mode, var discarding]:
                pool.Checkouts.Clean(
                    checkout,
                    mode == ByDefault ? null : Enum.Parse<CleanMode>(mode),
                    discarding == Discarding,
                    cancellationToken);
                return true;
            case [Spares, var repository, var kind, var submodules, var limit]:
                return pool.Acquiring.MakeSpares(
                    long.Parse(repository, CultureInfo.InvariantCulture),
                    kind == Any ? null : Enum.Parse<CheckoutKind>(kind),
                    bool.Parse(submodules),
                    limit == Any ? null : int.Parse(limit, CultureInfo.InvariantCulture),
                    cancellationToken);
            default:
                throw new GitprocException(
                    ErrorReason.ConflictingOptions, "Only Gitproc itself starts this, in a process of its own.");
        }
    }
}
