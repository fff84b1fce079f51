namespace Gitproc.Ci;

/// <summary>
/// The logging commands of Azure Pipelines, see learn.microsoft.com "Logging commands" and "SetVariable: Initialize or
/// modify the value of a variable".
/// </summary>
internal sealed class AzureStepOutput : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout) =>
    [
        Command("path", ";isOutput=true", checkout.Path),
        Command("name", ";isOutput=true", checkout.Name),
        Command("leaseId", ";isOutput=true", checkout.LeaseId!),
        // An output is in no environment under a name of its own.
        Command(StepOutput.CheckoutVariable, "", checkout.Path),
        Command(StepOutput.LeaseVariable, "", checkout.LeaseId!),
    ];

    private static string Command(string variable, string property, string value) => $"##vso[task.setvariable variable={variable}{property}]{Escape(value)}";

    // "Logging command format", of what follows the bracket; ; and ] are escaped before it only, where we have names.
    private static string Escape(string value) => value
        .Replace("%", "%AZP25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);
}
