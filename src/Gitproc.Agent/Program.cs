using System.CommandLine;
using Gitproc.Agent.Care;
using Gitproc.Agent.Fleet;
using Gitproc.Agent.Web;
using Gitproc.Fleet.Database;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;
using Microsoft.AspNetCore.Builder;
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
        var page = new Option<string?>("--page")
        {
            Description = "Where to serve the page and the metrics: a port of this machine, ADDRESS:PORT, which needs a "
                + $"token if others reach it, or none. [default: {PageAddress.Default}]",
            HelpName = "ADDRESS",
        };
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = $"The file with the token that opens the page. [default: {PageToken.Variable} has the token]",
            HelpName = "FILE",
        };
        var fleet = new Option<string?>("--fleet")
        {
            Description = "The database of the fleet: postgresql://HOST/DATABASE, or a connection string of Npgsql. "
                + "[default: GITPROC_FLEET, or else gitproc.fleet in git's config]",
            HelpName = "ADDRESS",
        };
        var untilInputEnds = new Option<bool>("--until-input-ends")
        {
            Description = "End when standard input ends, as it does with the program that has started the agent.",
        };
        var onlyPage = new Option<bool>("--only-page") { Description = "Serve the page, and change nothing." };
        var command = new RootCommand(
            "Cares for a pool: ends leases that are over, keeps spares ready, and fetches before somebody needs it.")
        {
            pool, page, tokenFile, fleet, onlyPage, untilInputEnds,
        };
        command.SetAction(parsed => Run(new AgentOptions(
            parsed.GetValue(pool),
            parsed.GetValue(page),
            parsed.GetValue(tokenFile),
            parsed.GetValue(fleet),
            parsed.GetValue(onlyPage),
            parsed.GetValue(untilInputEnds))));
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

    private static int Run(AgentOptions options)
    {
        if (options.Pool is "")
            throw Invalid("--pool is empty. Name a folder.");
        if (options.Fleet is { } named)
        {
            if (options.OnlyPage)
                throw Invalid("--only-page and --fleet exclude each other.");
            FleetAddress.Parse(named);
        }

        var address = options.Page is PageAddress.None ? null
            : options.Page is null ? PageAddress.DefaultIfFree(Tell)
            : PageAddress.Parse(options.Page)
                ?? throw Invalid($"'{options.Page}' is no address for the page. Write --page PORT, or ADDRESS:PORT.");
        var token = PageToken.Read(options.TokenFile);
        // Nobody sits before it who could answer git (git(1), GIT_TERMINAL_PROMPT) or Git Credential Manager.
        Environment.SetEnvironmentVariable("GIT_TERMINAL_PROMPT", "0");
        Environment.SetEnvironmentVariable("GCM_INTERACTIVE", "never");
        if (address is { IsLocal: false } && token is null)
        {
            throw Invalid(
                $"Others may reach a page at {address.Address}, so it needs a token: --token-file, or "
                    + $"{PageToken.Variable}.");
        }

        if (address is null)
        {
            if (options.OnlyPage)
                throw Invalid("--only-page with --page none leaves nothing to do.");
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            Add(builder, options);
            using var host = builder.Build();
            host.Run();
            return 0;
        }

        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Add(web, options);
        PageServer.Add(web, address, token, knowsFleet: !options.OnlyPage);
        using var app = web.Build();
        PageServer.Map(app, token);
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"{app.Urls.First()}/"));
        app.Run();
        return 0;
    }

    private static void Add(IHostApplicationBuilder builder, AgentOptions options)
    {
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
        builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = LogLine.FormatterName);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(services =>
            new Pool(options.Pool, new ReportLog(services.GetRequiredService<ILogger<Pool>>())));
        builder.Services.AddSingleton(options);
        if (options.UntilInputEnds)
            builder.Services.AddHostedService<EndWithInput>();
        if (options.OnlyPage)
            return;
        // Says at once what is wrong with the folder.
        _ = new Pool(options.Pool).Fleet.NewestEvent();
        builder.Services.AddHostedService<PoolKeeper>();
        builder.Services.AddSingleton<OnlyAgent>();
        builder.Services.AddSingleton<SlotWaiters>();
        builder.Services.AddSingleton<Grants>();
        builder.Services.AddSingleton<FleetLoop>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FleetLoop>());
        builder.Services.AddHostedService<AgentServer>();
    }

    private static GitprocException Invalid(string text) => new(ErrorReason.InvalidSetting, text);

    private static void Tell(string text) => Console.Error.WriteLine($"gitproc-agent: {PrintableText.Of(text)}");
}

/// <summary>What the agent is to do.</summary>
/// <param name="Pool">The pool's folder; null for the default.</param>
/// <param name="Page">Where to serve the page, as it was typed; null for the default.</param>
/// <param name="TokenFile">The file with the token that opens the page; null for the variable.</param>
/// <param name="Fleet">The address of the fleet's database; null for the setting.</param>
/// <param name="OnlyPage">True to leave the pool as it is.</param>
/// <param name="UntilInputEnds">True to end when standard input ends.</param>
internal sealed record AgentOptions(
    string? Pool, string? Page, string? TokenFile, string? Fleet, bool OnlyPage, bool UntilInputEnds);
