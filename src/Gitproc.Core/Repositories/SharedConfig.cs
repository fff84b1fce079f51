using System.Text;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Git.Untrusted;

namespace Gitproc.Repositories;

/// <summary>
/// Config and hooks of a base repository that has checkouts as worktrees. These share them, so a job can set there what
/// git runs: it is put back whenever a checkout is handed over, and before Gitproc runs git there. What a job cannot do
/// without, and no git of Gitproc's runs, stays: who the user is, what branches follow, more remotes and submodules,
/// without the passwords in their URLs.
/// </summary>
internal static partial class SharedConfig
{
    // git-config(1) takes the lock for the moment in which it writes.
    private const int LockTimeoutMilliseconds = 1000;

    /// <summary>Begins to guard a base repository, before it has its first worktree.</summary>
    public static void Keep(string basePath)
    {
        var pristine = PristineFile(basePath);
        if (File.Exists(pristine))
            return;
        var own = $"{pristine}.{Guid.NewGuid():N}";
        File.Copy(ConfigFile(basePath), own);
        try
        {
            File.Move(own, pristine);
        }
        catch (IOException) when (File.Exists(pristine))
        {
            // Another process was faster, and a job may have changed what this one has read.
            File.Delete(own);
        }
    }

    /// <summary>Restores config and hooks if a base repository has worktrees.</summary>
    public static void PutBack(string basePath)
    {
        var pristine = PristineFile(basePath);
        if (!File.Exists(pristine))
            return;
        FolderRemoval.Remove(Path.Combine(basePath, "hooks"));
        var (now, first) = (
            File.Exists(ConfigFile(basePath)) ? File.ReadAllText(ConfigFile(basePath)) : "",
            File.ReadAllText(pristine));
        var wanted = now == first ? first : first + Harmless(now[CommonStart(now, first)..]);
        if (wanted == now)
            return;
        Replace(basePath, wanted);
    }

    // As git-config(1) does, so that no job's change is lost that is none of those that are put back.
    private static void Replace(string basePath, string text)
    {
        var (file, lockFile) = (ConfigFile(basePath), ConfigFile(basePath) + ".lock");
        for (var end = Environment.TickCount64 + LockTimeoutMilliseconds; ; Thread.Sleep(1))
        {
            try
            {
                using (var stream = new FileStream(lockFile, FileMode.CreateNew, FileAccess.Write))
                    stream.Write(Encoding.UTF8.GetBytes(text));
                FileMove.Replace(lockFile, file);
                return;
            }
            catch (IOException e) when (NewFile.IsTaken(e))
            {
                // One that was killed left it.
                if (Environment.TickCount64 > end)
                    File.Delete(lockFile);
            }
        }
    }

    // What jobs have added most often follows what was there.
    private static int CommonStart(string now, string first) =>
        now.StartsWith(first, StringComparison.Ordinal) ? first.Length : 0;

    // Line by line, and only lines that mean the same to git wherever they stand. A job wrote this, and git will obey
    // what stays. If a parser of ours decided, each difference from git's would be a way to have something run.
    private static string Harmless(string config)
    {
        var kept = new StringBuilder();
        string? header = null;
        Regex? keys = null;
        foreach (var line in config.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                header = line;
                keys = Identity().IsMatch(line) || Branch().IsMatch(line) ? AnyEntry()
                    : Remote().IsMatch(line) ? RemoteEntry()
                    : Submodule().IsMatch(line) ? SubmoduleEntry()
                    : null;
            }
            else if (keys?.IsMatch(line) == true)
            {
                if (header is not null)
                    kept.Append(header).Append('\n');
                header = null;
                kept.Append('\t').Append(SecretConfig.Cut(line)).Append('\n');
            }
        }

        return kept.ToString();
    }

    private static string ConfigFile(string basePath) => Path.Combine(basePath, "config");

    private static string PristineFile(string basePath) => Path.Combine(basePath, "gitproc", "config");

    [GeneratedRegex("""^\[(?:user|author|committer)\]$""")]
    private static partial Regex Identity();

    [GeneratedRegex("""^\[branch "[^"\\\p{Cc}]+"\]$""")]
    private static partial Regex Branch();

    // A name that is a URL or a path would say how that is fetched (git-config(1), remote.<name>.*).
    [GeneratedRegex("""^\[remote "(?!origin")[A-Za-z0-9_-]+"\]$""")]
    private static partial Regex Remote();

    [GeneratedRegex("""^\[submodule "[^"\\\p{Cc}]+"\]$""")]
    private static partial Regex Submodule();

    [GeneratedRegex("""^[A-Za-z][A-Za-z0-9-]* = (?:[^"\\\p{Cc}]|"[^"\\\p{Cc}]*")+$""")]
    private static partial Regex AnyEntry();

    [GeneratedRegex("""^(?:url|pushurl|fetch) = (?:[^"\\\p{Cc}]|"[^"\\\p{Cc}]*")+$""", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteEntry();

    [GeneratedRegex("""^(?:url|active) = (?:[^"\\\p{Cc}]|"[^"\\\p{Cc}]*")+$""", RegexOptions.IgnoreCase)]
    private static partial Regex SubmoduleEntry();
}
