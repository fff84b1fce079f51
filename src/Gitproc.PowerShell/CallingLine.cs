using System.Management.Automation;
using System.Management.Automation.Language;

namespace Gitproc.PowerShell;

/// <summary>
/// What only the line that called a command tells. PowerShell has no API for it, so the line is parsed. A command that
/// spans lines is seen up to the end of its first line.
/// </summary>
internal static class CallingLine
{
    /// <summary>True if the output of a command goes to a variable, a file or the next command.</summary>
    public static bool IsCaptured(InvocationInfo invocation)
    {
        if (invocation.PipelinePosition < invocation.PipelineLength)
            return true;
        return Find(invocation) is { } command
            && (command.Redirections.Any(IsOfOutput) || Around(command).Any(IsCapture));
    }

    /// <summary>
    /// The number of words before a bare <c>--</c>, which PowerShell does not pass on. The words after it are counted,
    /// because the options before it are no longer in their places.
    /// </summary>
    /// <param name="words">The number of all words.</param>
    /// <param name="lengthOf">The number of words that a splatted variable stands for.</param>
    /// <returns>The number; null if there is no <c>--</c>.</returns>
    public static int? WordsBeforeDashes(InvocationInfo invocation, int words, Func<string, int> lengthOf)
    {
        var elements = Find(invocation)?.CommandElements.ToList() ?? [];
        var dashes = elements.FindIndex(element => element is CommandParameterAst { ParameterName: "-" });
        return dashes < 0
            ? null
            : words
                - elements.Skip(dashes + 1)
                    .Sum(element => element is VariableExpressionAst { Splatted: true } splatted
                        ? lengthOf(splatted.VariablePath.UserPath)
                        : 1);
    }

    private static CommandAst? Find(InvocationInfo invocation) =>
        Parser.ParseInput(invocation.Line, out _, out _)
            .Find(
                node => node is CommandAst && node.Extent.StartOffset == invocation.OffsetInLine - 1,
                searchNestedScriptBlocks: true)
            as CommandAst;

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
