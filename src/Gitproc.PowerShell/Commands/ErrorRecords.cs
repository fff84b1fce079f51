using System.Management.Automation;
using Gitproc.PowerShell.Loading;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Makes PowerShell's error records. The ids are stable; those of the pool's errors are the names of the reasons.</summary>
internal static class ErrorRecords
{
    /// <summary>Whether an exception is PowerShell's own: an error it has reported already, or how it ends a pipeline.</summary>
    public static bool IsOfPowerShell(Exception exception) =>
        exception is RuntimeException or FlowControlException or HaltCommandException;

    /// <summary>Makes a record.</summary>
    /// <param name="path">What it is about when it comes from the file system, which does not say it; null when that is not known.</param>
    public static ErrorRecord Of(Exception error, string? path = null) => error switch
    {
        // Most files are looked for before; one may go between that and its loading.
        FileNotFoundException or FileLoadException or BadImageFormatException or DllNotFoundException or TypeInitializationException
            when DependencyContext.FindMissing() is { } file => new ModuleIncompleteException(file).ErrorRecord,
        GitprocException refused => new(refused, refused.Reason.ToString(), CategoryOf(refused.Reason), refused.Target) { ErrorDetails = new(OptionSpelling.WithHint(refused.Message, refused.Hint)) },
        InvalidPathException invalid => new(invalid, "InvalidPath", ErrorCategory.InvalidArgument, invalid.Target),
        IOException or UnauthorizedAccessException => new(error, "FileSystemError", ErrorCategory.WriteError, path),
        _ => new(error, "UnexpectedError", ErrorCategory.NotSpecified, null),
    };

    private static ErrorCategory CategoryOf(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidAddress or ErrorReason.AmbiguousRepository or ErrorReason.InvalidSetting or ErrorReason.InvalidPattern
            or ErrorReason.InvalidRef or ErrorReason.ConflictingOptions or ErrorReason.InvalidDuration or ErrorReason.InvalidEnvironment => ErrorCategory.InvalidArgument,
        ErrorReason.UnknownRepository or ErrorReason.NoRepositoryHere or ErrorReason.CheckoutNotFound
            or ErrorReason.OwnerNotRunning or ErrorReason.GitNotFound or ErrorReason.RefNotFound or ErrorReason.RescueNotFound
            or ErrorReason.LinkNotFound or ErrorReason.BaseNotFound => ErrorCategory.ObjectNotFound,
        ErrorReason.NoCheckoutAvailable => ErrorCategory.ResourceUnavailable,
        ErrorReason.NotLocked or ErrorReason.NotRescued or ErrorReason.CannotClean or ErrorReason.NoStepOutput => ErrorCategory.InvalidOperation,
        ErrorReason.InUse => ErrorCategory.ResourceBusy,
        ErrorReason.ProcessStopped => ErrorCategory.OperationTimeout,
        ErrorReason.HeldByOther => ErrorCategory.PermissionDenied,
        ErrorReason.PoolNotUsable => ErrorCategory.OpenError,
        ErrorReason.NameTaken or ErrorReason.PathTaken => ErrorCategory.ResourceExists,
        ErrorReason.DatabaseNotUsable or ErrorReason.InvalidLink => ErrorCategory.InvalidData,
        // The text is what git wrote to its standard error.
        ErrorReason.GitFailed => ErrorCategory.FromStdErr,
        _ => ErrorCategory.NotSpecified,
    };
}
