using System.Management.Automation;
using System.Management.Automation.Language;

namespace Gitproc.PowerShell;

/// <summary>
/// Finds out if the output of a command goes to a variable, a file or the next command. PowerShell has no API for this,
/// so the line that called the command is parsed.
/// </summary>
internal static class CapturedOutput
{
    /// <summary>True if the output is captured.</summary>
    public static bool Is(InvocationInfo invocation)
    {
        if (invocation.PipelinePosition < invocation.PipelineLength)
            return true;
        var line = Parser.ParseInput(invocation.Line, out _, out _);
        var command =
            line.Find(
                node => node is CommandAst && node.Extent.StartOffset == invocation.OffsetInLine - 1,
                searchNestedScriptBlocks: true
            ) as CommandAst;
        return command is not null && (command.Redirections.Any(IsOfOutput) || Around(command).Any(IsCapture));
    }

    private static bool IsOfOutput(RedirectionAst redirection) =>
        redirection is FileRedirectionAst { FromStream: RedirectionStream.Output or RedirectionStream.All };

    private static bool IsCapture(Ast node) =>
        node is AssignmentStatementAst or ParenExpressionAst or SubExpressionAst or ArrayExpressionAst;

    // Stops at the enclosing script block: this line does not show where the block's output goes.
    private static IEnumerable<Ast> Around(Ast node)
    {
        for (var around = node.Parent; around is not (null or ScriptBlockAst); around = around.Parent)
            yield return around;
    }
}
