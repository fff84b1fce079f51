using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lets a parameter take a span of time as <c>12h</c>. To PowerShell <c>14d</c> is a decimal and <c>90s</c> a short number
/// (about_Numeric_Literals). Other bare numbers are refused: it would take them for ticks, and as text for days.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Read(inputData) ?? inputData;

    /// <summary>Reads a span of time.</summary>
    /// <returns>The span; null when it is something else, which PowerShell may be able to convert.</returns>
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

    private static ArgumentTransformationMetadataException Refused(object value) =>
        new($"'{value}' is not a duration. Use, for example, 90s, 5m, 1h30m or 14d, or give a TimeSpan.");
}
