using System.CommandLine;

namespace Gitproc.Cli.Commands;

/// <summary>The options <c>--submodules</c> and <c>--no-submodules</c>.</summary>
internal sealed class SubmoduleOptions
{
    private readonly Option<bool> _fill = new("--submodules")
    {
        Description = "Fill the submodules, nested ones too. [setting: gitproc.submodules]",
    };

    private readonly Option<bool> _leave = new("--no-submodules") { Description = "Leave submodules empty." };

    public void AddTo(Command command)
    {
        command.Add(_fill);
        command.Add(_leave);
        command.Check(result =>
        {
            if (result.GetValue(_fill) && result.GetValue(_leave))
                result.AddError("--submodules and --no-submodules exclude each other.");
        });
    }

    /// <returns>What the user wants; null for the setting.</returns>
    public bool? Wanted(ParseResult parsed) => parsed.GetValue(_fill) ? true : parsed.GetValue(_leave) ? false : null;
}
