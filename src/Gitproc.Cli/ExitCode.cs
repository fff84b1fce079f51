using Gitproc.Pools;

namespace Gitproc.Cli;

/// <summary>The exit codes of <c>gitproc</c>; documented in docs/cli.md.</summary>
internal static class ExitCode
{
    /// <summary>The command succeeded.</summary>
    public const int Done = 0;

    /// <summary>The command failed. The reason is on standard error.</summary>
    public const int Error = 1;

    /// <summary>The command line is not valid.</summary>
    public const int Usage = 2;

    /// <summary>No checkout is free and none may be made.</summary>
    public const int NoCheckoutAvailable = 3;

    /// <summary>The command to run exists and cannot be run. Shells use the same code.</summary>
    public const int CannotRun = CheckoutCommand.CannotRun;

    /// <summary>The command to run was not found. Shells use the same code.</summary>
    public const int CommandNotFound = CheckoutCommand.NotFound;

    /// <summary>gitproc was interrupted. Shells use the same code.</summary>
    public const int Interrupted = 130;
}
