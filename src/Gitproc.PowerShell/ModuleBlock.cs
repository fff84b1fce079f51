using System.Management.Automation;

namespace Gitproc.PowerShell;

/// <summary>The blocks that Gitproc.psm1 has for cmdlets: one that a cmdlet made would have no more rights than the session.</summary>
internal static class ModuleBlock
{
    /// <summary>Finds one; ends the cmdlet where the module was imported in a session of constrained language, and has none.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="name">The block's name.</param>
    /// <returns>The block.</returns>
    public static ScriptBlock Of(PSCmdlet cmdlet, string name)
    {
        var block = cmdlet.MyInvocation.MyCommand.Module?.SessionState.PSVariable.GetValue(name) as ScriptBlock;
        if (block is null)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new PSNotSupportedException("That takes a session that had full language when the module was imported. The cmdlets themselves work without."),
                "ConstrainedLanguage",
                ErrorCategory.NotEnabled,
                cmdlet.MyInvocation.MyCommand.Name));
        }

        return block!;
    }
}
