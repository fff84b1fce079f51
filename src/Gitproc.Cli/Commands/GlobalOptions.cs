using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>The options that every command takes. They say which pool to open and how much to print.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string?> _pool = new("--pool")
    {
        Description = "The folder of the pool. [default: GITPROC_POOL, or else ~/.gitproc_pool]",
        HelpName = "FOLDER",
        Recursive = true,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [{ Value: "" }])
                    result.AddError("--pool is empty. Name a folder.");
            },
        },
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Show each git command on standard error.",
        Recursive = true,
    };

    public void AddTo(Command root)
    {
        root.Add(_pool);
        root.Add(_verbose);
    }

    /// <summary>Opens the pool, and prints its reports.</summary>
    public Pool Open(ParseResult parsed) => Open(parsed, Reports(parsed));

    /// <summary>Prints reports.</summary>
    public IProgress<PoolReport> Reports(ParseResult parsed) => new ConsoleReports(parsed.GetValue(_verbose));

    /// <summary>Opens the pool with the reports of somebody else.</summary>
    public Pool Open(ParseResult parsed, IProgress<PoolReport> reports) =>
        new(parsed.GetValue(_pool), reports, Caller.Parent, BackgroundCommand.Program);

    /// <summary>Opens the pool without printing its reports.</summary>
    public Pool OpenQuietly(ParseResult parsed) => new(parsed.GetValue(_pool), reports: null, Caller.Parent);

    /// <summary>Prints the state of a checkout whose lease has ended.</summary>
    public static void Tell(Checkout checkout)
    {
        var now = checkout.State == CheckoutState.Free
            ? "is free"
            : checkout.Reason ?? "is released, but not clean: the next acquire cleans it";
        Messages.WriteLine($"gitproc: {checkout.Name} {PrintableText.Of(now)}");
    }
}
