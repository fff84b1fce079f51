using System.CommandLine;
using Gitproc.Leases;
using Gitproc.Pools;

namespace Gitproc.Cli.Completion;

/// <summary>
/// The possible values of an argument or option. Its name in the help, for example REPO, selects them.
/// </summary>
internal sealed class SuggestedValues(LineSoFar line)
{
    /// <summary>The name of a shell argument in the help.</summary>
    public const string Shell = "SHELL";

    private const string Repository = "REPO";

    private readonly Lazy<Pool> _pool = new(() => new Pool(line.ValueOf("FOLDER"), caller: Caller.Parent));

    public IEnumerable<Suggestion> For(Argument argument, string typed) => argument.HelpName switch
    {
        "NAME" => Begin(_pool.Value.Suggestions.Links(line.ValueOf(Repository), CurrentFolder.Path), typed),
        "ID" => Begin(_pool.Value.Suggestions.Rescues(CurrentFolder.Path), typed),
        "COMMAND" => line.AllCommands(typed),
        Shell => Begin(CompletionCommand.Shells.Select(shell => new Suggestion(shell, "")), typed),
        var name => For(name, typed),
    };

    public IEnumerable<Suggestion> For(Option option, string typed) =>
        option.HelpName switch
        {
            "ID" => Begin(_pool.Value.Suggestions.Leases(), typed),
            "MODE" => Begin(
                [
                    new("default", "everything that git does not ignore"),
                    new("full", "ignored files too"),
                    new("none", "nothing"),
                ],
                typed),
            "KIND" => Begin(
                [
                    new("clone", "a clone of its own"),
                    new("worktree", "a worktree of the base repository"),
                    new("standalone", "a clone that borrows no objects"),
                ],
                typed),
            "PID" => Begin(_pool.Value.Suggestions.Processes(), typed),
            "DURATION" => Begin(PoolSuggestions.Durations, typed),
            "TEXT" => Begin(_pool.Value.Suggestions.Labels(), typed),
            var name => For(name, typed),
        };

    private IEnumerable<Suggestion> For(string? helpName, string typed) => helpName switch
    {
        "CHECKOUT" => Begin(_pool.Value.Suggestions.Checkouts(), typed),
        Repository => Named(_pool.Value.Suggestions.Repositories(CurrentFolder.Path), typed),
        "REF" => Begin(Refs(), typed),
        _ => [],
    };

    private IReadOnlyList<Suggestion> Refs() => line.Command.Name is "link" or "checkout"
        ? _pool.Value.Suggestions.LinkRefs(line.ValueOf(Repository), line.ValueOf("PATH") ?? ".", CurrentFolder.Path)
        : _pool.Value.Suggestions.Refs(line.ValueOf(Repository), CurrentFolder.Path);

    private static IEnumerable<Suggestion> Begin(IEnumerable<Suggestion> all, string typed) =>
        all.Select(found => found.Complete(text => text.StartsWith(typed, StringComparison.Ordinal)))
            .OfType<Suggestion>();

    // A repository can be named by its key or by the last parts of the key. A shell accepts only completions that start
    // with the typed text, so the form that does is suggested.
    private static IEnumerable<Suggestion> Named(IReadOnlyList<Suggestion> all, string typed) =>
        all.SelectMany(found =>
                Names(found.Text)
                    .Where(name => name.StartsWith(typed, StringComparison.Ordinal))
                    .Take(1)
                    .Select(name => (Name: name, found)))
            .GroupBy(named => named.Name)
            .SelectMany(same => same.Count() == 1 ? same.Select(one => new Suggestion(one.Name, one.found.Tip)) : []);

    private static IEnumerable<string> Names(string key)
    {
        yield return key;
        for (var slash = key.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = key.IndexOf('/', slash + 1))
        {
            if (slash + 1 < key.Length)
                yield return key[(slash + 1)..];
        }
    }
}
