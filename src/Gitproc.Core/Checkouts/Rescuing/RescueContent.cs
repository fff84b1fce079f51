using System.Text;
using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>The tree of a rescue.</summary>
internal sealed class RescueContent(RescueSource source, GitRunner git)
{
    /// <summary>A file or link of the tree.</summary>
    /// <param name="Path">Its path in the tree.</param>
    public sealed record Item(string Mode, string Id, RawText Path)
    {
        /// <summary>True for a symbolic link, whose content is the link's target.</summary>
        public bool IsLink => Mode == "120000";

        /// <summary>True for an executable file.</summary>
        public bool IsExecutable => Mode == "100755";
    }

    /// <summary>Lists the tree.</summary>
    public IReadOnlyList<Item> List(CancellationToken cancellationToken)
    {
        var output = git.Run(
            source.Call("ls-tree", "-r", "-z", "--full-tree", source.Revision), cancellationToken).RawOutput;
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(Read)];

        // git-ls-tree(1): "mode type id TAB path"
        static Item Read(RawText line)
        {
            var tab = line.IndexOf('\t');
            var fields = line[..tab].ToText().Split(' ');
            return new Item(fields[0], fields[2], line[(tab + 1)..]);
        }
    }

    /// <summary>Reads contents.</summary>
    /// <param name="use">Called for each item in order. It must read the item from the reader.</param>
    public void Read(IReadOnlyList<Item> items, Action<Item, BatchReader> use, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return;
        var input = Encoding.ASCII.GetBytes(string.Concat(items.Select(item => item.Id + "\n")));
        git.Run(
            source.Call("cat-file", "--batch") with
            {
                Input = stream => stream.Write(input),
                ReadOutput = stream =>
                {
                    using var reader = new BatchReader(stream);
                    foreach (var item in items)
                        use(item, reader);
                },
            },
            cancellationToken);
    }
}
