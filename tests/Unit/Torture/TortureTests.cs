using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Torture;

// Processes die on both sides of it, at moments that are random: it has the machine for itself.
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;

/// <summary>The short form of tests/Torture; the long one is run by hand.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class TortureTests
{
    // It is over when it has counted enough; this is for one that hangs.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(30);

    [Fact]
    public Task A_pool_survives_the_torture() =>
        ExpectToPass("--kills", "100", "--acquisitions", "400", "--linked", "40");

    [PostgresFact]
    public Task A_fleet_survives_the_torture() => ExpectToPass("--machines", "2", "--workers", "2", "--kills", "12");

    private static async Task ExpectToPass(params string[] arguments)
    {
        var program = Path.Combine(
            AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Gitproc.Torture.exe" : "Gitproc.Torture");
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        var said = await output;
        Assert.True(process.ExitCode == 0, $"{said}\n{await error}");
        Assert.Contains("passed", said, StringComparison.Ordinal);
    }
}
