using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lets a time parameter also accept an age, such as <c>1h</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeOrAgeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (DurationAttribute.Read(inputData) is not { } age)
            return inputData;
        return age.Duration() <= Duration.Max
            ? DateTimeOffset.UtcNow - age
            : throw new ArgumentTransformationMetadataException(
                $"'{inputData}' is longer ago than {Duration.Max.TotalDays:0} days.");
    }
}
