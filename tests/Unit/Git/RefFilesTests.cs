using System.Text;
using CsCheck;
using Gitproc.Checkouts.Looking;
using Gitproc.Files;
using Gitproc.Git.Untrusted;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class RefFilesTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef01234567";
    private const string Sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string?> Contents => new()
    {
        { Id, Id },
        { Id + "\n", Id },
        { Id + "\r\n", Id },
        { Sha256 + "\n", Sha256 },
        { Id.ToUpperInvariant() + "\n", Id },
        { Id + "\nmore\n", Id },
        { Id + "\tbranch 'main' of elsewhere\n", Id },
        { "ref: refs/heads/main\n", "ref: refs/heads/main" },
        { "ref:refs/heads/main", "ref: refs/heads/main" },
        { "ref: \t refs/heads/main  \n\n", "ref: refs/heads/main" },
        // The last bytes of "voilà" and of "успех" are white space to .NET.
        { "ref: refs/heads/voil\u00c3\u00a0\n", "ref: refs/heads/voil\u00c3\u00a0" },
        { "ref: refs/heads/\u00d1\u0085\n", "ref: refs/heads/\u00d1\u0085" },
        { "", null },
        { "\n", null },
        { " " + Id, null },
        { Id[1..], null },
        { Id + "0", null },
        { Id[1..] + "g", null },
        { Id + "\0", Id },
        { "ref: refs/heads/main\0 and more\n", "ref: refs/heads/main" },
        { Id[1..] + "\0", null },
        { "ref: ", null },
        { "ref: main", null },
        { "ref: refs/heads/a b", null },
        { "ref: refs/heads/../../config", null },
        { "ref refs/heads/main", null },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Contents))]
    public void Reads_what_is_in_a_ref(string raw, string? expected) =>
        Assert.Equal(expected, RefFiles.Parse(RawText.FromChars(raw))?.Chars);

    [Fact]
    public void Takes_for_a_ref_what_git_takes_for_one()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var id = TestGit.Run(repository, "rev-parse", "HEAD");
        var number = 0;
        // git knows of one repository which hash it has.
        foreach (var row in Contents.Where(row => !row.Data.Item1.Contains(Sha256, StringComparison.Ordinal)))
            Write(
                repository,
                $"refs/heads/table/{number++}",
                row.Data.Item1.Replace(Id, id, StringComparison.Ordinal)
                    .Replace(Id.ToUpperInvariant(), id.ToUpperInvariant(), StringComparison.Ordinal));
        Write(repository, "refs/heads/voil\u00c3\u00a0", id);
        Write(repository, "refs/heads/\u00d1\u0085", id);
        TestGit.Run(repository, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/other");
        AssertSame(repository);
        Assert.Contains($"refs/heads/table/3 {id}", OfGit(repository));
        TestGit.Run(repository, "pack-refs", "--all");
        TestGit.Run(repository, "tag", "--annotate", "--message", "an annotated one", "annotated");
        TestGit.Run(repository, "pack-refs", "--all");
        AssertSame(repository);
    }

    [Fact]
    public void Takes_the_names_that_git_takes()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        var id = TestGit.Run(repository, "rev-parse", "HEAD");
        string[] parts =
        [
            "a",
            "b",
            ".",
            "..",
            ".lock",
            "@",
            "@{",
            "-",
            " ",
            "~",
            "^",
            ":",
            "?",
            "*",
            "[",
            "\\",
            "\u007f",
            "\u0001",
            "\n",
            "\u00c3\u00a9",
            "\u00e9",
            "\u00a0",
            "\u0085",
            "{",
            "}",
            "]",
            "'",
        ];
        Gen.OneOf(parts)
            .Array[1, 4]
            .Select(string.Concat)
            .Array[40]
            .Sample(
                names =>
                {
                    foreach (var name in names.Where(name => name is not ("." or "..")))
                        Write(repository, "refs/heads/n-/" + name, id);
                    AssertSame(repository);
                },
                iter: 4,
                threads: 1);
    }

    [Theory]
    [InlineData("refs/heads/main", true)]
    [InlineData("refs/heads/a/b.c", true)]
    [InlineData("refs/heads/@", true)]
    [InlineData("refs/heads/-", true)]
    [InlineData("refs/heads//main", false)]
    [InlineData("refs/heads/", false)]
    [InlineData("refs/heads/a.lock/b", false)]
    [InlineData("refs/heads/a.", false)]
    [InlineData("refs/", false)]
    [InlineData("refs", false)]
    [InlineData("", false)]
    [InlineData("HEAD", false)]
    [InlineData("../refs/heads/main", false)]
    [InlineData("refs/heads/a b", false)]
    public void Tells_names_from_others(string name, bool isOne) =>
        Assert.Equal(isOne, RefNames.IsFull(RawText.FromText(name)));

    [Fact]
    public void Reads_HEAD_on_a_branch_whose_name_ends_in_white_space_of_another_kind()
    {
        foreach (var branch in (string[])["voilà", "успех"])
        {
            var repository = TestGit.MakeRepository(_folder[branch]);
            TestGit.Run(repository, "checkout", "--quiet", "-b", branch);
            using var directory = RawFolder.Open(Path.Combine(repository, ".git"));
            var state = RepositoryState.Read(directory);
            Assert.Equal(
                (branch, TestGit.Run(repository, "rev-parse", "HEAD")), (state.Branch?.ToText(), state.Commit));
            Assert.Equal(new Head(branch, state.Commit), Head.Read(Path.Combine(repository, ".git")));
        }
    }

    [Fact]
    public void Reads_a_HEAD_that_is_a_link()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(repository, "-c", "core.preferSymlinkRefs=true", "symbolic-ref", "HEAD", "refs/heads/other");
        Assert.SkipWhen(
            new FileInfo(Path.Combine(repository, ".git/HEAD")).LinkTarget is null,
            "This git writes no links for refs.");
        using var directory = RawFolder.Open(Path.Combine(repository, ".git"));
        Assert.Equal("other", RepositoryState.Read(directory).Branch?.ToText());
        Assert.NotNull(RepositoryState.Read(directory).Commit);
    }

    [Fact]
    public void Looks_at_the_beginning_of_a_ref_only()
    {
        Directory.CreateDirectory(_folder["refs/heads"]);
        using (var file = File.Create(_folder["refs/heads/endless"]))
        {
            file.Write(Encoding.ASCII.GetBytes(Id + "\n"));
            file.SetLength(3L << 30);
        }

        using var folder = RawFolder.Open(_folder.Path);
        Assert.InRange(
            Damage.BytesTakenBy(() => Assert.Equal(Id, RefFiles.Read(folder)["refs/heads/endless"u8].ToText())),
            0,
            1 << 20);
    }

    [Fact]
    public void Refuses_packed_refs_without_end()
    {
        using (var file = File.Create(_folder["packed-refs"]))
            file.SetLength(3L << 30);
        using var folder = RawFolder.Open(_folder.Path);
        Assert.InRange(Damage.BytesTakenBy(() => Assert.Throws<IOException>(() => RefFiles.Read(folder))), 0, 1 << 20);
    }

    [Fact]
    public void Reads_damaged_packed_refs_without_failing()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(repository, "tag", "--annotate", "--message", "an annotated one", "annotated");
        TestGit.Run(repository, "pack-refs", "--all");
        var real = File.ReadAllBytes(Path.Combine(repository, ".git/packed-refs"));
        var file = _folder["packed-refs"];
        using var folder = RawFolder.Open(_folder.Path);
        foreach (var cut in Damage.CutsOf(real))
            Look(cut);
        Damage.Of(real).Sample(Look, iter: 500, threads: 1);

        void Look(byte[] bytes)
        {
            File.WriteAllBytes(file, bytes);
            Assert.All(RefFiles.Packed(folder), line => Assert.True(RefFiles.IsId(line.Id), line.Id));
            Assert.All(RefFiles.Read(folder).Keys, name => Assert.True(RefNames.IsFull(name), name.ToText()));
            Assert.True(PackedRefs.Find(file, "refs/heads/main") is not { } id || RefFiles.IsId(id));
            _ = PackedRefs.FindPeeled(file, "refs/tags/annotated");
            _ = PackedRefs.NamesBelow(file, "refs/").Count();
        }
    }

    [Fact]
    public void Looks_up_in_packed_refs_with_lines_of_any_length()
    {
        var line = Gen.OneOf(Gen.Const(1), Gen.Int[1, 200], Gen.Int[3000, 20000]);
        Gen.Select(line, Gen.Bool)
            .Array[1, 20]
            .Sample(
                lines =>
                {
                    File.WriteAllLines(
                        _folder["packed-refs"],
                        lines.Select(
                            (shape, i) =>
                                $"{(shape.Item2 ? Id : "garbage")} refs/heads/{i:d2}{new string('x', shape.Item1)}"));
                    for (var i = 0; i < lines.Length; i++)
                        _ = PackedRefs.Find(
                            _folder["packed-refs"], $"refs/heads/{i:d2}{new string('x', lines[i].Item1)}");
                },
                iter: 200,
                threads: 1);
    }

    private static void AssertSame(string repository)
    {
        using var directory = RawFolder.Open(Path.Combine(repository, ".git"));
        var refs = RefFiles.Read(directory);
        var ours = refs.Select(entry => (entry.Key, Id: RefFiles.Resolve(refs, entry.Value)))
            .Where(entry => entry.Id is not null)
            .Select(entry => $"{entry.Key} {entry.Id}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(OfGit(repository), ours);
    }

    // git warns of the others.
    private static IEnumerable<string> OfGit(string repository) =>
        TestGit
            .Run(repository, "for-each-ref", "--format=%(refname) %(objectname)")
            .Split('\n')
            .Order(StringComparer.Ordinal);

    private static void Write(string repository, string name, string raw)
    {
        using var directory = RawFolder.Open(Path.Combine(repository, ".git"));
        RawTree.Write(directory, RawText.FromChars(name), RawText.FromChars(raw));
    }
}
