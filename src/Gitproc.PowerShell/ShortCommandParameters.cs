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
        foreach (var target in new[]
                {
                    line.Named,
                    line.MayBecomeItemProperty ? ShortCommandLine.ItemProperty : line.Target,
                    line.IsBare ? ShortCommandLine.Filter : null,
                }
                .OfType<string>()
                .Where(target => target != ShortCommandLine.Version)
                .Distinct())
            AddOf(target);
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

        void AddOf(string name)
        {
            var command = commands.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function);
            foreach (var parameter in command.Parameters.Values.Where(IsHandedOn))
            {
                Add(
                    parameter.Name,
                    parameter.ParameterType,
                    [
                        new ParameterAttribute(),
                        new ArgumentCompleterAttribute(typeof(ShortCommandCompleter)),
                        .. parameter.Attributes.Where(attribute =>
                            attribute is AliasAttribute or ArgumentTransformationAttribute),
                    ]);
            }
        }

        void Add(string name, Type type, params Attribute[] attributes) =>
            parameters.TryAdd(name, new RuntimeDefinedParameter(name, type, new Collection<Attribute>(attributes)));
    }

    private static bool IsHandedOn(ParameterMetadata parameter) =>
        parameter.Name != "InputObject" && !Cmdlet.CommonParameters.Contains(parameter.Name);
}
