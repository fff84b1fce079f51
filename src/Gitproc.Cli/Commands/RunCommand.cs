using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Gitproc.Cli.Output;
using Gitproc.Git.Running;
using Gitproc.Pools;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary>
/// <c>gitproc run [REPO] -- COMMAND …</c>: acquires a checkout, runs the command in it, and releases the checkout.
/// </summary>
internal static class RunCommand
{
    private const string Name = "run";

    // ENOENT, and ERROR_FILE_NOT_FOUND of Windows.
    private const int NoSuchFile = 2;

    /// <summary>Splits a command line of <c>run</c> at its <c>--</c>. gitproc does not parse what follows.</summary>
    public static (string[] Own, IReadOnlyList<string>? Command) Split(string[] arguments)
    {
        var end = Array.IndexOf(arguments, "--");
        return end >= 0 && arguments.AsSpan(0, end).Contains(Name)
            ? (arguments[..end], arguments[(end + 1)..])
            : (arguments, null);
    }

    /// <param name="commandToRun">The words after <c>--</c>; null if there is no <c>--</c>.</param>
    public static Command Create(GlobalOptions options, IReadOnlyList<string>? commandToRun)
    {
        var acquire = new AcquireOptions();
        var command = new Command(
            Name,
            "Run a command in a checkout of a repository and release the checkout afterwards: gitproc run [REPO] [options] -- COMMAND ..."
        );
        acquire.AddTo(command);
        command.Validators.Add(result =>
        {
            if (commandToRun is not { Count: > 0 })
                result.AddError("Write the command to run after --: gitproc run [REPO] -- COMMAND ...");
        });
        command.SetAction(parsed =>
        {
            // The PATH is the same in the checkout, so a mistyped name need not wait for one.
            var name = commandToRun![0];
            var program = IsName(name) ? ProgramPath.Find(name) : name;
            if (program is null)
            {
                Messages.WriteLine(
                    $"gitproc: {PrintableText.Of(name)} is not on the PATH; a file of the checkout is ./{PrintableText.Of(name)}");
                return ExitCode.CommandNotFound;
            }

            var pool = options.Open(parsed);
            var owner = LeaseOwner.OfProcess(Environment.ProcessId);
            Checkout checkout;
            using (var interruption = new Interruption())
                checkout = pool.Acquiring.Acquire(acquire.Request(parsed, owner), interruption.Token)[0];
            var ownerId = Environment.ProcessId;
            try
            {
                return Run(Path.GetFullPath(program, checkout.Path), commandToRun, checkout, pool, ref ownerId);
            }
            finally
            {
                Release(pool, checkout, ownerId);
            }
        });
        return command;
    }

    // The lease stays if the command kept it (renew --hold) or gave it to another process.
    private static void Release(Pool pool, Checkout checkout, int ownerId)
    {
        try
        {
            pool.Leases.Release(new ReleaseRequest
            {
                Checkout = checkout.Name,
                LeaseId = checkout.LeaseId,
                OwnerProcessId = ownerId,
                WorkingDirectory = checkout.Path,
            });
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.NotLocked)
        {
            // The command released the checkout itself.
        }
    }

    private static int Run(
        string program, IReadOnlyList<string> command, Checkout checkout, Pool pool, ref int ownerId)
    {
        var start = new ProcessStartInfo(program, command.Skip(1)) { WorkingDirectory = checkout.Path };
        // If a git hook called gitproc, these variables name the hook's repository.
        GitEnvironment.Scrub(start.Environment);
        foreach (var (name, value) in pool.Checkouts.Variables(checkout.Name, CurrentFolder.Path))
            start.Environment[name] = value;
        try
        {
            using var passing = new SignalPassing();
            using var process = Process.Start(start)!;
            passing.To(process.Id);
            if (TryGiveTo(pool, checkout, process.Id))
                ownerId = process.Id;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            return Refuse(command[0], program, checkout, e.NativeErrorCode);
        }
    }

    private static int Refuse(string command, string program, Checkout checkout, int error)
    {
        var shown = PrintableText.Of(command);
        if (!Path.Exists(program))
        {
            var where = Path.IsPathFullyQualified(command) ? "" : $" in {checkout.Path}";
            Messages.WriteLine($"gitproc: {shown} does not exist{where}");
            return ExitCode.CommandNotFound;
        }

        var why = Directory.Exists(program) ? "it is a folder"
            : error == NoSuchFile ? "the program that its first line names does not exist"
            : new Win32Exception(error).Message;
        Messages.WriteLine($"gitproc: {shown} cannot be run: {why}");
        return ExitCode.CannotRun;
    }

    // Any other command is a path in the checkout, as in a shell that runs there.
    private static bool IsName(string command) => !command.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar);

    // If this process is killed, the command runs on, and no other job may get its checkout.
    private static bool TryGiveTo(Pool pool, Checkout checkout, int processId)
    {
        try
        {
            pool.Leases.Renew(new RenewRequest
            {
                Checkout = checkout.Name,
                LeaseId = checkout.LeaseId,
                WorkingDirectory = checkout.Path,
                Owner = LeaseOwner.OfProcess(processId),
            });
            return true;
        }
        catch (GitprocException e) when (e.Reason == ErrorReason.OwnerNotRunning)
        {
            // The command has already ended.
            return false;
        }
    }
}
