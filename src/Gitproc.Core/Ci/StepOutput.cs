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
    /// <param name="file">The file.</param>
    /// <param name="text">The text.</param>
    internal static void Append(string file, string text) => File.AppendAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    private static string? Value(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
