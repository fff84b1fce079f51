using System.CommandLine;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>The options that <c>acquire</c> and <c>run</c> share.</summary>
internal sealed class AcquireOptions
{
    /// <summary>An option whose value may be omitted.</summary>
    public const string WaitName = "--wait";

    private const string Forever = "forever";

    private readonly Argument<string?> _repository = LeaseOptions.Repository();

    private readonly Option<bool> _noCreate = new("--no-create")
    {
        Description = "Fail if no checkout is free, instead of making one. [setting: gitproc.autoCreate]",
    };

    private readonly Option<int?> _maxCheckouts = new("--max-checkouts")
    {
        Description = "The maximum number of checkouts of the repository. [setting: gitproc.maxCheckouts]",
        HelpName = "N",
        CustomParser = Numbers.Parse,
    };

    private readonly Option<int?> _maxLocked = new("--max-locked")
    {
        Description = "The maximum number of checkouts of the repository that are held at once. [setting: gitproc.maxLocked]",
        HelpName = "N",
        CustomParser = Numbers.Parse,
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "Acquire only this checkout.",
        HelpName = "CHECKOUT",
    };

    private readonly Option<TimeSpan?> _wait = new(WaitName)
    {
        Description =
            "Wait until a checkout is free, in order of arrival: --wait, or --wait=5m to wait for at most 5 minutes.",
        HelpName = "DURATION",
        CustomParser = result =>
            result.Tokens is [{ Value: Forever }] ? Timeout.InfiniteTimeSpan : Durations.Parse(result),
    };

    private readonly Option<string?> _ref = new("--ref")
    {
        Description =
            "A branch, tag, commit or full ref to check out; NAME:BRANCH creates BRANCH at NAME. [default: the remote's default branch]",
        HelpName = "REF",
    };

    private readonly Option<string?> _pullRequest = new("--pr")
    {
        Description =
            "A pull request to check out: its number, its URL, or OWNER:BRANCH of a fork. Where the branch is known, git push goes back to it.",
        HelpName = "PR",
    };

    private readonly Option<string?> _newBranch = new("--new-branch", "-b")
    {
        Description = "Create this branch at the commit that is checked out.",
        HelpName = "BRANCH",
    };

    private readonly Option<string?> _expect = new("--expect")
    {
        Description = "Fail if this is not the commit to check out: its id, or the first 7 digits or more.",
        HelpName = "COMMIT",
    };

    private readonly Option<bool> _fetch = new("--fetch")
    {
        Description = "Fetch first, even if the last fetch is recent. [setting: gitproc.fetchMaxAge]",
    };

    private readonly Option<bool> _noFetch = new("--no-fetch") { Description = "Do not fetch. Use what the pool has." };

    private readonly Option<CleanMode?> _clean = CleanOption.Create("What to remove of the last holder's files");

    private readonly Option<bool> _noHooks = new("--no-hooks")
    {
        Description = "Run no hook of yours. [setting: gitproc.hooks]",
    };

    private readonly Option<bool> _copy = new("--copy")
    {
        Description =
            "Copy files that git ignores even for what is no branch or tag of the remote. [setting: gitproc.copy]",
    };

    private readonly Option<bool> _carry = new("--carry")
    {
        Description =
            "Bring the uncommitted changes of your clone along. Without --ref, the checkout is at its commit and branch.",
    };

    private readonly Option<bool> _noCopy = new("--no-copy") { Description = "Copy no files that git ignores." };

