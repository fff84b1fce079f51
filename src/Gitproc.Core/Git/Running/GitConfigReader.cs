using Gitproc.Files;

namespace Gitproc.Git.Running;

/// <summary>Asks git what its config says at a folder.</summary>
internal sealed class GitConfigReader(GitRunner git)
{
    private const string Separator = "--is-bare-repository";

    /// <summary>Asks git, in the caller's environment, so that <c>GIT_DIR</c> of a hook is followed.</summary>
    public (GitConfig Config, IReadOnlySet<string> Files) Read(string directory, CancellationToken cancellationToken)
    {
        // The caller's working directory may be gone. What holds everywhere is then all there is.
        if (!Directory.Exists(directory))
            directory = Path.GetPathRoot(directory)!;
        // A hook that goes elsewhere keeps a GIT_DIR that is relative to where it was called: what it stands in then
        // is found from the folder alone.
        var keep = Environment.GetEnvironmentVariable("GIT_DIR") is not null;
        var place = FindRepository(directory, keep, cancellationToken);
        if (place.ExitCode != 0 && keep)
        {
            keep = false;
            place = FindRepository(directory, keep, cancellationToken);
        }

        var listed = git.Run(
            new GitCall("config", "--list", "--show-scope", "--show-origin", "-z")
            {
                WorkingDirectory = directory,
                KeepRepositoryVariables = keep,
            },
            cancellationToken);

        var entries = new List<KeyValuePair<string, string>>();
        var local = new List<KeyValuePair<string, string>>();
        var files = new HashSet<string>();
        var fields = listed.Output.Split('\0');
        for (var i = 0; i + 2 < fields.Length; i += 3)
        {
            var entry = ReadEntry(fields[i + 2]);
            entries.Add(entry);
            if (fields[i] is "local" or "worktree")
                local.Add(entry);
            // The repository's own files are named relative to its top; they are added below.
            if (!fields[i + 1].StartsWith("file:", StringComparison.Ordinal) || !Path.IsPathRooted(fields[i + 1]["file:".Length..]))
                continue;
            var origin = fields[i + 1]["file:".Length..];
            files.Add(origin);
            if (IsInclude(entry.Key))
                files.Add(ResolveInclude(entry.Value, origin));
        }

        if (place.ExitCode != 0 || ReadPlace(place.Output) is not [var found, var common, var top])
            return (new GitConfig(entries, null, place.Error), files);

        var gitDirectory = Path.GetFullPath(found, directory);
        var localConfig = Path.Combine(Path.GetFullPath(common, directory), "config");
        files.Add(localConfig);
        files.Add(Path.Combine(gitDirectory, "config.worktree"));
        foreach (var (key, value) in entries)
        {
            if (IsInclude(key))
                files.Add(ResolveInclude(value, localConfig));
            if (key.StartsWith("includeif.onbranch:", StringComparison.Ordinal))
                files.Add(Path.Combine(gitDirectory, "HEAD"));
        }

        var topLevel = top.Length > 0 ? Path.GetFullPath(top, directory) : gitDirectory;
        return (new GitConfig(entries, topLevel, null) { Local = local }, files);
    }

    private static bool IsInclude(string key) =>
        key == "include.path"
        || (key.StartsWith("includeif.", StringComparison.Ordinal) && key.EndsWith(".path", StringComparison.Ordinal));

    // git-config(1), "Includes": relative to the file that includes, with ~ for the home folder.
    private static string ResolveInclude(string path, string includer) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Paths.Home, path[2..])
        : Path.GetFullPath(path, Path.GetDirectoryName(includer)!);

    // A folder's name may have a line end in it, and git quotes nothing here: another answer, of which the first line
    // tells what it is, stands before each path. --show-toplevel fails where there is no work tree, after the other
    // answers are out, and so is last.
    private GitResult FindRepository(string directory, bool keep, CancellationToken cancellationToken)
    {
        var found = git.Run(Ask("--git-dir", Separator, "--git-common-dir", Separator, "--show-toplevel"), cancellationToken);
        var isBare = found.ExitCode != 0 && found.Output.Length > 0;
        return isBare ? found with { ExitCode = 0 } : found;

        GitCall Ask(params string[] questions) => new(["rev-parse", Separator, .. questions])
        {
            WorkingDirectory = directory,
            KeepRepositoryVariables = keep,
            MayFail = true,
            // What it says is looked into.
            Environment = [("LC_ALL", "C")],
        };
    }

    // The paths of what was asked; empty for the top where there is no work tree.
    private static string[] ReadPlace(string output)
    {
        var end = output.IndexOf('\n', StringComparison.Ordinal) + 1;
        var paths = output[end..].Split($"\n{output[..end]}");
        return [.. paths[..^1], paths[^1] is [.. var top, '\n'] ? top : paths[^1]];
    }

    // "key LF value"; a key without "= value" in the file has no LF and means true (git-config(1)).
    private static KeyValuePair<string, string> ReadEntry(string field)
    {
        var end = field.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? new(field, "true") : new(field[..end], field[(end + 1)..]);
    }
}
