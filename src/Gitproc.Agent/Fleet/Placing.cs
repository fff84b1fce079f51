using System.Diagnostics;
using System.Text.Json;
using Gitproc.Fleet.Database;

namespace Gitproc.Agent.Fleet;

/// <summary>Says which machine of the fleet is best placed for a run of this one.</summary>
/// <remarks>
/// Whoever asks keeps the connection as long as the run lasts, so the agent knows what was sent where before the
/// fleet's copies of checkouts show it. Else a hundred runs at once would all go to the same machine. An agent that is
/// restarted does not know of older runs, which the copies show by then.
/// </remarks>
internal sealed class Placing(FleetLoop fleet) : IDisposable
{
    // A machine sends its copies after two seconds, and has to acquire first.
    private static readonly TimeSpan UntilCopied = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _choosing = new(1);
    private readonly List<(string Machine, long Since)> _runs = [];

    /// <summary>Answers once, and remembers the first machine of the answer until the peer is gone.</summary>
    /// <param name="request">
    /// <c>repository</c>, <c>commit</c>, <c>except</c> and <c>machine</c>, as for <see cref="PlaceQuery"/>.
    /// </param>
    public async Task RunAsync(JsonElement request, Func<string, Task> write, CancellationToken cancellationToken)
    {
        (string Machine, long Since)? run = null;
        try
        {
            string places;
            await _choosing.WaitAsync(cancellationToken);
            try
            {
                places = fleet.Current.Database.Places(
                    request.GetProperty("repository").GetString()!,
                    Text(request, "commit"),
                    [.. request.GetProperty("except").EnumerateArray().Select(one => one.GetString()!)],
                    [.. _runs.Select(one => (one.Machine, Stopwatch.GetElapsedTime(one.Since) < UntilCopied))],
                    Text(request, "machine"));
                using var read = JsonDocument.Parse(places);
                if (read.RootElement.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
                    && first.GetProperty("whyNot").ValueKind == JsonValueKind.Null)
                {
                    run = (first.GetProperty("machine").GetString()!, Stopwatch.GetTimestamp());
                    _runs.Add(run.Value);
                }
            }
            finally
            {
                _choosing.Release();
            }

            await write($$"""{"places": {{places}}}""".ReplaceLineEndings(" "));
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            if (run is { } ended)
            {
                await _choosing.WaitAsync(CancellationToken.None);
                _runs.Remove(ended);
                _choosing.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _choosing.Dispose();

    private static string? Text(JsonElement request, string name) =>
        request.TryGetProperty(name, out var value) ? value.GetString() : null;
}
