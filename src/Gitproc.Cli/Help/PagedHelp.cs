using System.CommandLine;
using System.CommandLine.Invocation;
using Gitproc.Cli.Output;

namespace Gitproc.Cli.Help;

/// <summary>Shows what <c>--help</c> prints through the user's pager.</summary>
internal sealed class PagedHelp(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    public override int Invoke(ParseResult parseResult)
    {
        var configuration = parseResult.InvocationConfiguration;
        // Help that explains an error is on standard error.
        if (configuration.Output != Console.Out)
            return help.Invoke(parseResult);
        using var text = new StringWriter();
        configuration.Output = text;
        var code = help.Invoke(parseResult);
        Pager.WriteLines(text.ToString().TrimEnd().Split(Environment.NewLine));
        return code;
    }
}
