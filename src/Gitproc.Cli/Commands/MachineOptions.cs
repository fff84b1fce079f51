using System.CommandLine;
using Gitproc.Pools;
using Gitproc.Remote;
using Gitproc.Reports;

namespace Gitproc.Cli.Commands;

/// <summary>The options that name another machine.</summary>
internal sealed class MachineOptions
{
    private readonly Option<string?> _machine;
    private readonly Option<bool> _anywhere;

    /// <param name="what">What is done there, at the beginning of a sentence.</param>
    public MachineOptions(Command command, string what)
    {
        _machine = new("--machine")
        {
            Description = $"{what} on another machine: one of the fleet, or a host as ssh knows it. [setting: gitproc.ssh]",
            HelpName = "HOST",
        };
        _anywhere = new("--anywhere") { Description = $"{what} on the machine of the fleet that is best placed for it." };
        command.Add(_machine);
        command.Add(_anywhere);
        command.Check(result =>
        {
            if (result.GetValue(_machine) is not null && result.GetValue(_anywhere))
                result.AddError("--machine and --anywhere exclude each other.");
        });
    }

    /// <summary>True if another machine is meant.</summary>
    public bool AreGiven(ParseResult parsed) => parsed.GetValue(_machine) is not null || parsed.GetValue(_anywhere);

    /// <summary>Refuses an option that has no meaning on another machine, or none without one.</summary>
    /// <param name="isFor">True for one that needs another machine.</param>
    public void Refuse(Command command, Option option, bool isFor, string why) => command.Check(result =>
    {
        var areGiven = result.GetValue(_machine) is not null || result.GetValue(_anywhere);
        if (result.GetResult(option) is { Implicit: false } && areGiven != isFor)
            result.AddError($"{option.Name} {(isFor ? "needs" : "excludes")} --machine and --anywhere: {why}");
    });

    /// <summary>Finds the machine.</summary>
    public MachineChoice Choose(ParseResult parsed, Pool pool, IProgress<PoolReport> reports) =>
        new(pool, parsed.GetValue(_machine), reports);
}
