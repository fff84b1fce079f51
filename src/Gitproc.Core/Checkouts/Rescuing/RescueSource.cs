using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Where the commit of a rescue is: in a repository of its own (<see cref="RescueStore"/>), or under a ref of the repository that the checkout was of.</summary>
/// <param name="Repository">The repository's git directory, absolute.</param>
internal sealed record RescueSource(string Repository, string Revision)
{
    /// <summary>Makes a git call in the repository.</summary>
    public GitCall Call(params IReadOnlyList<string> arguments) => BaseCall.Of(Repository, arguments) with { Environment = [("GIT_NO_REPLACE_OBJECTS", "1")] };

    /// <summary>Reads what two rescues have in common when they have the same files and commits.</summary>
    public string Identity(GitRunner git, CancellationToken cancellationToken) =>
        git.Run(Call("log", "-1", "--format=%T %P", Revision, "--") with { Subject = Repository }, cancellationToken).Output.Trim();

    /// <summary>Brings the commits that a rescue keeps, with all that they lead to and the base repository has not, into other objects.</summary>
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
