namespace Gitproc.Help;

/// <summary>Names of types as they are written in PowerShell.</summary>
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

    /// <summary>Names a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>Its name; that of the value for one that may be absent.</returns>
    public static string Of(Type type) =>
        type.IsArray ? Of(type.GetElementType()!) + "[]"
        : Nullable.GetUnderlyingType(type) is { } value ? Of(value)
        : Accelerators.GetValueOrDefault(type) ?? type.Name;
}
