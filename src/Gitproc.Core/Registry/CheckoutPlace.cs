using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;

namespace Gitproc.Registry;

/// <summary>
/// Where a checkout is: its folder, and the git directory with what is its own. A clone has that in its folder; of a
/// worktree it is in the base repository, and is known without asking the checkout, whose <c>.git</c> file a job may
/// change.
/// </summary>
internal sealed record CheckoutPlace
{
    private CheckoutPlace(CheckoutKind kind, string name, string path, string gitDirectory, string? basePath)
    {
        Kind = kind;
        Name = name;
        Path = path;
        GitDirectory = gitDirectory;
        Base = basePath;
    }

    public CheckoutKind Kind { get; }

    public string Name { get; }

    public string Path { get; }

    /// <summary>The absolute path of its git directory: of a worktree, its own.</summary>
    public string GitDirectory { get; }

    /// <summary>The absolute path of the repository that it is a worktree of; null for a clone.</summary>
    public string? Base { get; }

    /// <summary>True for a worktree, which shares refs, stash and config.</summary>
    public bool IsWorktree => Base is not null;

    /// <summary>True for a clone that has copies of all objects and borrows none.</summary>
    public bool IsStandalone => Kind == CheckoutKind.Standalone;

    /// <summary>True for a submodule of a checkout.</summary>
    public bool IsSubmodule { get; private init; }

    /// <summary>The path of its <c>.git</c>: the git directory, or the file that names it.</summary>
    public string GitEntry => System.IO.Path.Combine(Path, ".git");

    /// <summary>The absolute path of its own objects; a worktree's are the base repository's.</summary>
    public string Objects => System.IO.Path.Combine(Base ?? GitDirectory, "objects");

    /// <param name="kind">Any but a worktree.</param>
    public static CheckoutPlace FromClone(string name, string path, CheckoutKind kind = CheckoutKind.Clone) =>
        new(kind, name, path, System.IO.Path.Combine(path, ".git"), null);

    public static CheckoutPlace FromWorktree(string name, string path, string basePath) =>
        new(CheckoutKind.Worktree, name, path, Worktrees.PrivateFolder(basePath, name), basePath);

    /// <summary>
    /// A submodule of a checkout, which has its git directory in that of the checkout (gitsubmodules(7)). It has the
    /// checkout's name, and borrows objects unless that is standalone.
    /// </summary>
    /// <param name="path">Its path in the checkout.</param>
    /// <param name="submodule">The submodule's name.</param>
    public static CheckoutPlace FromSubmodule(CheckoutPlace around, string path, string submodule) =>
        new(
            around.IsStandalone ? CheckoutKind.Standalone : CheckoutKind.Clone,
            around.Name,
            System.IO.Path.Combine(around.Path, path),
            System.IO.Path.Combine(around.GitDirectory, "modules", submodule),
            null)
        {
            IsSubmodule = true,
        };

    /// <summary>The same worktree while its folder is elsewhere.</summary>
    public CheckoutPlace At(string path) => new(Kind, Name, path, GitDirectory, Base);

    /// <summary>Reads its HEAD without a process.</summary>
    /// <returns>HEAD; null if it cannot be read.</returns>
    public Head? ReadHead(bool isBrief = false) => Head.Read(GitDirectory, Base, isBrief) is { } head
        ? head with { Branch = head.Branch == Worktrees.Unborn ? null : head.Branch }
        : null;
}
