using System.Text;
using Gitproc.Checkouts.Looking;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>Asks git what objects are.</summary>
internal static class ObjectTypes
{
    /// <summary>Asks.</summary>
    /// <param name="view">The view of the checkout.</param>
    /// <param name="git">Runs git.</param>
    /// <param name="subject">What the user knows it to be about.</param>
    /// <param name="names">Ids, or other names of objects.</param>
    /// <param name="cancellationToken">Ends git.</param>
    /// <returns>For each name in order id and type; the type of one that does not exist is <c>missing</c>.</returns>
    public static IReadOnlyList<(string Id, string Type)> Ask(
        GitView view, GitRunner git, string subject, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var input = Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "\n")));
        var output = git.Run(
            view.Call(subject, "cat-file", "--batch-check=%(objectname) %(objecttype)") with { Input = stream => stream.Write(input) },
            cancellationToken).Output;
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(fields => (fields[0], fields[^1]))];
    }
}
