using System.Runtime.Versioning;
using CsCheck;
using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Files;

[UnsupportedOSPlatform("windows")]
public sealed class UnixFolderTests : IDisposable
{
    // More than a path can have (limits.h, PATH_MAX), and a thread of folders that no tool makes by accident.
    private const int Deep = 3000;

    private readonly TemporaryFolder _folder = new();

    public UnixFolderTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no raw names.");

    // None that leads out of the test's own folder: a folder that obeyed one would remove what is there.
    public static TheoryData<string> NoNames =>
        [
            "",
            "..",
            "a/b",
            "a/../b",
            "ABSOLUTE",
            "../outside",
            "a\0b",
            "\0",
            new string('x', 256),
            new string('x', 5000),
        ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tells_what_is_in_a_folder()
    {
        Shell(
            "mkdir folder; echo a > file; ln -s file link; ln -s nowhere lost; ln -s folder to-folder; mkfifo pipe; touch \"$(printf 'caf\\351')\" \"$(printf 'two\\nlines')\""
        );
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_folder["socket"]));
        using var folder = RawFolder.Open(_folder.Path);
        Assert.Equal(
            [
                ("caf\u00e9", EntryKind.File),
                ("file", EntryKind.File),
                ("folder", EntryKind.Folder),
                ("link", EntryKind.Link),
                ("lost", EntryKind.Link),
                ("pipe", EntryKind.Other),
                ("socket", EntryKind.Other),
                ("to-folder", EntryKind.Link),
                ("two\nlines", EntryKind.File),
            ],
            folder.Entries().OrderBy(entry => entry.Name).Select(entry => (entry.Name.Chars, entry.Kind)));
        // Nothing waits for the other end of a pipe, and no link is followed.
        foreach (
            var name in (RawText[])
                ["folder"u8, "link"u8, "lost"u8, "pipe"u8, "socket"u8, "to-folder"u8, "missing"u8])
        {
            Assert.Null(folder.TryOpenFile(name));
            Assert.Null(folder.ModeOf(name));
        }

