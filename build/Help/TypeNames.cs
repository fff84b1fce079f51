namespace Gitproc.Help;

/// <summary>Names types as PowerShell scripts write them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Accelerators = new()
    {
        [typeof(string)] = "string",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(bool)] = "bool",
        [typeof(object)] = "Object",
        [typeof(System.Management.Automation.PSObject)] = "psobject",
        [typeof(TimeSpan)] = "timespan",
    };

    /// <returns>The name of the type; for a nullable value type, the name of the underlying type.</returns>
    public static string Of(Type type) =>
        type.IsArray ? Of(type.GetElementType()!) + "[]"
        : Nullable.GetUnderlyingType(type) is { } value ? Of(value)
        : Accelerators.GetValueOrDefault(type) ?? type.Name;
}
