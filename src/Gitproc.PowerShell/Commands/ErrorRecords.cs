using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>Makes PowerShell's error records of the pool's errors. The ids are the names of the reasons.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes a record.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The record.</returns>
    public static ErrorRecord Of(GitprocException error) =>
        new(error, error.Reason.ToString(), CategoryOf(error.Reason), error.Target);

    private static ErrorCategory CategoryOf(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidAddress or ErrorReason.AmbiguousRepository or ErrorReason.InvalidSetting or ErrorReason.InvalidPattern =>
            ErrorCategory.InvalidArgument,
        ErrorReason.UnknownRepository or ErrorReason.NoRepositoryHere or ErrorReason.CheckoutNotFound
            or ErrorReason.OwnerNotRunning or ErrorReason.GitNotFound => ErrorCategory.ObjectNotFound,
        ErrorReason.NothingFree => ErrorCategory.ResourceUnavailable,
        ErrorReason.NotLocked => ErrorCategory.InvalidOperation,
        ErrorReason.HeldByOther => ErrorCategory.PermissionDenied,
        ErrorReason.PoolNotUsable => ErrorCategory.OpenError,
        ErrorReason.DatabaseNotUsable => ErrorCategory.InvalidData,
        _ => ErrorCategory.NotSpecified,
    };
}
