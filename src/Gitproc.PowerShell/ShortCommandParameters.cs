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
    // Positions 0 and 1 belong to -Command and -Argument.
    private const int OwnPositions = 2;

    public static RuntimeDefinedParameterDictionary Of(ShortCommandLine line, CommandInvocationIntrinsics commands)
    {
        var parameters = new RuntimeDefinedParameterDictionary();
        foreach (var target in new[] { line.Named, line.Target, line.IsBare ? ShortCommandLine.Filter : null }
                .OfType<string>()
                .Distinct())
            AddOf(target, line.Words(target));
        // The error should name the unknown command rather than an unknown parameter.
        if (line.Target is null)
            Add(
                "Rest",
                typeof(object[]),
                new ParameterAttribute { ValueFromRemainingArguments = true, DontShow = true });
        if (line.Named == ShortCommandLine.Help)
            Add(
                ShortCommandLine.SubCommand,
                typeof(string),
                new ParameterAttribute { Position = OwnPositions, DontShow = true },
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

        void AddOf(string name, int words)
        {
            var command = commands.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function);
            foreach (var parameter in command.Parameters.Values.Where(IsHandedOn))
            {
                var place = parameter.ParameterSets.Values.Max(set => set.Position);
                var binding = new ParameterAttribute();
                if (place >= 0 && place + words >= OwnPositions)
                    binding.Position = place + words;
                Add(
                    parameter.Name,
                    parameter.ParameterType,
                    [
                        binding,
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
