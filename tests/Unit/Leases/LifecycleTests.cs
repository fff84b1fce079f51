using System.Reflection;
using System.Text.RegularExpressions;
using Gitproc.Checkouts;
using Gitproc.Git.Untrusted;
using Gitproc.Leases;
using Gitproc.Registry;
using Gitproc.Unit.Ci;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gitproc.Unit.Leases;

/// <summary>
/// What changes a checkout: each transition from each state, with and without a lease, on a real database.
/// </summary>
public sealed class LifecycleTests : IDisposable
{
    private const int Id = 1;

    private static readonly Head Head = new("main", "1111111111111111111111111111111111111111");

    private static readonly Standing[] Standings =
    [
        new(CheckoutState.Free, IsLeased: false),
        new(CheckoutState.Locked, IsLeased: true),
        new(CheckoutState.Creating, IsLeased: true),
        new(CheckoutState.Broken, IsLeased: false),
        new(CheckoutState.Unknown, IsLeased: false),
        new(CheckoutState.Cleaning, IsLeased: false),
        new(CheckoutState.Cleaning, IsLeased: true),
    ];

    private readonly TemporaryFolder _temporary = new();
    private readonly PoolFolder _folder;
    private readonly PoolDatabase _database;
    private readonly Lifecycle _lifecycle;
    private readonly long _repository;
    private string? _given;

    public LifecycleTests()
    {
        _folder = new PoolFolder(_temporary["pool"]);
        _folder.Create();
        _database = PoolDatabase.Open(_folder.Database, _ => { });
        _lifecycle = new Lifecycle(_folder, _database, new Lazy<Caller>(Caller.Self), limits: null);
        Directory.CreateDirectory(_folder.Base("host/repo.git"));
        _repository = _database
            .Change(() => new RepositoryTable(_database.Connection).Add("host/repo", "url", "host/repo.git"))
            .Id;
    }

    public static TheoryData<string> Methods => [.. Transition.All.Select(MethodOf).Distinct()];

