using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lets a parameter accept a duration such as <c>12h</c>. PowerShell parses <c>14d</c> as a decimal and <c>90s</c> as a
/// short (about_Numeric_Literals). Other bare numbers are refused, because PowerShell would convert a number to ticks,
/// and the same digits in a string to days.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Read(inputData) ?? inputData;

    /// <summary>Reads a duration, and refuses a bare number.</summary>
    /// <returns>The duration; null for another value, which PowerShell may be able to convert.</returns>
    internal static TimeSpan? Read(object inputData)
    {
        var value = Unwrap(inputData);
        return ReadWithUnit(value) ?? (value is int or long or double || IsDigits(value)
            ? throw new ArgumentTransformationMetadataException(
                $"'{value}' is not a duration. Use, for example, 90s, 5m, 1h30m or 14d, or give a TimeSpan.")
            : null);
    }

    /// <summary>Reads a duration that has a unit, as <c>5m</c>.</summary>
    /// <returns>The duration; null for any other value, bare numbers too.</returns>
    internal static TimeSpan? ReadWithUnit(object? value) => Unwrap(value) switch
    {
        decimal days => TimeSpan.FromDays((double)days),
        short seconds => TimeSpan.FromSeconds(seconds),
        string text when !IsDigits(text) => Duration.Parse(text),
        TimeSpan span => span,
        _ => null,
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static bool IsDigits(object? value) => value is string text && text.All(char.IsAsciiDigit);
}

/// <summary>
/// Lets a parameter in seconds accept a duration too, such as <c>30m</c>. A bare number is in seconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        DurationAttribute.ReadWithUnit(inputData) is { } time && time.TotalSeconds <= int.MaxValue
            ? (int)Math.Ceiling(time.TotalSeconds)
            : inputData;
}
