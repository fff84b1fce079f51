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

    /// <summary>Reads a duration.</summary>
    /// <returns>The duration; null for another value, which PowerShell may be able to convert.</returns>
    internal static TimeSpan? Read(object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            decimal days => TimeSpan.FromDays((double)days),
            short seconds => TimeSpan.FromSeconds(seconds),
            int or long or double => throw Refused(value),
            string text when text.All(char.IsAsciiDigit) => throw Refused(value),
            string text => Duration.Parse(text),
            TimeSpan span => span,
            _ => null,
        };
    }

    /// <summary>True if a value is a duration with a unit, as <c>5m</c>.</summary>
    internal static bool IsDuration(object value)
    {
        try
        {
            return Read(value) is not null;
        }
        catch (ArgumentTransformationMetadataException)
        {
            return false;
        }
    }

    private static ArgumentTransformationMetadataException Refused(object value) =>
        new($"'{value}' is not a duration. Use, for example, 90s, 5m, 1h30m or 14d, or give a TimeSpan.");
}

/// <summary>
/// Lets a parameter in seconds accept a duration too, such as <c>30m</c>. A bare number is in seconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var isNumber = value is int or long or double || (value is string text && text.All(char.IsAsciiDigit));
        return !isNumber && DurationAttribute.Read(value) is { } time && time.TotalSeconds <= int.MaxValue
            ? (int)Math.Ceiling(time.TotalSeconds)
            : inputData;
    }
}
