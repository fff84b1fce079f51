using System.CommandLine;
using Gitproc.Agent.Care;
using Gitproc.Agent.Fleet;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Gitproc.Agent;

/// <summary>
/// The <c>gitproc-agent</c> program: cares for the pool of a machine as long as it runs. It holds nothing that is not
/// in a database, so it may be killed at any moment, and two of them on one pool do no harm.
/// </summary>
internal static class Program
{
    private const int Error = 1;
    private const int Usage = 2;

    private static int Main(string[] arguments)
    {
        var pool = new Option<string?>("--pool")
        {
            Description = "The folder of the pool. [default: GITPROC_POOL, or else ~/.gitproc_pool]",
            HelpName = "FOLDER",
        };
        var command = new RootCommand("Cares for a pool: ends leases that are over, keeps spares ready, and fetches.")
        {
            pool,
        };
        command.SetAction(parsed => Run(parsed.GetValue(pool)));
        var parsed = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors is { Count: > 0 } errors)
        {
            foreach (var error in errors)
                Tell(SecretText.Hide(error.Message));
            return Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            Tell(e.Message);
            return Error;
        }
    }

    private static int Run(string? folder)
    {
        if (folder is "")
            throw new GitprocException(ErrorReason.PoolNotUsable, "--pool is empty. Name a folder.");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Log(builder);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(services =>
            new Pool(folder, new ReportLog(services.GetRequiredService<ILogger<Pool>>())));
        builder.Services.AddHostedService<PoolKeeper>();
        builder.Services.AddSingleton<OnlyAgent>();
        builder.Services.AddSingleton<SlotWaiters>();
        builder.Services.AddSingleton<FleetLoop>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FleetLoop>());
        builder.Services.AddHostedService<AgentServer>();
        using var host = builder.Build();
        host.Run();
        return 0;
    }

    private static void Log(HostApplicationBuilder builder)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
        builder.Services.PostConfigure<ConsoleLoggerOptions>(options => options.FormatterName = LogLine.FormatterName);
    }

    private static void Tell(string text) => Console.Error.WriteLine($"gitproc-agent: {PrintableText.Of(text)}");
}
