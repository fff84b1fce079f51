using System.Text;
using Gitproc.Reports;

namespace Gitproc.Ci;

/// <summary>Finds the way to set outputs of a step in the CI that this process runs in.</summary>
public static class StepOutput
{
    /// <summary>The environment variable of later steps with the path of the checkout.</summary>
    internal const string CheckoutVariable = "GITPROC_CHECKOUT";

    /// <summary>The environment variable of later steps with the id of the lease.</summary>
    internal const string LeaseVariable = "GITPROC_LEASE_ID";

    /// <summary>Recognizes the CI by the environment variables that it documents.</summary>
    /// <returns>The way to set outputs.</returns>
    /// <exception cref="GitprocException">
    /// This is not a step of a CI job, or the CI is not one whose outputs can be set.
    /// </exception>
    public static IStepOutput Current()
    {
        if (Value("GITHUB_ACTIONS") is not null
            && Value("GITHUB_OUTPUT") is { } output
            && Value("GITHUB_ENV") is { } environment)
            return new GitHubStepOutput(output, environment);
        if (Value("TF_BUILD") is not null)
            return new AzureStepOutput();
        if (Value("GITLAB_CI") is not null && Value("GITLAB_ENV") is { } file)
            return new GitLabStepOutput(file);
        throw new GitprocException(
            ErrorReason.NoStepOutput,
            "This is not a step of a CI job whose outputs gitproc can set. It can in GitHub Actions (GITHUB_OUTPUT), Azure Pipelines (TF_BUILD) and GitLab (GITLAB_ENV). "
            + "Elsewhere, use the path that acquire prints.");
    }

    /// <summary>Appends text to a file of the CI, in UTF-8 without a byte order mark.</summary>
    internal static void Append(string file, string text) =>
        File.AppendAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static string? Value(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

/// <summary>Passes values from a step of a CI job to the steps after it.</summary>
public interface IStepOutput
{
    /// <summary>
    /// Passes a checkout on: its path, name and lease id as outputs of the step, and <c>GITPROC_CHECKOUT</c> and
    /// <c>GITPROC_LEASE_ID</c> for the environment of later steps. None of these values can contain a password.
    /// </summary>
    /// <param name="checkout">The checkout, which is locked.</param>
    /// <returns>
    /// The lines to print to standard output, where the CI reads them; empty if the CI reads them from a file instead.
    /// </returns>
    /// <exception cref="IOException">The file of the CI cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file of the CI cannot be written.</exception>
    IReadOnlyList<string> Write(Checkout checkout);

    /// <summary>Makes the CI show a message as an error of the step, for example on the page of the run.</summary>
    /// <param name="message">The message, of any number of lines and without a password.</param>
    /// <returns>The line to print to standard output; null if the CI has no such command.</returns>
    string? ShowError(string message);
}

/// <summary>
/// Logging commands of Azure Pipelines, see learn.microsoft.com, "Logging commands" and "SetVariable: Initialize or
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
        // Outputs do not become environment variables with these names, so they are set as variables, too.
        Command(StepOutput.CheckoutVariable, "", checkout.Path),
        Command(StepOutput.LeaseVariable, "", checkout.LeaseId!),
    ];

    /// <inheritdoc/>
    public string ShowError(string message) => $"##vso[task.logissue type=error]{Escape(message)}";

    private static string Command(string variable, string property, string value) =>
        $"##vso[task.setvariable variable={variable}{property}]{Escape(value)}";

    // "Logging command format". In the value after the bracket, ; and ] need no escape.
    private static string Escape(string value) => value
        .Replace("%", "%AZP25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal)
        .Replace("\n", "%0A", StringComparison.Ordinal);
}

/// <summary>
/// The files of GitHub Actions, see docs.github.com, "Workflow commands for GitHub Actions": "Setting an output
/// parameter", "Setting an environment variable", and "Multiline strings", which can hold any value.
/// </summary>
internal sealed class GitHubStepOutput(string output, string environment) : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout)
    {
        StepOutput.Append(
            output, Entry("path", checkout.Path) + Entry("name", checkout.Name) + Entry("lease-id", checkout.LeaseId!));
        StepOutput.Append(
            environment,
            Entry(StepOutput.CheckoutVariable, checkout.Path) + Entry(StepOutput.LeaseVariable, checkout.LeaseId!));
        return [];
    }

    /// <inheritdoc/>
    // "Setting an error message"; actions/toolkit, command.ts, escapeData.
    public string ShowError(string message) =>
        "::error title=gitproc::"
        + message
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    // The delimiter is random. Otherwise a value could contain it as a line, and add entries of its own after it.
    private static string Entry(string name, string value)
    {
        var delimiter = $"gitproc-{Guid.NewGuid():N}";
        return $"{name}<<{delimiter}\n{value}\n{delimiter}\n";
    }
}

/// <summary>
/// The file through which a job of GitLab 16.4 or newer passes variables to its <c>after_script</c>, see
/// docs.gitlab.com, "CI/CD variables", "Pass an environment variable from the script section to another section in the
/// same job". Each line is a variable, so a value cannot contain a line break. The path of a pool cannot either,
/// because git does not allow it in objects/info/alternates.
/// </summary>
internal sealed class GitLabStepOutput(string file) : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout)
    {
        StepOutput.Append(
            file, $"{StepOutput.CheckoutVariable}={checkout.Path}\n{StepOutput.LeaseVariable}={checkout.LeaseId}\n");
        return [];
    }

    /// <inheritdoc/>
    public string? ShowError(string message) => null;
}
