using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lets a parameter take a span of time as <c>14d</c>. A bare number is refused: PowerShell takes it for ticks or days, as it is a
/// number or a text.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var isText = value is string;
        if (value is int or long or double or decimal || (value is string text && text.All(char.IsAsciiDigit)))
            throw new ArgumentTransformationMetadataException($"'{value}' is no duration. Write 90s, 5m, 1h30m or 14d, or give a TimeSpan.");
        return isText && Duration.Parse((string)value) is { } span ? span : inputData;
    }
}
