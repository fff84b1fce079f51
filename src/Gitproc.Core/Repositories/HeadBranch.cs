using Gitproc.Git.Reading;

namespace Gitproc.Repositories;

/// <summary>The branch that a pull request is made of.</summary>
/// <param name="Name">The branch, without <c>refs/heads/</c>.</param>
/// <param name="Owner">The owner of the repository that it is in.</param>
/// <param name="Fork">Where it is; null if it is in the repository itself.</param>
internal sealed record HeadBranch(string Name, string Owner, ForkBranch? Fork)
{
    /// <summary>Names it as GitHub does.</summary>
    public override string ToString() => $"{Owner}:{Name}";

    /// <summary>The command that pushes to it. A stranger may have given it a name that a shell would obey.</summary>
    public string PushCommand => $"git push {Quote(Fork?.Url ?? "origin")} {Quote($"HEAD:refs/heads/{Name}")}";

    /// <summary>Puts a target on a branch of this name, from which <c>git push</c> goes back.</summary>
    /// <param name="defaultBranch">
    /// The repository's default branch: one of a fork with the same name has its owner before it.
    /// </param>
    public Target Continue(Target target, string? defaultBranch) => target with
    {
        Branch = Fork is not null && Name == defaultBranch ? $"{Owner.Replace('/', '-')}/{Name}" : Name,
        HasUpstream = true,
        Fork = Fork,
    };

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
