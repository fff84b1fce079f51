using System.Net.ServerSentEvents;
using System.Reflection;
using System.Runtime.CompilerServices;
using Gitproc.Pools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gitproc.Agent.Web;

/// <summary>
/// Serves the page, its news and the metrics. All of it only reads. Who gets an answer is decided here, before anything
/// else: with a token, whoever has it. Without one, only programs of this machine reach the address, and a browser only
/// if it was asked for this machine: a site that lets its own name lead to 127.0.0.1 gets nothing.
/// </summary>
internal static class PageServer
{
    // A tab each. All of them share one reading of the pool.
    private const int MostWatchers = 64;

    // What the page may load and do: nothing but its own files and news. Styles in attributes do not count.
    private const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private static int _watchers;

    /// <summary>Makes what the page needs.</summary>
    /// <param name="knowsFleet">True to show the machines of the fleet, if this one is in one.</param>
    public static void Add(WebApplicationBuilder builder, PageAddress address, PageToken? token, bool knowsFleet)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = 4 * MostWatchers;
            options.Limits.MaxRequestBodySize = 0;
            options.Listen(address.Address, address.Port);
        });
        builder.Services.AddRouting();
        builder.Services.AddHostFiltering(options => options.AllowedHosts = token is null
            ? ["localhost", "127.0.0.1", "[::1]", $"{address.Address}"]
            : ["*"]);
        builder.Services.AddSingleton(services => new LocalBoard(services.GetRequiredService<Pool>()));
        if (knowsFleet)
            builder.Services.AddSingleton<IBoardSource, FleetBoard>();
        else
            builder.Services.AddSingleton<IBoardSource>(services => services.GetRequiredService<LocalBoard>());
        builder.Services.AddSingleton<PoolMetrics>();
    }

    /// <summary>Says what is answered.</summary>
    public static void Map(WebApplication app, PageToken? token)
    {
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers.CacheControl = "no-store";
            if (token is null || token.IsIn($"{context.Request.Headers.Authorization}"))
                return next();
            headers.WWWAuthenticate = "Basic realm=\"gitproc\", charset=\"UTF-8\"";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        app.UseHostFiltering();
        app.UseRouting();
        _ = app.Services.GetRequiredService<PoolMetrics>();
        app.MapGet("/", (IBoardSource board) => Results.Text($"{BoardPage.Whole(board.Now())}", "text/html; charset=utf-8"));
        app.MapGet("/news", (IBoardSource board, IHostApplicationLifetime life, CancellationToken gone) =>
            Volatile.Read(ref _watchers) >= MostWatchers
                ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
                : TypedResults.ServerSentEvents(News(board, life.ApplicationStopping, gone)));
        app.MapGet("/metrics", (PoolMetrics metrics, HttpContext context) => metrics.WriteAsync(context.Response));
        foreach (var (name, type) in (ReadOnlySpan<(string, string)>)
            [("page.css", "text/css"), ("page.js", "text/javascript"), ("icon.svg", "image/svg+xml")])
        {
            var content = Asset(name);
            app.MapGet($"/{name}", () => Results.Bytes(content, type));
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> News(
        IBoardSource board, CancellationToken stopping, [EnumeratorCancellation] CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, gone);
        Interlocked.Increment(ref _watchers);
        try
        {
            var (last, silentSince) = ("", Environment.TickCount64);
            while (!end.IsCancellationRequested)
            {
                var parts = $"{BoardPage.Parts(board.Now())}";
                if (parts != last)
                    yield return new SseItem<string>(parts, "board");
                else if (Environment.TickCount64 - silentSince > LongestSilence.TotalMilliseconds)
                    yield return new SseItem<string>("", "alive");
                else
                {
                    await Task.Delay(BetweenLooks, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }

                (last, silentSince) = (parts, Environment.TickCount64);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    private static byte[] Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
