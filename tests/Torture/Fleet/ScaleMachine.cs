using System.Text.Json;
using Gitproc.Fleet.Database;
using Npgsql;

namespace Gitproc.Torture.Fleet;

/// <summary>
/// A machine of <see cref="ScaleRun"/>. It makes the calls that an agent makes, one at a time, and keeps in memory what
/// an agent finds in its pool. Thread-safe.
/// </summary>
internal sealed class ScaleMachine : IDisposable
{
    /// <summary>The number of checkouts of each machine.</summary>
    public const int Checkouts = 100;

    private const string Facts =
        """
        {"host": "build-host-17.example.com", "sshHost": "build-host-17", "allow": ["run"], "processors": 16,
         "pool": "/home/build/.gitproc_pool", "version": "0.1.0", "system": "Debian GNU/Linux 12 (bookworm)",
         "freeSpace": 123456789012}
        """;

    private readonly string _name;
    private readonly string _who;
    private readonly string _pool = Guid.NewGuid().ToString();
    private readonly FleetDatabase _database;
    private readonly MachineCalls _calls;
    private readonly NpgsqlConnection _listening;
    private readonly Lock _calling = new();

    // Leases and their repositories.
    private readonly Dictionary<string, string> _waiting = [];
    private readonly Dictionary<string, string> _held = [];
    private List<(string Kind, string Repository, string Lease)> _happened = [];
    private long _events;
    private long _placed;
    private long _revision = -1;
    private TimeSpan _betweenPlaces;

    public ScaleMachine(string address, string name)
    {
        _name = name;
        _who = $"build #1234 on {name}, process 4567 (bash)";
        _database = new FleetDatabase(address);
        _calls = new MachineCalls(_database);
        _listening = _database.Listen($"gitproc_{Beat().Machine}");
    }

    public int Held => Locked(() => _held.Count);

    public int Waiting => Locked(() => _waiting.Count);

    /// <summary>True if something has happened that was not delivered.</summary>
    public bool HasNews => Locked(() => _happened.Count > 0);

    public BeatAnswer Beat() => Locked(() =>
    {
        var answer = _calls.Beat(_pool, _revision, 0, TimeSpan.FromMinutes(10), Facts);
        (_revision, _betweenPlaces) = (answer.Revision, answer.BetweenPlaces);
        if (answer.MustReport)
            _calls.Report([]);
        return answer;
    });

    /// <summary>Waits until the session that listens is told something.</summary>
    public Task HearAsync(CancellationToken cancellationToken) => _listening.WaitAsync(cancellationToken);

    /// <summary>Asks for a slot, and waits for it if it must.</summary>
    public string Ask(string repository) => Locked(() =>
    {
        var lease = Guid.NewGuid().ToString("N");
        _waiting[lease] = repository;
        return _calls.Ask(lease, repository, [lease], _who, mayWait: true);
    });

    /// <summary>Looks at what it was granted.</summary>
    /// <returns>The repositories of the new leases.</returns>
    public List<string> Look() => Locked(() =>
    {
        var found = new List<string>();
        var withPlaces = Environment.TickCount64 - _placed >= _betweenPlaces.TotalMilliseconds;
        if (withPlaces)
            _placed = Environment.TickCount64;
        foreach (var slot in _calls.Mine(withPlaces).Slots)
        {
            if (!_waiting.Remove(slot.Lease, out var repository))
                continue;
            _held[slot.Lease] = repository;
            _happened.Add(("Acquired", repository, slot.Lease));
            found.Add(repository);
        }

        return found;
    });

    /// <summary>Gives a lease back, if it has one.</summary>
    /// <param name="free">Called with its repository and what frees its slot.</param>
    /// <returns>False if it has none.</returns>
    public bool TryRelease(Action<string, Action> free) => Locked(() =>
    {
        if (_held.Count == 0)
            return false;
        var (lease, repository) = _held.First();
        _held.Remove(lease);
        free(repository, () => _calls.Free([lease], []));
        _happened.Add(("Released", repository, lease));
        return true;
    });

    /// <summary>Sends copies of all checkouts.</summary>
    public void MirrorAll(string repository) => Mirror(
        Enumerable.Range(1, Checkouts).Select(number => Checkout(number, repository, "Free")),
        gone: null,
        $$"""[{"repository": "{{repository}}", "fetchedAt": "2026-01-02T03:04:05Z"}]""");

    /// <summary>Delivers what has happened, and sends copies of the checkouts that have changed.</summary>
    /// <returns>True.</returns>
    public bool Tell() => Locked(() =>
    {
        _calls.Deliver(_pool, JsonSerializer.Serialize(_happened.Select(one => new
        {
            number = ++_events,
            at = DateTime.UtcNow,
            kind = one.Kind,
            checkout = $"checkout-{NumberOf(one.Lease)}",
            repository = one.Repository,
            lease = one.Lease,
            who = _who,
        })));
        Mirror(
            _happened.AsEnumerable().Reverse().DistinctBy(one => NumberOf(one.Lease))
                .Select(one => Checkout(NumberOf(one.Lease), one.Repository, one.Kind == "Acquired" ? "Locked" : "Free")),
            gone: []);
        _happened = [];
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _listening.Dispose();
        _database.Dispose();
    }

    private static int NumberOf(string lease) =>
        (int)((uint)lease.GetHashCode(StringComparison.Ordinal) % Checkouts) + 1;

    private void Mirror(IEnumerable<string> checkouts, IReadOnlyList<long>? gone, string? bases = null) =>
        _calls.Mirror($"[{string.Join(',', checkouts)}]", gone, bases, rescues: null);

    // As gitproc list --json shows one.
    private string Checkout(int number, string repository, string state) =>
        $$"""
        {"number": {{number}}, "repository": "{{repository}}", "state": "{{state}}",
         "commit": "429ba373b40b0b7c0a821f90e2cbe23c2364bcde", "usedAt": "{{DateTime.UtcNow:O}}",
         "shown": {"name":"checkout-{{number}}","path":"/home/build/.gitproc_pool/checkout-{{number}}",
          "repository":"{{repository}}","url":"https://{{repository}}","state":"{{state}}","locked":true,"branch":"main",
          "commit":"429ba373b40b0b7c0a821f90e2cbe23c2364bcde","leaseId":"b3288abf01854f4d8eb10d4beb28bd30",
          "ownerProcessId":28623,"ownerProcessName":"bash","ownerProgram":"/usr/bin/bash","ownerRuns":true,"user":"build",
          "machine":"{{_name}}","label":null,"job":"https://ci.example.com/job/1234","environment":null,"isResumed":false,
          "acquiredAt":"{{DateTime.UtcNow:O}}","expiresAt":null,"lastUsedAt":"{{DateTime.UtcNow:O}}",
          "createdAt":"2026-11-30T06:47:51.387Z","kind":"clone","reason":null,"isDirty":null,"ahead":null,"behind":null} }
        """;

    private T Locked<T>(Func<T> call)
    {
        lock (_calling)
            return call();
    }
}
