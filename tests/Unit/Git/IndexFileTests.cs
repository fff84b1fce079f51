using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class IndexFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Broken =>
        new()
        {
            { "nothing", "" },
            { "zeros", new string('0', 400) },
            { "another signature", "44495244" + "00000002" + "00000000" + new string('a', 40) },
            { "an old version", "44495243" + "00000001" + "00000000" + new string('a', 40) },
            { "a version to come", "44495243" + "00000005" + "00000000" + new string('a', 40) },
            { "no hash", "44495243" + "00000002" + "00000000" },
            { "four billion entries in 40 bytes", "44495243" + "00000002" + "ffffffff" + new string('a', 56) },
            { "one entry that is not there", "44495243" + "00000002" + "00000001" + new string('a', 56) },
            {
                "an entry of no kind",
                "44495243" + "00000002" + "00000001" + new string('0', 128) + new string('a', 40)
            },
            {
                "an entry with zeros behind it",
                "44495243" + "00000002" + "00000001" + new string('0', 48) + "000081a4" + new string('0', 360)
            },
        };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 3)]
    [InlineData(4, 3)]
    [InlineData(2, 700)]
    [InlineData(4, 700)]
    public void Reads_what_git_lists(int version, int files)
    {
        var repository = TestGit.MakeRepository(_folder["repo"], files);
        TestGit.Run(repository, "update-index", "--refresh", "--index-version", $"{version}");
        Assert.Equal(TestGit.Run(repository, "ls-files", "--stage"), List(repository));
        File.WriteAllText(Path.Combine(repository, "later"), "");
        TestGit.Run(repository, "add", "--intent-to-add", "later");
        TestGit.Run(repository, "update-index", "--chmod=+x", "file-0.txt");
        TestGit.Run(repository, "update-index", "--skip-worktree", "file-0.txt");
        TestGit.Run(
            repository,
            "update-index",
            "--add",
            "--cacheinfo",
            $"160000,{TestGit.Run(repository, "rev-parse", "HEAD")},a");
        TestGit.Run(
            repository,
            "update-index",
            "--add",
            "--cacheinfo",
            $"120000,{TestGit.Run(repository, "rev-parse", "HEAD:file-1.txt")},b");
        Assert.Equal(TestGit.Run(repository, "ls-files", "--stage"), List(repository));
        var entries = Read(repository)!.Entries;
        Assert.Equal(
            [("file-0.txt", IndexMarks.SkipWorktree), ("later", IndexMarks.IntentToAdd)],
            entries.Where(entry => entry.Marks != IndexMarks.None).Select(entry => (entry.Path.ToText(), entry.Marks)));
        using var folder = RawFolder.Open(repository);
        Assert.True(
            entries
                .Single(entry => entry.Path == "file-2.txt"u8)
                .Stat.IsAsInIndex(folder.StatOf("file-2.txt"u8)!.Value));
        TestGit.Run(repository, "read-tree", "--empty");
        Assert.Empty(Read(repository)!.Entries);
    }

    [Theory]
    [InlineData("sha1", 2)]
    [InlineData("sha1", 4)]
    [InlineData("sha256", 2)]
    public void Git_reads_what_is_written(string format, int version)
    {
        var repository = Directory.CreateDirectory(_folder["repo"]).FullName;
        TestGit.Run(repository, "init", "--quiet", $"--object-format={format}");
        foreach (var name in (string[])["a", "b/c", "b/" + new string('d', 200), "later", "é ü"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(repository, name))!);
            File.WriteAllText(Path.Combine(repository, name), name);
        }

        TestGit.Run(repository, "add", "a", "b", "é ü");
        TestGit.Run(repository, "add", "--intent-to-add", "later");
        TestGit.Run(repository, "update-index", "--index-version", $"{version}");
        var (listed, status) = (
            TestGit.Run(repository, "ls-files", "--stage", "--debug"),
            TestGit.Run(repository, "status", "--porcelain=v2"));
        IndexFile.Write(Path.Combine(repository, ".git/index"), Read(repository)!.Entries);
        Assert.Equal(WithoutDevice(listed), WithoutDevice(TestGit.Run(repository, "ls-files", "--stage", "--debug")));
        Assert.Equal(status, TestGit.Run(repository, "status", "--porcelain=v2"));

        static string WithoutDevice(string text) =>
            System.Text.RegularExpressions.Regex.Replace(text, @"dev: \d+|flags: \w+", "");
    }

    [Theory]
    [InlineData("git update-index --split-index; echo x > new; git add new")]
    [InlineData(
        "mkdir f; echo x > f/x; git add f; git -c user.name=t -c user.email=t@t commit -qm f; git sparse-checkout set --cone --sparse-index none"
    )]
    public void Tells_that_there_is_more_elsewhere(string script)
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        using (var job = System.Diagnostics.Process.Start("sh", ["-c", $"cd '{repository}'; {script}"]))
            job.WaitForExit();
        Assert.True(Read(repository)!.IsPartial);
    }

    [Theory]
    [InlineData("../outside-1")]
    [InlineData("/absolute-12")]
    [InlineData("file-0/./txt")]
    [InlineData("file-0/../xx")]
    [InlineData(".git/hooks/x")]
    [InlineData("a/.GIT/confi")]
    [InlineData("folder//file")]
    public void Is_null_where_a_path_leads_elsewhere(string path)
    {
        var repository = Directory.CreateDirectory(_folder["repo"]).FullName;
        TestGit.Run(repository, "init", "--quiet");
        var name = new string('x', path.Length);
        File.WriteAllText(Path.Combine(repository, name), "");
        TestGit.Run(repository, "add", name);
        var index = RawText.FromBytes(File.ReadAllBytes(Path.Combine(repository, ".git/index")));
        Assert.NotNull(IndexFile.Parse(index.ToBytes()));
        var changed = index.Chars.Replace(name, path, StringComparison.Ordinal);
        Assert.Null(IndexFile.Parse(Encoding.Latin1.GetBytes(changed)));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Is_null_for_what_is_no_index(string what, string hex)
    {
        IndexFile? index = IndexFile.Empty;
        Assert.InRange(Damage.BytesTakenBy(() => index = IndexFile.Parse(Convert.FromHexString(hex))), 0, 1 << 16);
        Assert.True(index is null, what);
    }

    [Fact]
    public void Is_null_for_what_is_no_file()
    {
        UnixTools.SkipWithoutLinks();
        Directory.CreateDirectory(_folder["index"]);
        File.CreateSymbolicLink(_folder["link"], "/etc/passwd");
        using (var large = File.Create(_folder["large"]))
            large.SetLength(5L << 30);
        using var folder = RawFolder.Open(_folder.Path);
        Assert.All(
            (RawText[])["index"u8, "missing"u8, "link"u8, "large"u8],
            name => Assert.Null(IndexFile.TryRead(folder, name)));
    }

    [Fact]
    public void A_damaged_one_is_never_longer_than_its_file_allows()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(repository, "update-index", "--index-version", "4");
        var real = File.ReadAllBytes(Path.Combine(repository, ".git/index"));
        foreach (var cut in Damage.CutsOf(real))
            Look(cut);
        Damage.Of(real).Sample(Look, iter: 1000, threads: 1);

        static void Look(byte[] bytes)
        {
            Assert.InRange(Damage.BytesTakenBy(() => IndexFile.Parse(bytes)), 0, 1 << 16);
            if (IndexFile.Parse(bytes) is { } index)
                Assert.Equal(
                    (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)), true),
                    (index.Entries.Count, index.Entries.Count * 60L <= bytes.Length));
        }
    }

    private static IndexFile? Read(string repository) =>
        IndexFile.Parse(File.ReadAllBytes(Path.Combine(repository, ".git/index")));

    private static string List(string repository) => string.Join('\n', Read(repository)!.Entries.Select(entry =>
        $"{Convert.ToString(entry.Mode, 8)} {Convert.ToHexStringLower(entry.Id.Span)} {entry.Stage}\t{entry.Path}"));
}
