using System.Text.RegularExpressions;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The layout of the tree of a rescue's commit. The parents of the commit are the job's commits: HEAD first, then
/// branches, stashes and others that no remote has.
/// </summary>
internal static partial class RescueTree
{
    /// <summary>
    /// The folder of changed and new files, byte for byte as in the work tree, and of nested repositories as a whole.
    /// </summary>
    public const string Work = "work/";

    /// <summary>The paths of files that the job deleted, each with a zero byte after it.</summary>
    public const string Deleted = "deleted";

    /// <summary>The paths of empty folders, each with a zero byte after it.</summary>
    public const string EmptyFolders = "folders";

    /// <summary>
    /// The modes of kept files and untracked folders, as <c>OCTAL PATH</c> with a zero byte after it; not on Windows.
    /// </summary>
    public const string Modes = "modes";

    /// <summary>The index file, unchanged.</summary>
    public const string Index = "index";

    /// <summary>The folder of contents that only the index has, by their ids.</summary>
    public const string Staged = "staged/";

    /// <summary>The folder of trees and blobs that refs name and no commit contains, by their ids.</summary>
    public const string Objects = "objects/";

    /// <summary>The folder of tag objects, raw, by their ids.</summary>
    public const string Tags = "tags/";

    /// <summary>The folder of files of <c>.git</c>, unchanged.</summary>
    public const string GitDirectory = "git/";

    /// <summary>
    /// Lines <c>ID NAME</c> and <c>ref: NAME NAME</c> for the checkout's own refs, and <c>- NAME</c> for refs that the
    /// job deleted.
    /// </summary>
    public const string Refs = "refs";

    /// <summary>
    /// The config of branches and submodules, and the settings of a partial clone, in the format of <c>git config
    /// --list -z</c>.
    /// </summary>
    public const string Config = "config";

    /// <summary>Changes a path so that a tree may contain it: git refuses <c>.git</c> in every spelling.</summary>
    /// <param name="path">A raw path.</param>
    /// <returns>The raw path with a % before each forbidden name.</returns>
    public static string Escape(string path) => NotAllowed().Replace(path, "%$0");

    /// <summary>Reverses <see cref="Escape"/>.</summary>
    /// <returns>The raw path.</returns>
    public static string Unescape(string path) => Escaped().Replace(path, "$1");

    // path.c, is_ntfs_dotgit. Names that start with % already match too, so that unescaping is exact.
    [GeneratedRegex(@"(?<=^|/)%*(?:\.git|git~1)[ .]*(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NotAllowed();

    [GeneratedRegex(@"(?<=^|/)%(%*(?:\.git|git~1)[ .]*)(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Escaped();
}
