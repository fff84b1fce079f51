namespace Gitproc.Unit.Ci;

/// <summary>A ready file of this repository for a CI, and the scripts in it.</summary>
public static class CiFile
{
    /// <summary>The root of this repository.</summary>
    public static string Root { get; } = FindRoot();

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The scripts of a YAML file that stand under a key as a block (<c>key: |</c>), in order.</summary>
    public static IReadOnlyList<string> Blocks(string file, string key)
    {
        var lines = Text(file).Split('\n');
        var blocks = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart(' ', '-') == $"{key}: |")
                blocks.Add(Block(lines, i + 1));
        }

        return blocks;
    }

    /// <summary>The commands of a YAML file that stand under a key as a list, as one script.</summary>
    public static string Commands(string file, string key)
    {
        var lines = Text(file).Split('\n').Select(line => line.Trim());
        return string.Join(
            '\n',
            lines
                .SkipWhile(line => line != $"{key}:")
                .Skip(1)
                .TakeWhile(line => line.StartsWith("- ", StringComparison.Ordinal))
                .Select(line => line[2..]));
    }

    private static string Block(string[] lines, int first)
    {
        var indent = lines[first].Length - lines[first].TrimStart().Length;
        var block = lines
            .Skip(first)
            .TakeWhile(line => line.Length == 0 || line.StartsWith(new string(' ', indent), StringComparison.Ordinal));
        return string.Join('\n', block.Select(line => line.Length == 0 ? "" : line[indent..])) + "\n";
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gitproc.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
