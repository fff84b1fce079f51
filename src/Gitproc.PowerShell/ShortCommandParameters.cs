using System.Collections.ObjectModel;
using System.Management.Automation;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell;

/// <summary>
/// The dynamic parameters of <c>gitproc</c> and <c>gp</c>: the parameters of the command that they stand for.
/// Validation is left out, so that the command itself reports the error.
/// </summary>
internal static class ShortCommandParameters
{
    public static RuntimeDefinedParameterDictionary Of(ShortCommandLine line, CommandInvocationIntrinsics commands)
    {
        var parameters = new RuntimeDefinedParameterDictionary();
        var all = new[]
            {
                line.Named,
                line.MayBecomeItemProperty ? ShortCommandLine.ItemProperty : line.Target,
                line.IsBare ? ShortCommandLine.Filter : null,
            }
            .OfType<string>()
            .Where(target => target != ShortCommandLine.Version)
            .Distinct()
            .SelectMany(name =>
                commands.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function).Parameters.Values)
            .Where(IsHandedOn)
            .ToList();
        var names = all.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in all)
        {
            Add(
                parameter.Name,
                parameter.ParameterType,
                [
                    new ParameterAttribute(),
                    new ArgumentCompleterAttribute(typeof(ShortCommandCompleter)),
                    .. parameter.Attributes.OfType<ArgumentTransformationAttribute>(),
                    .. Aliases(parameter),
                ]);
        }

        // All other words, and names that are not parameters, so that the error is Gitproc's own.
        Add(
            ShortCommandLine.Rest,
            typeof(object[]),
            new ParameterAttribute { ValueFromRemainingArguments = true, DontShow = true },
            new ArgumentCompleterAttribute(typeof(ShortCommandCompleter)));
        // An exact name takes precedence over -Hold and other parameters that begin with H.
        if (line.IsBare || line.Named is not null)
            Add("H", typeof(SwitchParameter), new ParameterAttribute { DontShow = true });
        if (line.IsBare)
        {
            parameters.Remove("Pattern");
            Add("F", typeof(object), new ParameterAttribute());
        }

        return parameters;

        // A name of one command may be an alias in another: -Name. It is passed on by the name that was typed.
        IEnumerable<Attribute> Aliases(ParameterMetadata parameter) =>
            parameter.Aliases.Where(alias => !names.Contains(alias)).ToArray() is { Length: > 0 } aliases
                ? [new AliasAttribute(aliases)]
                : [];

        void Add(string name, Type type, params Attribute[] attributes) =>
            parameters.TryAdd(name, new RuntimeDefinedParameter(name, type, new Collection<Attribute>(attributes)));
    }

    private static bool IsHandedOn(ParameterMetadata parameter) =>
        parameter.Name != "InputObject" && !Cmdlet.CommonParameters.Contains(parameter.Name);
}
