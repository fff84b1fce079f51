using System.ComponentModel;
using System.Diagnostics;
using Gitproc.Git.Running;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Pools;

/// <summary>Runs a command in a checkout that was acquired for it, and releases the checkout.</summary>
/// <param name="words">The program and its arguments.</param>
/// <param name="tell">Told why the command cannot be run.</param>
public sealed class CheckoutCommand(Pool pool, IReadOnlyList<string> words, Action<string> tell)
{
    /// <summary>The exit code if the command was not found. Shells use the same.</summary>
    public const int NotFound = 127;

    /// <summary>The exit code if the command is there and cannot be run. Shells use the same.</summary>
    public const int CannotRun = 126;

    // ENOENT, and ERROR_FILE_NOT_FOUND of Windows.
    private const int NoSuchFile = 2;

    /// <summary>
    /// False if the command is a name that is not on the PATH. The PATH is the same in the checkout, so a mistyped name
    /// need not wait for one.
    /// </summary>
    public bool MayBeThere()
    {
        if (Program is not null)
            return true;
        var shown = PrintableText.Of(words[0]);
        tell(ProgramPath.FindScript(words[0]) is { } script
            ? $"{shown} is {PrintableText.Of(Path.GetFileName(script))}, which only cmd.exe runs: cmd /c {shown}"
            : $"{shown} is not on the PATH; a file of the checkout is ./{shown}");
        return false;
    }

    // What has a slash is a path in the checkout, as in a shell that runs there.
    private string? Program => words[0].AsSpan().ContainsAny('/', Path.DirectorySeparatorChar)
        ? words[0]
        : ProgramPath.Find(words[0]);

    /// <summary>Runs it. This process must own the lease.</summary>
    /// <param name="workingDirectory">Where the caller is, whose config has variables for the command.</param>
    /// <param name="prepare">Changes how the command is started; null for no change.</param>
    /// <param name="wait">Waits for the command.</param>
    /// <returns>The exit code of the command, or the one that says why it did not run.</returns>
    public int Run(
        Checkout checkout, string workingDirectory, Action<ProcessStartInfo>? prepare, Action<Process> wait)
    {
        var ownerId = Environment.ProcessId;
        try
        {
            var program = Path.GetFullPath(Program ?? words[0], checkout.Path);
            var start = new ProcessStartInfo(program, words.Skip(1)) { WorkingDirectory = checkout.Path };
            // If a git hook called gitproc, these variables name the hook's repository.
            GitEnvironment.Scrub(start.Environment);
            prepare?.Invoke(start);
            foreach (var (name, value) in pool.Checkouts.Variables(checkout.Name, workingDirectory))
                start.Environment[name] = value;
            try
            {
                using var process = Process.Start(start)!;
                if (TryGiveTo(checkout, process.Id))
                    ownerId = process.Id;
                wait(process);
                return process.ExitCode;
            }
            catch (Win32Exception e)
            {
                return Refuse(program, checkout, e.NativeErrorCode);
            }
        }
        finally
        {
            Release(checkout, ownerId);
        }
    }

    private int Refuse(string program, Checkout checkout, int error)
    {
        var shown = PrintableText.Of(words[0]);
        if (!Path.Exists(program))
        {
            var where = Path.IsPathFullyQualified(words[0]) ? "" : $" in {checkout.Path}";
            tell($"{shown} does not exist{where}");
            return NotFound;
        }

        var why = Directory.Exists(program) ? "it is a folder"
            : error == NoSuchFile ? "the program that its first line names does not exist"
            : new Win32Exception(error).Message;
        tell($"{shown} cannot be run: {why}");
        return CannotRun;
    }

    // If this process is killed, the command runs on, and no other job may get its checkout.
    private bool TryGiveTo(Checkout checkout, int processId)
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

    // The lease stays if the command kept it (renew --hold) or gave it to another process.
    private void Release(Checkout checkout, int ownerId)
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
}
