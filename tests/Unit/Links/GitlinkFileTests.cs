using System.Text;
using CsCheck;
using Gitproc.Links;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

public sealed class GitlinkFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string?, string?> Texts => new()
    {
        { "", "", null, null },
        { "# nothing\n\n", "", null, null },
        { "Gitdir = \"../a b.git\"\nName: one\nId: two\n", "../a b.git", "one", "two" },
        { "gitdir=../a\r\nNAME=one", "../a", "one", null },
        { "Gitdir: ../a", "../a", null, null },
        { "Gitdir = ", "", null, null },
        { "Gitdir = \"\"", "", null, null },
        { "Gitdir = \"", "\"", null, null },
        { "Gitdir = \"a\"b\"", "a\"b", null, null },
        { "Gitdir = \" a \"", " a ", null, null },
        { "Gitdir = C:\\x=y", "C:\\x=y", null, null },
        { "Name: one\nName: two", "", "two", null },
        { "Name: größer", "", "größer", null },
    };

    public static TheoryData<string> Garbage =>
        [
            "Gitdir",
            "Gitdir \"a\"",
            "= a",
            ": a",
            "Url = a",
            "Name:",
            "Name: \"\"",
            "Id:",
            "Id: ..",
            "Id: a/b",
            "Id: .a",
            "Id: a.lock",
            "Id: -a",
            "Id: a b",
            "Gitdir = a\tb\u0001",
            "Name: a\u001b[2J",
            "<xml/>",
            "\0",
            "Gitdir = a\u0085b",
            new string('x', 60000),
        ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public void Reads(string text, string gitdir, string? name, string? id)
    {
        File.WriteAllText(_folder["f"], text);
        Assert.Equal(new GitlinkFile { Gitdir = gitdir, Name = name, Id = id }, GitlinkFile.Read(_folder["f"]));
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Says_which_line_is_garbage(string text)
    {
        File.WriteAllText(_folder["f"], text);
        var error = Assert.Throws<GitprocException>(() => GitlinkFile.Read(_folder["f"]));
        Assert.Equal(ErrorReason.InvalidLink, error.Reason);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 1, 400 + _folder.Path.Length);
    }

    [Fact]
    public void Waits_for_nothing_and_reads_nothing_without_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoPipes);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", _folder["pipe"]))
            mkfifo.WaitForExit();
        File.CreateSymbolicLink(_folder["to-pipe"], "pipe");
        File.CreateSymbolicLink(_folder["to-zero"], "/dev/zero");
        File.CreateSymbolicLink(_folder["lost"], "nowhere");
        Directory.CreateDirectory(_folder["folder"]);
        using (var file = File.Create(_folder["endless"]))
            file.SetLength(3L << 30);
        File.WriteAllBytes(_folder["latin1"], [.. "Name: gr"u8, 0xf6, (byte)'\n']);
        File.WriteAllText(_folder["long"], new string('#', 70000));
        Assert.Equal(new GitlinkFile(), GitlinkFile.Read(_folder["pipe"]));
        Assert.Null(GitlinkFile.Read(_folder["missing"]));
        Assert.Null(GitlinkFile.Read(_folder["folder"]));
        foreach (var name in (string[])["to-pipe", "to-zero", "lost", "endless", "latin1", "long"])
        {
            var taken = Damage.BytesTakenBy(() =>
                Assert.Equal(
                    ErrorReason.InvalidLink,
                    Assert.Throws<GitprocException>(() => GitlinkFile.Read(_folder[name])).Reason));
            Assert.InRange(taken, 0, 1 << 20);
        }
    }

    [Fact]
    public void Reads_what_it_wrote()
    {
        var text = Gen
            .Char.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))
            .Array[1, 12]
            .Select(chars => new string(chars));
        var odd = Gen.OneOf(text, Gen.OneOf("\"", "\"a\"", "a\"", "#a", " ", "=", ":", "a = b", "\u00a0", "\\"));
        var name = odd.Where(found => found.Trim() is { Length: > 0 } trimmed && trimmed == found);
        Gen.Select(odd, Gen.Null(name), Gen.Null(Gen.OneOf("a", "link-1", "ö")), Gen.Null(odd)).Sample(
            (gitdir, called, id, place) =>
            {
                var file = new GitlinkFile { Gitdir = gitdir, Name = called, Id = id, Place = place };
                Assert.Equal(file, GitlinkFile.Parse(file.ToString(), "f"));
            },
            iter: 2000, threads: 1);
    }

    [Fact]
    public void Has_one_kind_of_error_for_any_text()
    {
        var real = Encoding.UTF8.GetBytes(
            new GitlinkFile
            {
                Gitdir = "../größer.git",
                Name = "one",
                Id = "two",
                Place = "../../w",
            }.ToString());
        foreach (var cut in Damage.CutsOf(real))
            Look(cut);
        Damage.Of(real).Sample(Look, iter: 1000, threads: 1);

        void Look(byte[] bytes)
        {
            File.WriteAllBytes(_folder["f"], bytes);
            try
            {
                var file = GitlinkFile.Read(_folder["f"])!;
                Assert.DoesNotContain(file.Gitdir + file.Name + file.Id + file.Place, char.IsControl);
                Assert.True(file.Id is null || LinkStore.IsId(file.Id));
            }
            catch (GitprocException e) when (e.Reason == ErrorReason.InvalidLink)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }
    }
}
