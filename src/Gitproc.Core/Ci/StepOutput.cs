using System.Text;
using Gitproc.Reports;

namespace Gitproc.Ci;

/// <summary>Finds out how the CI that this process runs in takes the outputs of a step.</summary>
public static class StepOutput
{
    /// <summary>The variable with the checkout's path in the environment of later steps.</summary>
    internal const string CheckoutVariable = "GITPROC_CHECKOUT";

    /// <summary>The variable with the lease's id in the environment of later steps.</summary>
    internal const string LeaseVariable = "GITPROC_LEASE_ID";

    /// <summary>The way of the CI job that this process runs in, by the variables that each CI documents.</summary>
    /// <returns>The way.</returns>
    /// <exception cref="GitprocException">This is no step of a CI job, or of none that is known to take outputs.</exception>
    public static IStepOutput Current()
    {
        if (Value("GITHUB_ACTIONS") is not null && Value("GITHUB_OUTPUT") is { } output && Value("GITHUB_ENV") is { } environment)
            return new GitHubStepOutput(output, environment);
        if (Value("TF_BUILD") is not null)
            return new AzureStepOutput();
        if (Value("GITLAB_CI") is not null && Value("GITLAB_ENV") is { } file)
            return new GitLabStepOutput(file);
        throw new GitprocException(
            ErrorReason.NoStepOutput,
            "This is no step of a CI job whose outputs can be set: that is so in GitHub Actions (GITHUB_OUTPUT), Azure Pipelines (TF_BUILD) and GitLab (GITLAB_ENV). "
            + "Elsewhere take the path that acquire prints.");
    }

    /// <summary>Adds text to a file of the CI's, in UTF-8, without a mark at the beginning.</summary>
    internal static void Append(string file, string text) => File.AppendAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static string? Value(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

/// <summary>How a CI lets a step hand values on to the steps after it.</summary>
public interface IStepOutput
{
    /// <summary>
    /// Hands a checkout on: its path, name and lease id as outputs of the step, and for the environment of later steps
    /// <c>GITPROC_CHECKOUT</c> and <c>GITPROC_LEASE_ID</c>. None of them can hold a password.
    /// </summary>
    /// <param name="checkout">The checkout, locked.</param>
    /// <returns>Lines that have to go to the step's standard output, for the CI to read; empty where it reads a file.</returns>
    /// <exception cref="IOException">The CI's file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The CI's file cannot be written.</exception>
    IReadOnlyList<string> Write(Checkout checkout);
}

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

/// <summary>
/// The files of GitHub Actions, see docs.github.com "Workflow commands for GitHub Actions": "Setting an output parameter",
/// "Setting an environment variable", and "Multiline strings", a form that takes any value.
/// </summary>
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

/// <summary>
/// The file through which a job of GitLab 16.4 or newer hands variables on to its own <c>after_script</c>, see docs.gitlab.com
/// "CI/CD variables", "Pass an environment variable from the script section to another section in the same job". Each line is
/// a variable, so there is no way to say a line break; git takes none in the path of a pool either (objects/info/alternates).
/// </summary>
internal sealed class GitLabStepOutput(string file) : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout)
    {
        StepOutput.Append(file, $"{StepOutput.CheckoutVariable}={checkout.Path}\n{StepOutput.LeaseVariable}={checkout.LeaseId}\n");
        return [];
    }
}
