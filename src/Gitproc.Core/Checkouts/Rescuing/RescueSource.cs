using System.Text;
using Gitproc.Git.Running;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// Where the commit of a rescue is: in its own repository (<see cref="RescueStore"/>), or under a ref of the checkout's
/// repository.
/// </summary>
/// <param name="Repository">The repository's git directory, absolute.</param>
internal sealed record RescueSource(string Repository, string Revision)
{
    public GitCall Call(params IReadOnlyList<string> arguments) =>
        BaseCall.Of(Repository, arguments) with
        {
            Environment = [("GIT_NO_REPLACE_OBJECTS", "1")],
        };

    /// <summary>Reads a text that is the same for two rescues with the same files and commits.</summary>
    public string Identity(GitRunner git, CancellationToken cancellationToken) =>
        git.Run(Call("log", "-1", "--format=%T %P", Revision, "--") with { Subject = Repository }, cancellationToken)
            .Output.Trim();

    /// <summary>
    /// Copies the kept commits of a rescue into another object folder, with all objects that they need and the base
    /// repository does not have.
    /// </summary>
    public void CopyTo(
        GitRunner git,
        string objects,
        IEnumerable<string> others,
        IEnumerable<string> known,
        CancellationToken cancellationToken)
    {
        var wanted = Identity(git, cancellationToken).Split(' ').Skip(1).Concat(others).ToList();
        if (wanted.Count == 0)
            return;
        var input = Encoding.ASCII.GetBytes(
            string.Concat(wanted.Concat(known.Select(id => "^" + id)).Select(line => line + "\n")));
        git.Run(
            Call(
                "pack-objects",
                "--quiet",
                "--revs",
                "--local",
                "--non-empty",
                "--delta-base-offset",
                Path.Combine(objects, "pack", "pack")) with
            {
                Subject = Repository,
                Input = stream => stream.Write(input),
            },
            cancellationToken);
    }
}
