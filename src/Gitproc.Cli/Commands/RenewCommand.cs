using System.CommandLine;
using Gitproc.Pools;
using Gitproc.Registry;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc renew</c>.</summary>
internal static class RenewCommand
{
    public static Command Create(GlobalOptions options)
    {
        var checkout = LeaseOptions.Checkout();
        var leaseId = LeaseOptions.LeaseId();
        var force = new Option<bool>("--force", "-f")
        {
            Description = "Change the lease even if another live process holds it.",
        };
        var expiry = LeaseOptions.Expiry();
        var strict = LeaseOptions.Strict();
        var label = new Option<string?>("--label")
        {
            Description = "What the checkout is for. An empty text removes the label.",
            HelpName = "TEXT",
        };
        var command = new Command("renew", "Change a lease: its expiry, label or owner.")
        {
            checkout, leaseId, force, expiry, strict, label,
        };
        var (owner, hold) = LeaseOptions.AddOwner(
            command,
            "Hand the lease over to this process. The lease ends when the process ends.");
        command.SetAction(parsed =>
        {
            options.Open(parsed).Leases.Renew(new RenewRequest
            {
                Checkout = parsed.GetValue(checkout),
                LeaseId = parsed.GetValue(leaseId),
                WorkingDirectory = CurrentFolder.Path,
                Force = parsed.GetValue(force),
                ExpiresAfter = parsed.GetValue(expiry),
                IsStrict = parsed.GetValue(strict) ? true : null,
                Label = parsed.GetValue(label),
                Owner = parsed.GetValue(owner) is { } id ? LeaseOwner.OfProcess(id) : null,
                Hold = parsed.GetValue(hold),
            });
            return ExitCode.Done;
        });
        return command;
    }
}
