using System.Text.RegularExpressions;
using Gitproc.Files;

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
    public static readonly RawText Work = "work/"u8;

    /// <summary>The paths of files that the job deleted, each with a zero byte after it.</summary>
    public static readonly RawText Deleted = "deleted"u8;

    /// <summary>The paths of empty folders, each with a zero byte after it.</summary>
    public static readonly RawText EmptyFolders = "folders"u8;

    /// <summary>
    /// The modes of kept files and untracked folders, as <c>OCTAL PATH</c> with a zero byte after it; not on Windows.
    /// </summary>
    public static readonly RawText Modes = "modes"u8;

    /// <summary>The index file, unchanged.</summary>
    public static readonly RawText Index = "index"u8;

    /// <summary>The folder of contents that only the index has, by their ids.</summary>
    public static readonly RawText Staged = "staged/"u8;

    /// <summary>The folder of trees and blobs that refs name and no commit contains, by their ids.</summary>
    public static readonly RawText Objects = "objects/"u8;

    /// <summary>The folder of tag objects, raw, by their ids.</summary>
    public static readonly RawText Tags = "tags/"u8;

    /// <summary>The folder of files of <c>.git</c>, unchanged.</summary>
    public static readonly RawText GitDirectory = "git/"u8;

    /// <summary>
    /// Lines <c>ID NAME</c> and <c>ref: NAME NAME</c> for the checkout's own refs, and <c>- NAME</c> for refs that the
    /// job deleted.
    /// </summary>
    public static readonly RawText Refs = "refs"u8;

    /// <summary>
    /// The config of branches and submodules, and the settings of a partial clone, in the format of <c>git config
    /// --list -z</c>.
    /// </summary>
    public static readonly RawText Config = "config"u8;

    /// <summary>Changes a path so that a tree may contain it: git refuses <c>.git</c> in every spelling.</summary>
    /// <returns>The path with a % before each forbidden name.</returns>
    public static RawText Escape(RawText path) => RawText.FromChars(NotAllowed().Replace(path.Chars, "%$0"));

    /// <summary>Reverses <see cref="Escape"/>.</summary>
    public static RawText Unescape(RawText path) => RawText.FromChars(Escaped().Replace(path.Chars, "$1"));

    /// <summary>The path of a content that is kept by its id.</summary>
    public static RawText ById(RawText folder, string id) => RawText.Create($"{folder}{id}");

    // path.c, is_ntfs_dotgit. Names that start with % already match too, so that unescaping is exact.
    [GeneratedRegex(@"(?<=^|/)%*(?:\.git|git~1)[ .]*(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NotAllowed();

    [GeneratedRegex(@"(?<=^|/)%(%*(?:\.git|git~1)[ .]*)(?=[/:\\]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Escaped();
}
