using System.Text;
using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Git.Config;

namespace Gitproc.Checkouts.HandingOver;

/// <summary>
/// What the <c>.git</c> of a checkout is that nobody has worked in: the files of a model, config and HEAD of its own, and no
/// objects. Index and <c>gitproc/</c> are left as they are. Nothing of what is there is obeyed.
/// </summary>
/// <param name="model">The model, a git directory without work tree and index.</param>
/// <param name="url">The URL of <c>origin</c>.</param>
/// <param name="target">What is checked out.</param>
internal sealed class PristineGitDirectory(string model, string url, Target target)
{
    private const string Objects = "objects";
    private const string Alternates = "objects/info/alternates";
    // A name of a file for each ref leaves room for this, and no ref ends so (git-check-ref-format(1)).
    private const string NewSuffix = ".lock";

    private static readonly string[] Folders = [Objects, "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags"];
    private static readonly string[] Kept = ["index", "gitproc"];

    /// <summary>
    /// Makes a git directory so. What is so already is not written again. HEAD is always that of a whole repository, and
    /// objects go last, so it can be ended at any time and done again.
    /// </summary>
    /// <param name="gitDirectory">The git directory; a folder that is there, empty or not.</param>
    public void Write(string gitDirectory)
    {
        using var folder = RawFolder.Open(gitDirectory);
        var expected = new HashSet<string>(Folders.Concat(Kept), StringComparer.Ordinal);
        foreach (var name in Folders)
            RawTree.MakeFolder(folder, name);
        using (var source = RawFolder.Open(model))
            CopyModel(source, folder, expected);
        WriteOwn(folder, "config", Config(File.ReadAllText(Path.Combine(model, "config"))), expected);
        if (target is { Branch: { } branch, Commit: { } commit })
            WriteOwn(folder, RawText.OfText($"refs/heads/{branch}"), commit + "\n", expected);
        WriteOwn(folder, "HEAD", target.Branch is null ? target.Commit + "\n" : RawText.OfText($"ref: refs/heads/{target.Branch}\n"), expected);
        Remove(folder, "", expected);
        using var objects = folder.TryOpenFolder(Objects);
        Remove(objects!, Objects + "/", expected);
    }

    private static bool IsInObjects(string path) => path.StartsWith(Objects + "/", StringComparison.Ordinal);

    private static void CopyModel(RawFolder source, RawFolder folder, HashSet<string> expected) => RawTree.Walk(source, "", entry =>
    {
        if (entry.Path is "config" or "HEAD" or "lfs" || (IsInObjects(entry.Path) && entry.Path is not ("objects/info" or Alternates)))
            return false;
        expected.Add(entry.Path);
        if (entry.Kind == EntryKind.Folder)
        {
            RawTree.MakeFolder(folder, entry.Path);
        }
        else if (entry.Kind == EntryKind.File)
        {
            using var file = entry.Parent.TryOpenFile(entry.Name);
            WriteChanged(folder, entry.Path, file!.ReadAll(), file.IsExecutable);
        }

        return true;
    });

    private static void WriteOwn(RawFolder folder, string path, string content, HashSet<string> expected)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            expected.Add(path[..slash]);
        expected.Add(path);
        WriteChanged(folder, path, content, isExecutable: false);
    }

    private static void WriteChanged(RawFolder root, string path, string content, bool isExecutable)
    {
        if (RawTree.At(root, path, IsSo))
            return;
        // The old one is there until the new one is whole.
        RawTree.Make(root, path + NewSuffix, (folder, newName) =>
        {
            using (var file = folder.CreateFile(newName, isExecutable))
                file.Write(RawText.ToBytes(content));
            var name = newName[..^NewSuffix.Length];
            if (folder.Find(name) == EntryKind.Folder)
                folder.Remove(name);
            folder.Rename(newName, name);
        });

        bool IsSo(RawFolder folder, string name)
        {
            using var file = folder.TryOpenFile(name);
            return file is not null && file.Length == content.Length && file.IsExecutable == isExecutable && file.ReadAll() == content;
        }
    }

    private static void Remove(RawFolder folder, string prefix, HashSet<string> expected) => RawTree.Walk(folder, prefix, entry =>
    {
        if (!expected.Contains(entry.Path))
        {
            entry.Parent.Remove(entry.Name);
            return false;
        }

        return entry.Path != Objects && !Kept.Contains(entry.Path);
    });

    private string Config(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        var origin = lines.IndexOf("[remote \"origin\"]") + 1;
        if (origin > 0)
        {
            var end = lines.FindIndex(origin, line => line.StartsWith('['));
            var old = lines.FindIndex(origin, (end < 0 ? lines.Count : end) - origin, line => line.TrimStart().StartsWith("url =", StringComparison.Ordinal));
            if (old >= 0)
                lines.RemoveAt(old);
            lines.Insert(origin, $"\turl = {ConfigText.Value(url)}");
        }

        var config = new StringBuilder().AppendJoin('\n', lines).Append('\n');
        if (target is { Branch: { } branch, HasUpstream: true })
        {
            config.Append(ConfigText.Section("branch", branch))
                .Append("\tremote = origin\n\tmerge = ").Append(ConfigText.Value($"refs/heads/{branch}")).Append('\n');
        }

        return RawText.OfText(config.ToString());
    }
}
