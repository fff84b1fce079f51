namespace Gitproc.Ci;

/// <summary>
/// The file through which a job of GitLab 16.4 or newer hands variables on to its own <c>after_script</c>, see docs.gitlab.com
/// "CI/CD variables", "Pass an environment variable from the script section to another section in the same job". Each line is
/// a variable, so there is no way to say a line break; git takes none in the path of a pool either (objects/info/alternates).
/// </summary>
/// <param name="file">The path in <c>GITLAB_ENV</c>.</param>
internal sealed class GitLabStepOutput(string file) : IStepOutput
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Write(Checkout checkout)
    {
        StepOutput.Append(file, $"{StepOutput.CheckoutVariable}={checkout.Path}\n{StepOutput.LeaseVariable}={checkout.LeaseId}\n");
        return [];
    }
}
