using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>
/// A file of the module is missing. The exception has its own ErrorRecord, so that PowerShell shows the same error
/// wherever it is thrown.
/// </summary>
internal sealed class ModuleIncompleteException(string file)
    : RuntimeException(
        $"{file} is missing: the module Gitproc was removed, or is not completely installed. Install it again, then import it in a new session."
    )
{
    private ErrorRecord? _record;

    /// <inheritdoc/>
    public override ErrorRecord ErrorRecord =>
        _record ??= new ErrorRecord(
            new ParentContainsErrorRecordException(this), "ModuleIncomplete", ErrorCategory.ResourceUnavailable, file);
}
