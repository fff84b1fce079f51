using Gitproc.Files;

namespace Gitproc.Git.Running;

/// <summary>Reads git's config at a folder, with git.</summary>
internal sealed class GitConfigReader(GitRunner git)
{
    private const string Separator = "--is-bare-repository";

    /// <summary>Reads the config in the caller's environment, so that <c>GIT_DIR</c> of a hook is respected.</summary>
    /// <returns>The config, and all files that it was read from or that could change it.</returns>
    public (GitConfig Config, IReadOnlySet<string> Files) Read(string directory, CancellationToken cancellationToken)
    {
        // The caller's working directory may be gone. Then only the global and system config applies.
        if (!Directory.Exists(directory))
            directory = Path.GetPathRoot(directory)!;
        // A hook that changes its directory keeps a GIT_DIR relative to its first one. If that GIT_DIR is wrong, find
        // the repository from the folder only.
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
        var ofUser = new List<KeyValuePair<string, string>>();
        var files = new HashSet<string>();
        var fields = listed.Output.Split('\0');
        for (var i = 0; i + 2 < fields.Length; i += 3)
        {
            var entry = ReadEntry(fields[i + 2]);
            entries.Add(entry);
            (fields[i] is "local" or "worktree" ? local : ofUser).Add(entry);
            // git names the repository's own files relative to its top. They are added below.
            if (!fields[i + 1].StartsWith("file:", StringComparison.Ordinal)
                || !Path.IsPathRooted(fields[i + 1]["file:".Length..]))
                continue;
            var origin = fields[i + 1]["file:".Length..];
            files.Add(origin);
            if (IsInclude(entry.Key))
                files.Add(ResolveInclude(entry.Value, origin));
        }

        if (place.ExitCode != 0 || ReadPlace(place.Output) is not [var found, var common, var top])
            return (new GitConfig(entries, null, place.Error) { OfUser = ofUser }, files);

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
        return (new GitConfig(entries, topLevel, null) { Local = local, OfUser = ofUser }, files);
    }

    private static bool IsInclude(string key) =>
        key == "include.path"
        || (key.StartsWith("includeif.", StringComparison.Ordinal) && key.EndsWith(".path", StringComparison.Ordinal));

    // The path is relative to the including file, and may begin with ~ (git-config(1), "Includes").
    private static string ResolveInclude(string path, string includer) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(Paths.Home, path[2..])
            : Path.GetFullPath(path, Path.GetDirectoryName(includer)!);

    // git does not quote these paths, and a path may contain a line end. So a known answer is printed before each path
    // as a separator. --show-toplevel is last because it fails without a work tree, after git printed the other
    // answers.
    private GitResult FindRepository(string directory, bool keep, CancellationToken cancellationToken)
    {
        var found = git.Run(
            Ask("--git-dir", Separator, "--git-common-dir", Separator, "--show-toplevel"), cancellationToken);
        var isBare = found.ExitCode != 0 && found.Output.Length > 0;
        return isBare ? found with { ExitCode = 0 } : found;

        GitCall Ask(params string[] questions) => new(["rev-parse", Separator, .. questions])
        {
            WorkingDirectory = directory,
            KeepRepositoryVariables = keep,
            MayFail = true,
            // The error is parsed, so it must not be translated.
            Environment = [("LC_ALL", "C")],
        };
    }

    // Returns the paths in the order of the questions. The top is empty if there is no work tree.
    private static string[] ReadPlace(string output)
    {
        var end = output.IndexOf('\n', StringComparison.Ordinal) + 1;
        var paths = output[end..].Split($"\n{output[..end]}");
        return [.. paths[..^1], paths[^1] is [.. var top, '\n'] ? top : paths[^1]];
    }

    // The format is "key LF value". A key without "= value" in the file has no LF and means true (git-config(1)).
    private static KeyValuePair<string, string> ReadEntry(string field)
    {
        var end = field.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? new(field, "true") : new(field[..end], field[(end + 1)..]);
    }
}
