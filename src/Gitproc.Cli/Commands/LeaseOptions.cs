using System.CommandLine;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class LeaseOptions
{
    public static Argument<string?> Repository() =>
        new("repo")
        {
            Description =
                "A URL, a path, or a name that the pool knows. [default: the origin of the repository in the working directory]",
            HelpName = "REPO",
            Arity = ArgumentArity.ZeroOrOne,
        };

    /// <summary>Adds <c>--owner-pid</c> and <c>--hold</c>, which exclude each other.</summary>
    public static (Option<int?> Owner, Option<bool> Hold) AddOwner(Command command, string description)
    {
        var owner = new Option<int?>("--owner-pid")
        {
            Description = description,
            HelpName = "PID",
            CustomParser = Numbers.Parse,
        };
        var hold = new Option<bool>("--hold")
        {
            Description = "Hold the lease until it is released or expires, with no process as its owner.",
        };
        command.Add(owner);
        command.Add(hold);
        command.Check(result =>
        {
            if (result.GetValue(hold) && result.GetValue(owner) is not null)
                result.AddError("--hold and --owner-pid exclude each other.");
        });
        return (owner, hold);
    }

    public static Option<TimeSpan?> Expiry() =>
        new("--expires-after")
        {
            Description =
                "Let the lease expire after this time, for example 90s, 5m, 1h30m or 2d. Until its owner ends, the checkout is not given away even then. [setting: gitproc.leaseDuration]",
            HelpName = "DURATION",
            CustomParser = result =>
            {
                var after = Durations.Parse(result);
                if (after is { } time && !LeaseExpiry.IsPossible(time))
                    result.AddError(LeaseExpiry.Refusal(result.Tokens[0].Value));
                return after;
            },
        };

    public static Option<bool> Strict() =>
        new("--strict") { Description = "Let the lease expire even while its owner runs." };

    public static Option<string?> LeaseId() =>
        new("--lease-id")
        {
            Description = "Act only on the lease with this id. A later lease is left alone.",
            HelpName = "ID",
        };

    public static Option<bool> StopProcesses(string description) =>
        new("--stop-processes") { Description = description };

    public static Argument<string?> Checkout() =>
        new("checkout")
        {
            Description = "The name of the checkout, or a path in it. [default: the current checkout]",
            HelpName = "CHECKOUT",
            Arity = ArgumentArity.ZeroOrOne,
        };
}
