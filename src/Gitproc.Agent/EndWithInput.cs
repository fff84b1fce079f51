using Microsoft.Extensions.Hosting;

namespace Gitproc.Agent;

/// <summary>
/// Ends the agent when its standard input ends. That is a pipe of the program that has started it, which the system
/// closes even if that program is killed.
/// </summary>
internal sealed class EndWithInput(IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whatever the stream is, a read of it may block and is not cancelled.
        await Task.Run(ReadToEnd, stoppingToken).WaitAsync(stoppingToken);
        lifetime.StopApplication();
    }

    private static void ReadToEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
            // Nobody has anything to say to the agent.
        }
    }
}