    private readonly Option<string[]> _sparse = new("--sparse")
    {
        Description = "Have the files of this folder only, and those in folders above it. May be given more than once.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _lfs = new("--lfs")
    {
        Description = "Have the contents of LFS files. [setting: gitproc.lfs]",
    };

    private readonly Option<bool> _noLfs = new("--no-lfs") { Description = "Have the pointers of LFS files." };

    private readonly SubmoduleOptions _submodules = new();

    private readonly Option<CheckoutKind?> _kind = KindOption.Create();

    private readonly Option<bool> _stop = LeaseOptions.StopProcesses(
        "Take over a checkout even if processes that its last holder left still run in it: ask them to end, and kill those that do not."
    );

    private readonly Option<string?> _label = new("--label")
    {
        Description = "What the checkout is for. Others see it.",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _environment = new("--env")
    {
        Description = "A name and value to show with the lease. May be given more than once.",
        HelpName = "NAME=VALUE",
        Validators = { result => Check(result.Tokens.Select(token => token.Value), result.AddError) },
    };

    /// <summary>
    /// Gives a bare <c>--wait</c> its default value. Otherwise the parser takes the next word, for example a
    /// repository, as the value.
    /// </summary>
    public static string[] CompleteWait(string[] arguments)
    {
        var completed = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] != WaitName)
                completed.Add(arguments[i]);
            else if (i + 1 < arguments.Length && Duration.Parse(arguments[i + 1]) is not null)
                completed.Add($"{WaitName}={arguments[++i]}");
            else
                completed.Add($"{WaitName}={Forever}");
        }

        return [.. completed];
    }

    public void AddTo(Command command)
    {
        command.Add(_repository);
        foreach (var option in (Option[])
                [
                    _noCreate,
                    _maxCheckouts,
                    _maxLocked,
                    _name,
                    _ref,
                    _pullRequest,
                    _newBranch,
                    _expect,
                    _fetch,
                    _noFetch,
                    _clean,
                    _kind,
                    _noHooks,
                    _copy,
                    _noCopy,
                    _carry,
                    _sparse,
                    _lfs,
                    _noLfs,
                    _wait,
                    _stop,
                    _label,
                    _environment,
                ])
        {
            command.Add(option);
        }

        _submodules.AddTo(command);

        command.Check(result =>
        {
            if (result.GetValue(_fetch) && result.GetValue(_noFetch))
                result.AddError("--fetch and --no-fetch exclude each other.");
            if (result.GetValue(_copy) && result.GetValue(_noCopy))
                result.AddError("--copy and --no-copy exclude each other.");
            if (result.GetValue(_lfs) && result.GetValue(_noLfs))
                result.AddError("--lfs and --no-lfs exclude each other.");
        });
    }

    /// <param name="owner">The owner of the lease; null if no process owns it.</param>
    public AcquireRequest Request(ParseResult parsed, LeaseOwner? owner) =>
        new()
        {
            Repository = parsed.GetValue(_repository),
            WorkingDirectory = CurrentFolder.Path,
            NoCreate = parsed.GetValue(_noCreate),
            MaxCheckouts = parsed.GetValue(_maxCheckouts),
            MaxLocked = parsed.GetValue(_maxLocked),
            Name = parsed.GetValue(_name),
            Ref = parsed.GetValue(_ref),
            PullRequest = parsed.GetValue(_pullRequest),
            NewBranch = parsed.GetValue(_newBranch),
            Expect = parsed.GetValue(_expect),
            Fetch =
                parsed.GetValue(_fetch) ? FetchPolicy.Always
                : parsed.GetValue(_noFetch) ? FetchPolicy.Never
                : FetchPolicy.WhenOld,
            Clean = parsed.GetValue(_clean),
            Kind = parsed.GetValue(_kind),
            NoHooks = parsed.GetValue(_noHooks),
            Copy = parsed.GetValue(_copy) ? true : parsed.GetValue(_noCopy) ? false : null,
            Carry = parsed.GetValue(_carry),
            Submodules = _submodules.Wanted(parsed),
            SparseFolders = parsed.GetValue(_sparse) ?? [],
            Lfs = parsed.GetValue(_lfs) ? true : parsed.GetValue(_noLfs) ? false : null,
            Wait = parsed.GetValue(_wait),
            StopProcesses = parsed.GetValue(_stop),
            Terms = new LeaseTerms
            {
                Owner = owner,
                Label = parsed.GetValue(_label),
                Environment = parsed
                    .GetValue(_environment)
                    ?.Select(pair => pair.Split('=', 2))
                    .GroupBy(pair => pair[0])
                    .ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]),
            },
        };

    private static void Check(IEnumerable<string> pairs, Action<string> addError)
    {
        foreach (var pair in pairs.Where(pair => pair.IndexOf('=', StringComparison.Ordinal) < 1))
            addError($"'{pair}' does not have the form NAME=VALUE.");
    }
}
