using System.CommandLine;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary>What <c>acquire</c> and <c>renew</c> are told of a lease alike.</summary>
internal static class LeaseOptions
{
    /// <summary>After what time it expires.</summary>
    public static Option<TimeSpan?> Expiry() => new("--expires-after")
    {
        Description = "Let it expire after this time, as 90s, 5m, 1h30m, 2d. While its owner is seen to live it is not given away even then. [setting: gitproc.leaseDuration]",
        HelpName = "DURATION",
        CustomParser = result =>
        {
            var after = Durations.Parse(result);
            if (after is { } time && !LeaseExpiry.IsPossible(time))
                result.AddError(LeaseExpiry.Refusal(result.Tokens[0].Value));
            return after;
        },
    };

    /// <summary>Whether the expiry counts while the owner lives.</summary>
    public static Option<bool> Strict() => new("--strict") { Description = "Let it expire even while its owner lives." };

    /// <summary>Which acquisition is meant.</summary>
    public static Option<string?> LeaseId() => new("--lease-id")
    {
        Description = "Only this acquisition of it: a later one is left alone.",
        HelpName = "ID",
    };

    /// <summary>Whether processes are ended.</summary>
    public static Option<bool> StopProcesses(string description) => new("--stop-processes") { Description = description };

    /// <summary>Which checkout is meant.</summary>
    public static Argument<string?> Checkout() => new("checkout")
    {
        Description = "Its name, or a path in it. [default: the current checkout]",
        HelpName = "CHECKOUT",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
