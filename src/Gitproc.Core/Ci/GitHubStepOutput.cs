namespace Gitproc.Ci;

/// <summary>
/// The files of GitHub Actions, see docs.github.com "Workflow commands for GitHub Actions": "Setting an output parameter",
/// "Setting an environment variable", and "Multiline strings", a form that takes any value.
/// </summary>
/// <param name="output">The path in <c>GITHUB_OUTPUT</c>.</param>
/// <param name="environment">The path in <c>GITHUB_ENV</c>.</param>
internal sealed class GitHubStepOutput(string output, string environment) : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout)
    {
        StepOutput.Append(output, Entry("path", checkout.Path) + Entry("name", checkout.Name) + Entry("lease-id", checkout.LeaseId!));
        StepOutput.Append(environment, Entry(StepOutput.CheckoutVariable, checkout.Path) + Entry(StepOutput.LeaseVariable, checkout.LeaseId!));
        return [];
    }

    // Random, so that no value can have it for a line and go on with an entry of its own.
    private static string Entry(string name, string value)
    {
        var delimiter = $"gitproc-{Guid.NewGuid():N}";
        return $"{name}<<{delimiter}\n{value}\n{delimiter}\n";
    }
}
