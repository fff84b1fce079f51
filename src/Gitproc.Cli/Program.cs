using System.CommandLine;
using Gitproc.Cli.Commands;
using Gitproc.Cli.Completion;
using Gitproc.Cli.Output;
using Gitproc.Reports;

namespace Gitproc.Cli;

/// <summary>The <c>gitproc</c> command: parses the command line, calls the pool and prints the result.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (CompleteCommand.WordsOf(arguments) is { } words)
            return CompleteCommand.Run(words);
        var (own, command) = RunCommand.Split(arguments);
        var root = GitprocCommand.Create(command);
        var parsed = root.Parse(
            AcquireOptions.CompleteWait(own), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UsageErrors.Of(parsed, own).ToList() is { Count: > 0 } errors)
        {
            foreach (var error in errors)
                Messages.WriteLine($"gitproc: {error}");
            Messages.WriteLine("See gitproc help.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (GitprocException e)
        {
            Messages.WriteError(e);
            return e.Reason == ErrorReason.NoCheckoutAvailable ? ExitCode.NoCheckoutAvailable : ExitCode.Error;
        }
        catch (OperationCanceledException)
        {
            Messages.WriteLine("gitproc: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Messages.WriteError(e);
            return ExitCode.Error;
        }
    }
}
