using System.Buffers.Binary;
using CsCheck;
using Gitproc.Files;
using Gitproc.Git;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class IndexFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Broken => new()
    {
        { "nothing", "" },
        { "zeros", new string('0', 400) },
        { "another signature", "44495244" + "00000002" + "00000000" + new string('a', 40) },
        { "an old version", "44495243" + "00000001" + "00000000" + new string('a', 40) },
        { "a version to come", "44495243" + "00000005" + "00000000" + new string('a', 40) },
        { "no hash", "44495243" + "00000002" + "00000000" },
        { "four billion entries in 40 bytes", "44495243" + "00000002" + "ffffffff" + new string('a', 56) },
        { "one entry that is not there", "44495243" + "00000002" + "00000001" + new string('a', 56) },
        { "an entry of no kind", "44495243" + "00000002" + "00000001" + new string('0', 128) + new string('a', 40) },
        { "an entry with zeros behind it", "44495243" + "00000002" + "00000001" + new string('0', 48) + "000081a4" + new string('0', 360) },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 3)]
    [InlineData(4, 3)]
    [InlineData(2, 700)]
    [InlineData(4, 700)]
    public void Counts_what_git_lists(int version, int files)
    {
        var repository = TestGit.MakeRepository(_folder["repo"], files);
        TestGit.Run(repository, "update-index", "--index-version", $"{version}");
        Assert.Equal((uint)TestGit.Run(repository, "ls-files", "--stage").Split('\n').Length, Count(repository));
        TestGit.Run(repository, "update-index", "--chmod=+x", "--skip-worktree", "file-0.txt");
        TestGit.Run(repository, "update-index", "--add", "--cacheinfo", $"160000,{TestGit.Run(repository, "rev-parse", "HEAD")},a");
        TestGit.Run(repository, "update-index", "--add", "--cacheinfo", $"120000,{TestGit.Run(repository, "rev-parse", "HEAD:file-1.txt")},b");
        Assert.Equal((uint)TestGit.Run(repository, "ls-files", "--stage").Split('\n').Length, Count(repository));
        TestGit.Run(repository, "read-tree", "--empty");
        Assert.Equal(0u, Count(repository));
    }

    [Fact]
    public void Counts_entries_that_are_as_short_as_can_be()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var blob = TestGit.Run(repository, "rev-parse", "HEAD:file-0.txt");
        TestGit.Run(repository, "read-tree", "--empty");
        TestGit.Run(repository, "update-index", "--index-version", "4");
        // Without a name of its own, in version 4: another stage of the one before.
        var lines = string.Concat(Enumerable.Range(1, 3).Select(stage => $"100644 {blob} {stage}\ta\n"));
        File.WriteAllText(_folder["lines"], lines);
        using (var git = System.Diagnostics.Process.Start("sh", ["-c", $"git -C '{repository}' update-index --index-info < '{_folder["lines"]}'"]))
            git.WaitForExit();
        Assert.Equal(3u, Count(repository));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Is_null_for_what_is_no_index(string what, string hex)
    {
        File.WriteAllBytes(_folder["index"], Convert.FromHexString(hex));
        uint? count = 1;
        Assert.InRange(Damage.BytesTakenBy(() => count = IndexFile.CountEntries(_folder["index"])), 0, 1 << 16);
        Assert.True(count is null, what);
    }

    [Fact]
    public void Is_null_for_what_is_no_file()
    {
        Directory.CreateDirectory(_folder["index"]);
        using var folder = RawFolder.Open(_folder.Path);
        Assert.Null(IndexFile.CountEntries(_folder["index"]));
        Assert.Null(IndexFile.CountEntries(_folder["missing"]));
        Assert.Null(IndexFile.ReadChecksum(folder));
    }

    [Fact]
    public void Reads_the_checksum()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var index = Path.Combine(repository, ".git/index");
        var bytes = File.ReadAllBytes(index);
        using var folder = RawFolder.Open(Path.Combine(repository, ".git"));
        Assert.Equal(Convert.ToHexString(bytes.AsSpan(^20..)), IndexFile.ReadChecksum(folder));
        // git-config(1), index.skipHash.
        File.WriteAllBytes(index, [.. bytes[..^20], .. new byte[20]]);
        Assert.Null(IndexFile.ReadChecksum(folder));
        Assert.Equal(3u, IndexFile.CountEntries(index));
        File.WriteAllBytes(index, bytes[..19]);
        Assert.Null(IndexFile.ReadChecksum(folder));
    }

    [Fact]
    public void Never_counts_more_than_there_is_room_for()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var real = File.ReadAllBytes(Path.Combine(repository, ".git/index"));
        using var folder = RawFolder.Open(_folder.Path);
        foreach (var cut in Damage.CutsOf(real))
            Look(cut);
        Damage.Of(real).Sample(Look, iter: 1000, threads: 1);

        void Look(byte[] bytes)
        {
            File.WriteAllBytes(_folder["index"], bytes);
            Assert.InRange(Damage.BytesTakenBy(() => IndexFile.CountEntries(_folder["index"])), 0, 1 << 16);
            if (IndexFile.CountEntries(_folder["index"]) is { } count)
                Assert.Equal((BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8)), true), (count, count * 64L <= bytes.Length));
            _ = IndexFile.ReadChecksum(folder);
        }
    }

    private static uint? Count(string repository) => IndexFile.CountEntries(Path.Combine(repository, ".git/index"));
}
