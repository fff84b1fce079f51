using System.CommandLine;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary>Options and arguments that several commands have.</summary>
internal static class LeaseOptions
{
    /// <summary>The repository that is meant.</summary>
    public static Argument<string?> Repository() => new("repo")
    {
        Description = "A URL, a path, or a name the pool knows. [default: the origin of the repository of the working directory]",
        HelpName = "REPO",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Adds the two options that say with which process the lease ends. They exclude each other.</summary>
    public static (Option<int?> Owner, Option<bool> Hold) AddOwner(Command command, string description)
    {
        var owner = new Option<int?>("--owner-pid")
        {
            Description = description,
            HelpName = "PID",
            CustomParser = Numbers.Parse,
        };
        var hold = new Option<bool>("--hold") { Description = "Hold it until it is released or expires, whoever ends." };
        command.Add(owner);
        command.Add(hold);
        command.Validators.Add(result =>
        {
            if (result.GetValue(hold) && result.GetValue(owner) is not null)
                result.AddError("--hold and --owner-pid exclude each other.");
        });
        return (owner, hold);
    }

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
