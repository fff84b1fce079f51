using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>A fleet, for a live view.</summary>
/// <remarks>
/// It goes on while the agent or the fleet's database is away. After the first time, it reads in the background,
/// because the agent may wait for the database.
/// </remarks>
/// <param name="fleet">The fleet.</param>
/// <param name="repository">Only this one: a key or its last part; null for all.</param>
/// <param name="cancellationToken">Ends a read.</param>
public sealed class LiveFleet(FleetView fleet, string? repository, CancellationToken cancellationToken)
    : ILiveSource
{
    // The minimum pause after a read, as a multiple of the time that it took. A large fleet is read in seconds.
    private const int Rest = 20;

    private readonly CancellationTokenSource _end =
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    private FleetSnapshot? _snapshot;
    private Task<FleetSnapshot>? _reading;
    private long _beganAt;
    private long _restsUntil;
    private string? _problem;

    /// <inheritdoc/>
    public bool HasChanged => _reading is { IsCompleted: true };

    /// <inheritdoc/>
    public string Title => "Fleet";

    /// <inheritdoc/>
    public string Summary => _problem is null ? Table.Summary() : PrintableText.Of(_problem);

    private FleetTable Table => new(_snapshot!, DateTimeOffset.UtcNow);

    /// <inheritdoc/>
    public void Read()
    {
        if (_snapshot is null)
        {
            _snapshot = fleet.Read(repository, _end.Token);
        }
        else if (_reading is null)
        {
            if (Environment.TickCount64 < _restsUntil)
                return;
            _beganAt = Environment.TickCount64;
            _reading = Task.Run(() => fleet.Read(repository, _end.Token));
        }
        else if (_reading.IsCompleted)
        {
            try
            {
                _snapshot = _reading.GetAwaiter().GetResult();
                _problem = null;
            }
            catch (GitprocException e)
            {
                _problem = e.Message;
            }

            _reading = null;
            _restsUntil = Environment.TickCount64 + (Rest * (Environment.TickCount64 - _beganAt));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Tables(int? width, bool hasColor) => Table.Tables(width, hasColor);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}
