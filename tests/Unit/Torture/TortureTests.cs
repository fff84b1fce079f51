using System.Diagnostics;

namespace Gitproc.Unit.Torture;

/// <summary>The short form of tests/Torture.</summary>
public sealed class TortureTests
{
    [Fact]
    public async Task A_pool_survives_kills_at_random_moments()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Gitproc.Torture.dll"), "--kills", "100", "--acquisitions", "1000"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await error);
        Assert.Contains("passed", output, StringComparison.Ordinal);
    }
}
