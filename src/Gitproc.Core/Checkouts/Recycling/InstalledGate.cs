using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// Finds hooks that a job has installed in a clone and that can refuse a commit, as husky, lefthook and pre-commit do
/// when packages are installed. The next holder does not get these hooks: it must not run what a job has left. If it
/// got the installed packages, it would not install anything, and would commit past the gate without a notice. So the
/// ignored files go as well.
/// </summary>
internal static class InstalledGate
{
    // githooks(5): what can refuse a commit.
    private static readonly RawText[] Hooks =
        ["pre-commit"u8, "prepare-commit-msg"u8, "commit-msg"u8, "pre-merge-commit"u8];

    /// <param name="template">The template repository, absolute; its hooks are the user's own.</param>
    /// <returns>What the job has set or written; null if there is no gate.</returns>
    public static string? Find(RawFolder root, RawFolder gitDirectory, string template)
    {
        if (ConfigFile.Parse(RawTree.Read(gitDirectory, "config"u8) ?? default) is { } config
            && config.LastOrDefault(entry => entry.Key.Chars == HookSettings.HooksPath).Value is { Length: > 0 } path
            && IsFolderIn(root, path))
        {
            return $"core.hooksPath={path}";
        }

        using var installed = gitDirectory.TryOpenFolder("hooks"u8);
        foreach (var name in installed is null ? [] : Hooks.Where(name => installed.Find(name) is not null))
        {
            if (!File.Exists(Path.Combine(template, "hooks", name.ToString())))
                return $".git/hooks/{name}";
        }

        return null;
    }

    private static bool IsFolderIn(RawFolder root, RawText path)
    {
        if (path.StartsWith("/"u8) || path.Split('/').Contains(".."u8))
            return false;
        using var folder = RawTree.TryOpenFolder(root, path.TrimEnd('/'));
        return folder is not null;
    }
}
