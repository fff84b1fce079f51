namespace Gitproc.Cli;

/// <summary>The exit codes of <c>gitproc</c>; documented in docs/cli.md.</summary>
internal static class ExitCode
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>It failed; the reason is on standard error.</summary>
    public const int Error = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>No checkout is free and none may be made.</summary>
    public const int NoCheckoutAvailable = 3;

    /// <summary>The command to run was not found, as shells say it.</summary>
    public const int CommandNotFound = 127;

    /// <summary>It was interrupted, as shells say it.</summary>
    public const int Interrupted = 130;
}
