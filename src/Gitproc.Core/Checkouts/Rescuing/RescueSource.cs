using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Where the commit of a rescue is: in a repository of its own (<see cref="RescueStore"/>), or under a ref of the repository that the checkout was of.</summary>
/// <param name="Repository">The repository's git directory, absolute.</param>
/// <param name="Revision">What names the commit there.</param>
internal sealed record RescueSource(string Repository, string Revision)
{
    /// <summary>Makes a git call in the repository.</summary>
    /// <param name="arguments">What follows <c>git</c>.</param>
    /// <returns>The call, to be made at once.</returns>
    public GitCall Call(params IReadOnlyList<string> arguments) => BaseCall.Of(Repository, arguments) with { Environment = [("GIT_NO_REPLACE_OBJECTS", "1")] };

    /// <summary>Reads what two rescues have in common when they have the same files and commits.</summary>
    /// <param name="git">Runs git.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>The ids of its tree and of the commits that it keeps.</returns>
    public string Identity(GitRunner git, CancellationToken cancellationToken) =>
        git.Run(Call("log", "-1", "--format=%T %P", Revision, "--") with { Subject = Repository }, cancellationToken).Output.Trim();

    /// <summary>Brings the commits that a rescue keeps, with all that they lead to and the base repository has not, into other objects.</summary>
    /// <param name="git">Runs git.</param>
    /// <param name="objects">An <c>objects</c> folder.</param>
    /// <param name="others">The ids of more objects.</param>
    /// <param name="known">The ids of commits that the base repository has.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <exception cref="GitprocException">Something is missing.</exception>
    public void CopyTo(GitRunner git, string objects, IEnumerable<string> others, IEnumerable<string> known, CancellationToken cancellationToken)
    {
        var wanted = Identity(git, cancellationToken).Split(' ').Skip(1).Concat(others).ToList();
        if (wanted.Count == 0)
            return;
        var input = RawText.ToBytes(string.Concat(wanted.Concat(known.Select(id => "^" + id)).Select(line => line + "\n")));
        git.Run(
            Call("pack-objects", "--quiet", "--revs", "--local", "--non-empty", "--delta-base-offset", Path.Combine(objects, "pack", "pack")) with
            {
                Subject = Repository,
                Input = stream => stream.Write(input),
            },
            cancellationToken);
    }
}
