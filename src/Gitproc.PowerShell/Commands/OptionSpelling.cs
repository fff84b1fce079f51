using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>Translates options of the native command to parameters of PowerShell.</summary>
internal static class OptionSpelling
{
    private const string Off = ":$false";

    // The options that have another name here. All others have the same words.
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["DryRun"] = "WhatIf",
        ["Env"] = "Environment",
        ["NoHooks"] = "NoHook",
        ["NoLfs"] = $"Lfs{Off}",
        ["NoSubmodules"] = $"Submodule{Off}",
        ["OwnerPid"] = "Owner",
        ["Pr"] = "PullRequest",
        ["Repo"] = "Repository",
        ["StepOutput"] = "AsStepOutput",
        ["StopProcesses"] = "StopProcess",
        ["Submodules"] = "Submodule",
    };

    /// <summary>Appends the command that helps to a message.</summary>
    public static string WithHint(string message, Hint? hint) => message + hint?.Write(Spell);

    /// <summary>Writes an option of a hint.</summary>
    public static string Spell(string name) => "-" + ParameterOf(name);

    /// <summary>Names the switch that an option turns off; null if it turns off none.</summary>
    public static string? SwitchedOff(string option) =>
        ParameterOf(option) is var name && name.EndsWith(Off, StringComparison.Ordinal) ? name[..^Off.Length] : null;

    /// <summary>Names the parameter for an option.</summary>
    /// <param name="option">As <c>--new-branch</c>, or as <see cref="HintOption.Name"/>.</param>
    /// <returns>As <c>NewBranch</c>, even if no command has that parameter.</returns>
    public static string ParameterOf(string option)
    {
        var name = string.Concat(
            option
                .Split('-', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        return OtherNames.GetValueOrDefault(name, name);
    }
}
