using System.Text.RegularExpressions;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The tree of a rescue's commit. Its parents are the commits that the job had: HEAD first, then branches, stashes and
/// others that no remote has.
/// </summary>
internal static partial class RescueTree
{
    /// <summary>The folder of changed and new files, byte for byte as they were in the work tree, and of nested repositories as a whole.</summary>
    public const string Work = "work/";

    /// <summary>The paths that were removed from the work tree, each with a zero byte at its end.</summary>
    public const string Deleted = "deleted";

    /// <summary>The folders that held nothing, each with a zero byte at its end.</summary>
    public const string EmptyFolders = "folders";

    /// <summary>The modes of files that are kept and of folders that are not tracked, as <c>OCTAL PATH</c> with a zero byte at the end; not on Windows.</summary>
    public const string Modes = "modes";

    /// <summary>The index, as the file it was.</summary>
    public const string Index = "index";

    /// <summary>The folder of contents that only the index has, by their ids.</summary>
    public const string Staged = "staged/";

    /// <summary>The folder of what is not in a commit and refs name: files and folders, by their ids.</summary>
    public const string Objects = "objects/";

    /// <summary>The folder of tag objects, raw, by their ids.</summary>
    public const string Tags = "tags/";

    /// <summary>The folder of files of <c>.git</c>, as they were.</summary>
    public const string GitDirectory = "git/";

    /// <summary>
    /// Lines <c>ID NAME</c> and <c>ref: NAME NAME</c>: the refs that the checkout had of its own; and <c>- NAME</c>: those
    /// that it had no more.
    /// </summary>
    public const string Refs = "refs";

    /// <summary>The config of branches and submodules, and what tells that <c>origin</c> has the rest of a partial clone, as <c>git config --list -z</c> writes it.</summary>
    public const string Config = "config";

    /// <summary>Makes a path that a tree may have of any path: git refuses <c>.git</c> in all its spellings.</summary>
    /// <param name="path">A raw path.</param>
    /// <returns>The raw path with a % before each name that may not be.</returns>
    public static string Escape(string path) => NotAllowed().Replace(path, "%$0");

    /// <summary>Takes back what <see cref="Escape"/> did.</summary>
    /// <returns>The raw path.</returns>
    public static string Unescape(string path) => Escaped().Replace(path, "$1");

    // path.c, is_ntfs_dotgit; with those that would look the same when escaped.
    [GeneratedRegex(@"(?<=^|/)%*(?:\.git|git~1)[ .]*(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NotAllowed();

    [GeneratedRegex(@"(?<=^|/)%(%*(?:\.git|git~1)[ .]*)(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Escaped();
}