    public void Dispose()
    {
        _database.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_row_of_the_table_agrees_with_itself()
    {
        var declared = typeof(Transition)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (Transition)field.GetValue(null)!);
        Assert.Equal(declared, Transition.All);
        Assert.All(
            Transition.All.SelectMany(transition =>
                transition.Arrows.Select(arrow => (transition.Lease, arrow.From, arrow.To))),
            row =>
            {
                Assert.All(
                    new[] { row.From, row.To }.OfType<Standing>(), standing => Assert.Contains(standing, Standings));
                if (row is { From: { } from, To: { } to })
                    Assert.Equal(
                        row.Lease switch
                        {
                            LeaseChange.Given => true,
                            LeaseChange.Ended => false,
                            _ => from.IsLeased,
                        },
                        to.IsLeased);
            });
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_changes_what_the_table_says_and_nothing_else(string method)
    {
        var rows = Transition.All.Where(transition => MethodOf(transition) == method)
            .SelectMany(transition => transition.Arrows.Select(arrow => (arrow.From, arrow.To, transition)));
        foreach (var from in Standings)
        {
            using var alone = CheckoutLock.TryAcquire(_folder, "checkout-1")!;
            var seen = Put(from);
            var before = Everything();
            if (rows.SingleOrDefault(row => row.From == from) is not { transition: { } transition } row)
            {
                Assert.Null(Call(method, alone, seen));
                Assert.Equal(before, Everything());
                continue;
            }

            var was = LeaseFile.Read(Place.GitDirectory)?.Id;
            Assert.NotNull(Call(method, alone, seen));
            Assert.Equal((method, from, row.To), (method, from, Now()));
            Assert.Equal(transition.Event is { } kind ? [kind] : [], Events());
            if (row.To is null)
                continue;
            var lease = Find()!.Lease?.Id;
            Assert.Equal(
                transition.Lease switch
                {
                    LeaseChange.Kept => seen.Lease?.Id,
                    LeaseChange.Given when method == "Renew" => seen.Lease?.Id,
                    LeaseChange.Given => _given,
                    _ => null,
                },
                lease);
            Assert.Equal(
                method switch
                {
                    "Renew" or "EndCreation" => lease,
                    "GiveBack" or "Release" or "SetAside" => null,
                    _ => was,
                },
                LeaseFile.Read(Place.GitDirectory)?.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_method_changes_nothing_when_the_lease_is_another_one(string method)
    {
        // These ask for no lease, or for a checkout that has none.
        if (!Transition.All.Single(transition => transition.Name == method).Needs.HasFlag(Needs.Lease)
            || method == "Forget")
            return;
        foreach (var from in Standings.Where(standing => standing.IsLeased))
        {
            using var alone = CheckoutLock.TryAcquire(_folder, "checkout-1")!;
            var seen = Put(from) with { Lease = NewLease() };
            var before = Everything();
            Assert.Null(Call(method, alone, seen));
            Assert.Equal(before, Everything());
        }
    }

    [Fact]
    public void What_needs_the_lock_does_nothing_with_that_of_another_checkout_or_one_that_was_let_go()
    {
        using var other = CheckoutLock.TryAcquire(_folder, "checkout-2")!;
        using var moved = CheckoutLock.TryAcquire(_folder, "checkout-1")!;
        using var held = moved.Move();
        foreach (var transition in Transition.All.Where(transition => transition.Needs.HasFlag(Needs.Lock)))
        {
            var seen = Put(transition.Arrows[0].From ?? Standings[0]);
            var before = Everything();
            Assert.Throws<InvalidOperationException>(() => Call(MethodOf(transition), other, seen));
            Assert.Throws<InvalidOperationException>(() => Call(MethodOf(transition), moved, seen));
            Assert.Equal(before, Everything());
        }
    }

    [Fact]
    public void A_checkout_that_is_not_on_the_list_is_added_as_its_maker_asks_or_as_it_says_itself()
    {
        using var alone = CheckoutLock.TryAcquire(_folder, "checkout-1")!;
        var row = Put(Standings[0]);
        var file = Path.Combine(LeaseFile.Folder(Place.GitDirectory), "lease");
        List<(string Method, Action Prepare)> steps =
        [
            ("Add", () => { }),
            ("Adopt", () => LeaseFile.Write(Place.GitDirectory, NewLease(), replaced: null)),
            ("Adopt", () => File.WriteAllText(file, "nothing that can be read")),
            ("Adopt", () => File.Delete(file)),
        ];
        var added = steps.ConvertAll(step =>
        {
            _database.Connection.Execute("DELETE FROM checkout");
            step.Prepare();
            Call(step.Method, alone, row);
            return Now();
        });

        Assert.Equal(
            Transition
                .All.SelectMany(transition => transition.Arrows)
                .Where(arrow => arrow.From is null)
                .Select(arrow => arrow.To),
            added);
        Assert.Equal([EventKind.Found, EventKind.Found, EventKind.Found], Events());
    }

    [Fact]
    public void The_diagram_has_these_arrows_and_no_others()
    {
        var text = File.ReadAllText(Path.Combine(CiFile.Root, "docs", "architecture.md"));
        var drawn = Regex
            .Matches(text, @"^ +(\S+) --> (\S+) : (.+)$", RegexOptions.Multiline)
            .SelectMany(line =>
                line.Groups[3]
                    .Value.Split(", ")
                    .Select(name => (line.Groups[1].Value, line.Groups[2].Value, name.Trim())));
        var there = Transition.All.SelectMany(transition =>
            transition.Arrows.Select(arrow => (Shown(arrow.From), Shown(arrow.To), transition.Name)));
        Assert.Equal(there.Distinct().Order(), drawn.Order());

        static string Shown(Standing? standing) => standing?.State.ToString() ?? "[*]";
    }

    private static string MethodOf(Transition transition) =>
        transition.Name is "TakeUnclean" or "ReplaceMaker" ? "TakeOver" : transition.Name;

    private Lease NewLease()
    {
        var lease = new LeaseTerms { Owner = PoolFixture.Self }.NewLease(defaultDuration: null);
        _given = lease.Id;
        return lease;
    }

    private GrantRequest Request(CheckoutRow row) => new()
    {
        Repository = new RepositoryRow(row.RepositoryId, row.RepositoryKey, "url", "host/repo.git"),
        Url = "url",
        Limit = null,
        NewLease = NewLease,
    };

    private static Rescue ARescue => new()
    {
        Id = "rescue",
        Checkout = "checkout-1",
        Repository = "host/repo",
        RescuedAt = DateTimeOffset.UtcNow,
        Files = 1,
        Commits = 0,
        Size = 1,
    };

    private CheckoutPlace Place => CheckoutPlace.FromClone("checkout-1", _folder.Checkout("checkout-1"));

    // Null when nothing was changed.
    private CheckoutRow? Call(string method, CheckoutLock alone, CheckoutRow row)
    {
        try
        {
            return method switch
            {
                "Add" => _lifecycle.Add(alone, Id, _repository, "url", CheckoutKind.Clone, NewLease()),
                "TakeFree" => _lifecycle.TakeFree(Request(row), long.MaxValue, NewLease()),
                "TakeOver" => _lifecycle.TakeOver(alone, row, NewLease(), "why"),
                "Renew" => _lifecycle.Renew(row, (row.Lease ?? NewLease()) with { Label = "renewed" }),
                "BeginCleaning" => _lifecycle.BeginCleaning(alone, row, isWorked: true, "url"),
                "NoteRescue" => _lifecycle.NoteRescue(alone, row, ARescue),
                "EndCleaning" => _lifecycle.EndCleaning(alone, row, Head, "generation", "stamp"),
                "GiveBack" => _lifecycle.GiveBack(row, "why"),
                "BeginCreation" => _lifecycle.BeginCreation(alone, row, "url"),
                "EndCreation" => _lifecycle.EndCreation(alone, row, Head, "generation", "stamp"),
                "GiveUp" => _lifecycle.GiveUp(alone, row, "why") ? row : null,
                "SetAside" => _lifecycle.SetAside(alone, row, "why"),
                "GiveTo" => _lifecycle.GiveTo(row, NewLease()),
                "Release" => _lifecycle.Release(row, EventKind.Released, "why"),
                "TakeOutOfUse" => _lifecycle.TakeOutOfUse(alone, row),
                "Adopt" => _lifecycle.Adopt(alone, Id, _repository, "url", Place),
                "Forget" => _lifecycle.Forget(alone, row, "why"),
                _ => throw new ArgumentOutOfRangeException(nameof(method), method, message: null),
            };
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_CONSTRAINT)
        {
            // It is on the list already.
            return null;
        }
    }

    // A row in a state, and its folder with the lease file that belongs to that.
    private CheckoutRow Put(Standing standing)
    {
        _database.Connection.Execute("DELETE FROM checkout");
        _database.Connection.Execute("DELETE FROM event");
        var lease = standing.IsLeased ? NewLease() : null;
        _database.Connection.Execute(
            """
            INSERT INTO checkout (id, repository_id, url, kind, state, created_at, last_used_at, lease_id, lease)
            VALUES ($id, $repository, 'url', 0, $state, 0, 0, $lease, $json)
            """,
            ("$id", Id), ("$repository", _repository), ("$state", (int)standing.State), ("$lease", lease?.Id),
            ("$json", lease is null ? null : LeaseJson.Write(lease)));
        if (Directory.Exists(Place.Path))
            Directory.Delete(Place.Path, recursive: true);
        Directory.CreateDirectory(LeaseFile.Folder(Place.GitDirectory));
        if (lease is not null && standing.State != CheckoutState.Creating)
            LeaseFile.Write(Place.GitDirectory, lease, replaced: null);
        return Find()!;
    }

    private CheckoutRow? Find() => new CheckoutTable(_database.Connection).Find(Id);

    private Standing? Now() => Find() is { } row ? new Standing(row.State, row.Lease is not null) : null;

    private List<EventKind> Events() =>
        _database.Connection.Query("SELECT kind FROM event ORDER BY id", row => (EventKind)row.GetInt32(0));

    private string Everything() =>
        string.Join(
            '\n',
            (string[])
                [
                    .. _database.Connection.Query(
                        "SELECT * FROM checkout",
                        row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(row.GetValue))),
                    .. Events().Select(kind => kind.ToString()),
                    .. Directory.EnumerateFileSystemEntries(Place.Path, "*", SearchOption.AllDirectories).Order(),
                    LeaseFile.Read(Place.GitDirectory) is { } lease ? LeaseJson.Write(lease) : "",
                ]);
}
