using System.Buffers;
using Gitproc.Files;
using Gitproc.Git.Running;

namespace Gitproc.Checkouts;

/// <summary>
/// The files that come along from a folder of the user's: those that git ignores there and that a pattern matches.
/// </summary>
/// <param name="path">The top of a work tree, absolute. No job writes into it.</param>
/// <param name="patterns">Lines as in a <c>.gitignore</c> file.</param>
internal sealed class CopySource(GitRunner git, string path, RawText patterns)
{
    private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?[\\");

    // What a pattern without a slash matches (gitignore(5)).
    private const string Anywhere = "**/";

    // The user's config for all repositories must not make git run something of this one.
    private static readonly (string Key, string Value)[] Caution = [("core.fsmonitor", "false"), GitCall.NoHooks];

    private readonly HashSet<RawText> _names = NamesIn(patterns);

    /// <summary>The top of the work tree, absolute.</summary>
    public string Path => path;

    /// <summary>Asks git for the files, and for the folders that stay because they hold absolute paths.</summary>
    /// <param name="temporary">A folder for the time of this call, absolute.</param>
    public CopyList Find(string temporary, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(temporary, "patterns");
        File.WriteAllBytes(file, patterns.ToBytes());
        var listing = Call("ls-files", "-z", "--others", "--ignored", "--exclude-from", file);
        var matching = git.Run(listing, cancellationToken)
            .RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(IsOrdinary);
        return WithoutAbsolutePaths(IgnoreCheck.Filter(matching, Call, call => git.Run(call, cancellationToken)));
    }

    private GitCall Call(params string[] arguments) => new(arguments) { WorkingDirectory = path, Config = Caution };

    // A nested repository ends with a slash.
    private static bool IsOrdinary(RawText file) =>
        !file.EndsWith('/')
        && !file.Chars.Split('/').Any(name => name.Equals(".git", StringComparison.OrdinalIgnoreCase));

    // What was built for one folder does not work in another one.
    private CopyList WithoutAbsolutePaths(IReadOnlyList<RawText> files)
    {
        using var root = RawFolder.OpenToRead(path);
        var fixedFolders = new Dictionary<RawText, bool>();
        var left = new SortedSet<RawText>();
        var kept = new List<RawText>();
        foreach (var file in files)
        {
            var isNamed = IsNamed(file);
            RawText? around = null;
            for (var folder = file.ParentPath(); folder.Length > 0 && !isNamed; folder = folder.ParentPath())
            {
                isNamed = IsNamed(folder);
                if (!isNamed && HoldsAbsolutePaths(folder))
                    around = folder;
            }

            if (around is { } holder)
                left.Add(holder);
            else
                kept.Add(file);
        }

        return new CopyList(kept, [.. left]);

        bool HoldsAbsolutePaths(RawText folder)
        {
            if (!fixedFolders.TryGetValue(folder, out var isFixed))
            {
                isFixed = Has(folder, "pyvenv.cfg") || Has(folder, "CMakeCache.txt")
                    || ($"/{folder}".EndsWith("/obj", StringComparison.Ordinal) && Has(folder, "project.assets.json"));
                fixedFolders.Add(folder, isFixed);
            }

            return isFixed;
        }

        bool Has(RawText folder, string name) =>
            root.StatAt(RawText.Create($"{folder}/{name}").ToBytes()) is { Kind: EntryKind.File };
    }

    // True if a pattern without wildcards is this path, or the name at its end.
    private bool IsNamed(RawText file) => _names.Contains(file)
        || _names.Contains(RawText.FromChars(Anywhere + file.Chars[(file.LastIndexOf('/') + 1)..]));

    private static HashSet<RawText> NamesIn(RawText patterns) =>
    [
        .. patterns.Chars.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line[0] is not ('#' or '!') && !line.AsSpan().ContainsAny(Wildcards))
            .Select(line => line.TrimEnd('/'))
            .Select(name => name.Contains('/', StringComparison.Ordinal) ? name.TrimStart('/') : Anywhere + name)
            .Select(RawText.FromChars),
    ];
}

/// <summary>The files that may be copied, and the folders that are not because they hold absolute paths.</summary>
internal sealed record CopyList(IReadOnlyList<RawText> Files, IReadOnlyList<RawText> Fixed);
