using System.CommandLine;
using Gitproc.Cli.Commands;

namespace Gitproc.Cli;

/// <summary>The <c>gitproc</c> command: parses, calls the pool, prints.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var (own, command) = RunCommand.Split(arguments);
        var root = GitprocCommand.Create(command);
        var parsed = root.Parse(own);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine($"gitproc: {error.Message}");
            Console.Error.WriteLine("See gitproc help.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (GitprocException e)
        {
            Console.Error.WriteLine($"gitproc: {e.Message}");
            return e.Reason == ErrorReason.NothingFree ? ExitCode.NothingFree : ExitCode.Error;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("gitproc: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"gitproc: {e.Message}");
            return ExitCode.Error;
        }
    }
}
