using System.Management.Automation;
using Gitproc.PowerShell.Loading;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Makes error records. Their ids are stable: for errors of the pool, the name of the <see cref="ErrorReason"/>.
/// </summary>
internal static class ErrorRecords
{
    /// <summary>
    /// True if PowerShell threw the exception: for an error that it has already reported, or to stop a pipeline.
    /// </summary>
    public static bool IsOfPowerShell(Exception exception) =>
        exception is RuntimeException or FlowControlException or HaltCommandException;

    /// <summary>Makes a record.</summary>
    /// <param name="path">The target of a file system error, whose exception does not name it; null if unknown.</param>
    public static ErrorRecord Of(Exception error, string? path = null) =>
        error switch
        {
            // The files of the module are checked before they are loaded, but one may disappear in between.
            FileNotFoundException
            or FileLoadException
            or BadImageFormatException
            or DllNotFoundException
            or TypeInitializationException when DependencyContext.FindMissing() is { } file =>
                new ModuleIncompleteException(file).ErrorRecord,
            GitprocException refused => new(
                refused, refused.Reason.ToString(), CategoryOf(refused.Reason), refused.Target)
            {
                ErrorDetails = new(OptionSpelling.WithHint(refused.Message, refused.Hint)),
            },
            InvalidPathException invalid => new(invalid, "InvalidPath", ErrorCategory.InvalidArgument, invalid.Target),
            IOException or UnauthorizedAccessException => new(error, "FileSystemError", ErrorCategory.WriteError, path),
            _ => new(error, "UnexpectedError", ErrorCategory.NotSpecified, null),
        };

    private static ErrorCategory CategoryOf(ErrorReason reason) =>
        reason switch
        {
            ErrorReason.InvalidAddress
            or ErrorReason.AmbiguousRepository
            or ErrorReason.AmbiguousRescue
            or ErrorReason.InvalidSetting
            or ErrorReason.InvalidPattern
            or ErrorReason.InvalidRef
            or ErrorReason.ConflictingOptions
            or ErrorReason.InvalidDuration
            or ErrorReason.InvalidEnvironment => ErrorCategory.InvalidArgument,
            ErrorReason.UnknownRepository
            or ErrorReason.NoRepositoryHere
            or ErrorReason.CheckoutNotFound
            or ErrorReason.OwnerNotRunning
            or ErrorReason.GitNotFound
            or ErrorReason.RefNotFound
            or ErrorReason.RescueNotFound
            or ErrorReason.LinkNotFound
            or ErrorReason.NoSetup
            or ErrorReason.BaseNotFound => ErrorCategory.ObjectNotFound,
            ErrorReason.NoCheckoutAvailable => ErrorCategory.ResourceUnavailable,
            ErrorReason.NotLocked or ErrorReason.NotRescued or ErrorReason.CannotClean or ErrorReason.CannotCarry
                or ErrorReason.NoStepOutput or ErrorReason.NotAnswered =>
                ErrorCategory.InvalidOperation,
            ErrorReason.FleetNotReachable or ErrorReason.AgentNotRunning or ErrorReason.MachineNotReachable
                or ErrorReason.ConnectionLost => ErrorCategory.ConnectionError,
            ErrorReason.MachineNotUsable => ErrorCategory.NotInstalled,
            ErrorReason.UnexpectedCommit => ErrorCategory.InvalidResult,
            ErrorReason.InUse => ErrorCategory.ResourceBusy,
            ErrorReason.ProcessStopped => ErrorCategory.OperationTimeout,
            ErrorReason.HeldByOther or ErrorReason.MachineRefuses => ErrorCategory.PermissionDenied,
            ErrorReason.PoolNotUsable => ErrorCategory.OpenError,
            ErrorReason.NameTaken or ErrorReason.PathTaken => ErrorCategory.ResourceExists,
            ErrorReason.DatabaseNotUsable
            or ErrorReason.InvalidLink
            or ErrorReason.InvalidSetup => ErrorCategory.InvalidData,
            // The message is what git wrote to standard error.
            ErrorReason.GitFailed => ErrorCategory.FromStdErr,
            _ => ErrorCategory.NotSpecified,
        };
}
