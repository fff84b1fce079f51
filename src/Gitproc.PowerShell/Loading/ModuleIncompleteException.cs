using System.Management.Automation;

namespace Gitproc.PowerShell.Loading;

/// <summary>A file of the module is gone. It brings its own record, so that PowerShell shows one wherever it is thrown.</summary>
internal sealed class ModuleIncompleteException(string file)
    : RuntimeException($"{file} is missing: the module Gitproc was removed, or is not wholly installed. Install it again, then import it in a new session.")
{
    private ErrorRecord? _record;

    /// <inheritdoc/>
    public override ErrorRecord ErrorRecord =>
        _record ??= new ErrorRecord(new ParentContainsErrorRecordException(this), "ModuleIncomplete", ErrorCategory.ResourceUnavailable, file);
}
