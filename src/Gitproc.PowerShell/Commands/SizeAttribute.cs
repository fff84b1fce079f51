using System.Management.Automation;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lets a parameter accept a size such as <c>20g</c>, as settings have it. PowerShell itself parses <c>20GB</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SizeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text
            ? PrintableSize.Parse(text) ?? (LanguagePrimitives.TryConvertTo<long>(text, out var bytes)
                ? bytes
                : throw new ArgumentTransformationMetadataException(
                    $"'{text}' is not a size. Use, for example, 20GB or 20g."))
            : inputData;
}
