using Gitproc.Git.Running;
using Gitproc.Git.Untrusted;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>Clones a new base repository, or one to replace what an existing one has lost.</summary>
internal sealed class BaseClone(PoolFolder folder, GitRunner git)
{
    /// <summary>The longest silence of git before it is ended; null for no limit.</summary>
    public required TimeSpan? SilenceTimeout { get; init; }

    /// <summary>Keeps refs in files, whatever the user's default is, because HEAD is read without a process.</summary>
    public static IReadOnlyList<(string Name, string Value)> FilesRefFormat { get; } =
    [("GIT_DEFAULT_REF_FORMAT", "files")];

    /// <param name="credential">The password for it; null if the user's own helpers know it.</param>
    /// <returns>The absolute path of the bare repository, in <paramref name="unfinished"/>.</returns>
    public string Make(string url, UrlCredential? credential, string unfinished, CancellationToken cancellationToken)
    {
        // Checkouts borrow these objects: git itself refuses to delete any (extensions.preciousObjects,
        // gitrepository-layout and git's repository-version document), and does not try by itself. A local
        // repository is copied like a remote one: its objects may be borrowed from yet another one. Not --bare: the
        // branches of the remote are remote-tracking ones, so that a fetch never touches a branch somebody works on.
        git.Run(
            new GitCall(
                "clone",
                "--no-checkout",
                "--origin",
                "origin",
                "--no-local",
                "--progress",
                "--template=",
                "-c",
                "gc.auto=0",
                "-c",
                "gc.pruneExpire=never",
                "-c",
                "maintenance.auto=false",
                "-c",
                "extensions.preciousObjects=true",
                "-c",
                $"remote.origin.fetch={BaseTags.Refspec}",
                "--end-of-options",
                url,
                unfinished)
            {
                WorkingDirectory = folder.Path,
                Subject = url,
                SilenceTimeout = SilenceTimeout,
                Config = credential is null ? [] : CredentialConfig.For(url, credential),
                Environment = [.. FilesRefFormat, .. credential is null ? [] : CredentialConfig.Variables(credential)],
            },
            cancellationToken);
        var gitDirectory = Path.Combine(unfinished, ".git");
        // This file lists the commits without parents (gitformat-shallow, "Shallow commits"), and git borrows from no
        // repository that has it (builtin/clone.c).
        if (File.Exists(Path.Combine(gitDirectory, "shallow")))
            throw Shallow(url);
        new BaseRefs(git, gitDirectory).MakeBase(cancellationToken);
        return gitDirectory;
    }

    /// <summary>Makes a base repository with no commit yet.</summary>
    /// <returns>The absolute path of the bare repository, in <paramref name="unfinished"/>.</returns>
    public string MakeEmpty(string url, bool isSha256, string unfinished, CancellationToken cancellationToken)
    {
        git.Run(
            new GitCall("init", "--quiet", "--template=", "--initial-branch=main", "--end-of-options", unfinished)
            {
                WorkingDirectory = folder.Path,
                Environment = [.. FilesRefFormat, ("GIT_DEFAULT_HASH", isSha256 ? "sha256" : "sha1")],
            },
            cancellationToken);
        var gitDirectory = Path.Combine(unfinished, ".git");
        // What a clone gets, see above.
        File.AppendAllText(
            Path.Combine(gitDirectory, "config"),
            ConfigText.Entry("core.bare", "true")
                + ConfigText.Entry("gc.auto", "0")
                + ConfigText.Entry("gc.pruneExpire", "never")
                + ConfigText.Entry("maintenance.auto", "false")
                + ConfigText.Entry("extensions.preciousObjects", "true")
                + ConfigText.Entry("remote.origin.url", url)
                + ConfigText.Entry("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"));
        return gitDirectory;
    }

    private static GitprocException Shallow(string url) =>
        new(
            ErrorReason.GitFailed,
            $"The repository {url} is shallow: its history ends before its first commit, and nothing can be borrowed from it. "
                + "Fetch the rest in it: git fetch --unshallow. Or name the repository it was cloned from.",
            url);
}
