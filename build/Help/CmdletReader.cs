using System.Management.Automation;
using System.Reflection;

namespace Gitproc.Help;

/// <summary>Reads the cmdlets of an assembly from its metadata, without running its code.</summary>
internal static class CmdletReader
{
    /// <summary>The parameters that PowerShell adds to a command that supports ShouldProcess.</summary>
    public static IReadOnlyList<ParameterShape> Confirming { get; } =
    [
        new("WhatIf", null, false, null, "", ["wi"], false, []),
        new("Confirm", null, false, null, "", ["cf"], false, []),
    ];

    /// <returns>The cmdlets, sorted by name.</returns>
    public static IReadOnlyList<CommandShape> Read(Assembly assembly) =>
    [
        .. assembly.GetExportedTypes()
            .Select(type => (Type: type, Attribute: Find<CmdletAttribute>(type)))
            .Where(pair => pair.Attribute is not null)
            .Select(pair => Read(pair.Type, pair.Attribute!))
            .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal),
    ];

    /// <summary>Reads the online address of the help pages, without a file name.</summary>
    public static string OnlineFolder(Assembly assembly) =>
        (string)
            assembly
                .GetType("Gitproc.PowerShell.Commands.HelpPage", throwOnError: true)!
                .GetField("Folder")!
                .GetRawConstantValue()!;

    private static CommandShape Read(Type type, CustomAttributeData attribute)
    {
        var name = $"{attribute.ConstructorArguments[0].Value}-{attribute.ConstructorArguments[1].Value}";
        var parameters = type.GetProperties()
            .SelectMany(
                property => property.CustomAttributes.Where(data => data.AttributeType == typeof(ParameterAttribute)),
                (property, data) => (Property: property, Attribute: data))
            .ToList();
        // A parameter that names no set belongs to all sets.
        var sets = parameters
            .Select(pair => SetOf(pair.Attribute))
            .Where(set => set is not null)
            .Distinct()
            .OrderBy(set => set != Named(attribute, "DefaultParameterSetName") as string)
            .ToList();
        return new CommandShape(name, [.. sets.DefaultIfEmpty().Select(ReadSet)]);

        IReadOnlyList<ParameterShape> ReadSet(string? set) =>
        [
            .. parameters
                .Where(pair => SetOf(pair.Attribute) is null || SetOf(pair.Attribute) == set)
                .Select(pair => Read(pair.Property, pair.Attribute))
                // The order of PowerShell: positional parameters first, then the others as declared, base classes last.
                .OrderBy(parameter => parameter.Position ?? int.MaxValue),
            .. Named(attribute, "SupportsShouldProcess") is true ? Confirming : [],
        ];
    }

    private static string? SetOf(CustomAttributeData attribute) => Named(attribute, "ParameterSetName") as string;

    private static ParameterShape Read(PropertyInfo property, CustomAttributeData attribute)
    {
        var byValue = Named(attribute, "ValueFromPipeline") is true;
        var byName = Named(attribute, "ValueFromPipelineByPropertyName") is true;
        var aliases = Find<AliasAttribute>(property) is { } alias ? TextsOf(alias) : [];
        IReadOnlyList<string> values =
            Find<ValidateSetAttribute>(property) is { } set ? TextsOf(set)
            : EnumOf(property.PropertyType) is { } type ? Enum.GetNames(type)
            : [];
        return new ParameterShape(
            property.Name,
            property.PropertyType == typeof(SwitchParameter) ? null : TypeNames.Of(property.PropertyType),
            Named(attribute, "Mandatory") is true,
            Named(attribute, "Position") is int position ? position : null,
            (byValue, byName) switch
            {
                (true, true) => "ByValue, ByPropertyName",
                (true, false) => "ByValue",
                (false, true) => "ByPropertyName",
                _ => "",
            },
            aliases,
            Find<SupportsWildcardsAttribute>(property) is not null,
            values);
    }

    private static Type? EnumOf(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } found ? found : null;

    private static string[] TextsOf(CustomAttributeData attribute) =>
        [
            .. ((IEnumerable<CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Select(argument =>
                (string)argument.Value!),
        ];

    private static CustomAttributeData? Find<T>(MemberInfo member) =>
        member.CustomAttributes.FirstOrDefault(data => data.AttributeType == typeof(T));

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value;
}