        foreach (
            var name in (RawText[])
                ["file"u8, "link"u8, "lost"u8, "pipe"u8, "socket"u8, "to-folder"u8, "missing"u8])
            Assert.Null(folder.TryOpenFolder(name));
        Assert.Equal(
            ("file", "nowhere", "folder"),
            (
                folder.ReadLink("link"u8)?.ToText(),
                folder.ReadLink("lost"u8)?.ToText(),
                folder.ReadLink("to-folder"u8)?.ToText()));
        foreach (var name in (RawText[])["file"u8, "folder"u8, "pipe"u8, "socket"u8, "missing"u8])
            Assert.Null(folder.ReadLink(name));
        Assert.Equal(
            (EntryKind.Link, EntryKind.File, null),
            (folder.Find("lost"u8), folder.Find("pipe"u8), folder.Find("missing"u8)));
        Shell("chmod 640 file");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, folder.ModeOf("file"u8));
        folder.RemoveEntries();
        Assert.Empty(folder.Entries());
    }

    [Theory]
    [MemberData(nameof(NoNames))]
    public void Leads_nowhere_by_what_no_entry_is_called(string text)
    {
        Shell("echo a > outside; mkdir inside; cd inside; echo a > a; mkdir b; echo b > b/b");
        using var folder = RawFolder.Open(_folder["inside"]);
        var name = RawText.FromText(text.Replace("ABSOLUTE", _folder["outside"], StringComparison.Ordinal));
        Assert.Null(folder.Find(name));
        Assert.Null(folder.ModeOf(name));
        Assert.Null(folder.ReadLink(name));
        Assert.Null(folder.TryOpenFile(name));
        Assert.Null(folder.TryOpenFolder(name));
        folder.RemoveFile(name);
        Assert.True(folder.RemoveFolder(name));
        folder.Remove(name);
        Assert.Throws<IOException>(() => folder.CreateFile(name, isExecutable: false));
        Assert.Throws<IOException>(() => folder.CreateFolder(name));
        Assert.Throws<IOException>(() => folder.CreateLink(name, "a"u8));
        Assert.Throws<IOException>(() => folder.Rename("a"u8, name));
        Assert.Equal("inside\ninside/a\ninside/b\ninside/b/b\noutside\n", Shell("find * | sort"));
    }

    [Fact]
    public void Takes_any_name_that_an_entry_can_have()
    {
        using var folder = RawFolder.Open(_folder.Path);
        Gen.Char['\u0001', '\u00ff']
            .Where(c => c != '/')
            .Array[1, 255]
            .Select(chars => new string(chars))
            .Where(name => name is not ("." or ".."))
            .Sample(name => Use(folder, RawText.FromChars(name)), iter: 200, threads: 1);
        // Around the longest, and around what is kept on the stack.
        foreach (var length in (int[])[1, 254, 255])
            Use(folder, RawText.FromChars(new string('\u00ff', length)));
        Assert.Empty(folder.Entries());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(4095)]
    public void Reads_links_of_any_length(int length)
    {
        using var folder = RawFolder.Open(_folder.Path);
        var target = RawText.FromChars(new string('\u00e9', length));
        folder.CreateLink("link"u8, target);
        Assert.Equal(target, folder.ReadLink("link"u8));
    }

    [Fact]
    public void Finds_nothing_behind_paths_that_lead_out()
    {
        Shell("echo a > outside; mkdir -p inside/a; ln -s \"$PWD\" inside/root; ln -s .. inside/up");
        using var folder = RawFolder.Open(_folder["inside"]);
        foreach (var path in (RawText[])
                [
                    "../outside"u8, "a/../../outside"u8, "up/outside"u8, "root/outside"u8,
                    "//outside"u8, "a//../outside"u8, default,
                ])
        {
            Assert.Null(RawTree.Read(folder, path));
            RawTree.Remove(folder, path);
            // A link on the way is replaced by a folder.
            if (!path.StartsWith("up/"u8) && !path.StartsWith("root/"u8))
                Assert.ThrowsAny<IOException>(() => RawTree.Write(folder, path, "changed"u8));
        }

        Assert.Equal("a\n", File.ReadAllText(_folder["outside"]));
    }

    [Fact]
    public void Removes_folders_that_lie_deeper_than_a_path_reaches()
    {
        using (var top = RawFolder.Open(_folder.Path))
            MakeDeep(top, Deep);
        using var folder = RawFolder.Open(_folder.Path);
        var count = 0;
        RawTree.Walk(folder, default, _ => ++count > 0);
        Assert.Equal(Deep, count);
        folder.RemoveEntries();
        Assert.Empty(folder.Entries());
    }

    private static void MakeDeep(RawFolder folder, int levels)
    {
        var at = folder;
        for (var i = 0; i < levels; i++)
        {
            at.CreateFolder("d"u8);
            var next = at.TryOpenFolder("d"u8)!;
            if (at != folder)
                at.Dispose();
            at = next;
        }

        at.Dispose();
    }

    private static void Use(RawFolder folder, RawText name)
    {
        using (var file = folder.CreateFile(name, isExecutable: true))
            file.Write([1, 2, 3]);
        Assert.Equal([(name, EntryKind.File)], folder.Entries());
        Assert.Equal(EntryKind.File, folder.Find(name));
        Assert.True(folder.ModeOf(name)?.HasFlag(UnixFileMode.UserExecute));
        using (var file = folder.TryOpenFile(name))
            Assert.Equal(("\u0001\u0002\u0003", true), (file!.ReadAll().Chars, file.IsExecutable));
        folder.Rename(name, "a"u8);
        folder.Rename("a"u8, name);
        folder.Remove(name);
        folder.CreateFolder(name);
        Assert.Equal(EntryKind.Folder, folder.Find(name));
        using (var inner = folder.TryOpenFolder(name))
            inner!.CreateLink("link"u8, name);
        folder.Remove(name);
        Assert.Null(folder.Find(name));
    }

    private string Shell(string script)
    {
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", "set -e; LC_ALL=C; export LC_ALL\n" + script])
            {
                WorkingDirectory = _folder.Path,
                RedirectStandardOutput = true,
            }
        )!;
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return output;
    }
}
