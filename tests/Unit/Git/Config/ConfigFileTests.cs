using System.Text;
using CsCheck;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Git.Untrusted;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git.Config;

public sealed class ConfigFileTests : IDisposable
{
    private const string Core = "[core]\n\trepositoryformatversion = 0\n";

    private static readonly string[] Parts =
    [
        "[",
        "]",
        "[core]",
        "[Core]\n",
        "[remote \"origin\"]",
        "[remote \"a]\\\"b\\\\\"]",
        "[a.B]",
        "[a-1]\r\n",
        "bare",
        "key",
        "1",
        " ",
        "=",
        " = ",
        "\n",
        "\n",
        "\r\n",
        "\\\n",
        "\\",
        "\\n",
        "\\t",
        "\\q",
        "\"",
        "\"\"",
        "#",
        ";",
        "# comment \\\n",
        "x",
        "true",
        "-",
        ".",
        "\u00e9",
        "\u00a0",
        "\u00ef\u00bb\u00bf",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string?> Texts => new()
    {
        { "", "" },
        { "# nothing", "" },
        { "[core]", "" },
        { "[core]\nbare = true", "core.bare=true" },
        { "[core] bare\n", "core.bare" },
        { "[CORE]\nBARE=TRUE\n", "core.bare=TRUE" },
        { "\u00ef\u00bb\u00bf[core]\r\n\tbare = false\r\n", "core.bare=false" },
        { "[core] ; one\n\ta = b # two\n", "core.a=b" },
        // A comment ends with its line, whatever is before the end.
        { "[core]\n# C:\\\nbare = true\n", "core.bare=true" },
        { "[core]\na = b # C:\\\nbare = true\n", "core.a=b|core.bare=true" },
        { "[core]\na = b\\\n  c\n", "core.a=b  c" },
        { "[core]\na = \" b # c \"d\n", "core.a= b # c d" },
        { "[core]\na = b\\tc\\\"\\\\\n", "core.a=b\tc\"\\" },
        { "[core]\na =\n", "core.a=" },
        { "[remote \"Or\\\"ig]in\"]\nurl = x\n", "remote.Or\"ig]in.url=x" },
        { "[Remote.Origin]\nurl = x\n", "remote.origin.url=x" },
        { "[core][user]a=b\n", "user.a=b" },
        { "[core\n", null },
        { "[]\n", null },
        { "[core \"a\nb\"]\n", null },
        { "[core \"a\"\n", null },
        { "[co re]\n", null },
        { "[core]\n1a = b\n", null },
        { "[core]\na_b = c\n", null },
        { "[core]\na = \"b\n", null },
        { "[core]\na = b\\q\n", null },
        { "[core]\na # b\n", null },
        { "[core]\na b\n", null },
        { "a = b\n", null },
        { "\u00e9", null },
        { "\0\0\0\0\0\0\0\0", null },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public void Reads_what_git_reads(string raw, string? expected)
    {
        Assert.Equal(expected, Ours(raw));
        if (raw != "a = b\n")
            Assert.Equal(expected, OfGit(raw));
    }

    [Fact]
    public void Reads_any_text_as_git_does() =>
        Gen.OneOf(Parts)
            .Array[0, 12]
            .Select(parts => "[a]" + string.Concat(parts))
            .Sample(raw => Assert.Equal(OfGit(raw), Ours(raw)), iter: 150, threads: 1);

    [Fact]
    public void Reads_damaged_files_without_failing()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(repository, "remote", "add", "origin", "https://example.com/a b.git");
        TestGit.Run(repository, "config", "a.\"b\\.c", " \t\"x\";\\");
        var real = File.ReadAllBytes(Path.Combine(repository, ".git/config"));
        var text = RawText.FromBytes(real).Chars;
        Assert.Equal(OfGit(text), Ours(text));
        foreach (var cut in Damage.CutsOf(real))
            _ = ConfigFile.Parse(RawText.FromBytes(cut));
        Damage.Of(real).Sample(bytes => _ = ConfigFile.Parse(RawText.FromBytes(bytes)), iter: 2000, threads: 1);
        Gen.Byte.Array[0, 300].Sample(bytes => _ = ConfigFile.Parse(RawText.FromBytes(bytes)), iter: 2000, threads: 1);
    }

    [Theory]
    [InlineData(Core + "bare = true\n", true)]
    [InlineData(Core + "bare\n", true)]
    [InlineData(Core + "bare = YES\n", true)]
    [InlineData(Core + "bare = 2\n", true)]
    [InlineData(Core + "bare = \"tr\"ue # as of old\n", true)]
    [InlineData(Core + "# \\\nbare = on\n", true)]
    [InlineData(Core, false)]
    [InlineData(Core + "bare = 0\n", false)]
    [InlineData(Core + "bare =\n", false)]
    [InlineData(Core + "bare = true\n[core]\nbare = false\n", false)]
    [InlineData(Core + "[core \"sub\"]\nbare = true\n", false)]
    [InlineData("[core]\nbare = true\n", null)]
    [InlineData(Core + "bare = \"true\n", null)]
    [InlineData("garbage", null)]
    [InlineData("", null)]
    public void Tells_whether_a_repository_is_bare(string text, bool? isBare)
    {
        File.WriteAllText(_folder["config"], text);
        Assert.Equal(isBare, RepositoryConfig.Read(_folder["config"])?.IsBare);
        if (isBare is { } expected)
            Assert.Equal(
                expected ? "true" : "false",
                TestGit.Run(_folder.Path, "config", "--file", "config", "--type=bool", "--default=false", "core.bare"));
    }

    [Fact]
    public void Is_null_where_there_is_no_file()
    {
        Assert.Null(RepositoryConfig.Read(_folder["missing"]));
        Assert.Null(RepositoryConfig.Read(_folder.Path));
        Assert.Empty(RemoteUrls.Read(_folder["missing"]));
    }

    [Fact]
    public void Finds_remotes()
    {
        var repository = TestGit.MakeRepository(_folder["repo"]);
        foreach (var (name, url) in ((string, string)[])
                [("origin", "https://example.com/a#b.git"), ("ö", "C:\\x y"), ("last", "../é")])
            TestGit.Run(repository, "remote", "add", name, url);
        Assert.Equal(
            TestGit.Run(repository, "config", "--get-regexp", "^remote\\..*\\.url$").Split('\n'),
            RemoteUrls.Read(Path.Combine(repository, ".git/config")).Select(entry => $"{entry.Key} {entry.Value}"));
    }

    private static string? Ours(string raw) =>
        ConfigFile.Parse(RawText.FromChars(raw)) is { } entries
            ? string.Join(
                '|',
                entries.Select(entry =>
                    entry.Value is { } value ? $"{entry.Key.Chars}={value.Chars}" : entry.Key.Chars))
            : null;

    private string? OfGit(string raw)
    {
        File.WriteAllBytes(_folder["config"], RawText.FromChars(raw).ToBytes());
        using var git = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                "git",
                ["config", "--file", _folder["config"], "--no-includes", "--list", "-z"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.Latin1,
            }
        )!;
        var error = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        _ = error.Result;
        return git.ExitCode != 0
            ? null
            : string.Join(
                '|',
                output
                    .Split('\0', StringSplitOptions.RemoveEmptyEntries)
                    .Select(field =>
                        field.IndexOf('\n', StringComparison.Ordinal) is var end && end < 0
                            ? field
                            : $"{field[..end]}={field[(end + 1)..]}"));
    }

    [Theory]
    [InlineData("core.editor", "vim -u none")]
    [InlineData("remote.origin.url", "https://example.com/a;b#c")]
    [InlineData("remote.a \"b\".c\\d.url", " spaces around ")]
    [InlineData("user.name", "a \"quoted\" \\ name")]
    [InlineData("alias.two", "lines\nand a\ttab")]
    [InlineData("branch.main.merge", "")]
    public void What_is_written_is_read_by_git_and_here(string key, string value)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config"], ConfigText.Entry(key, value) + ConfigText.Entry(key, null));
        Assert.Equal(
            $"{key}\n{value}\0{key}",
            TestGit.Run(folder.Path, "config", "--file", "config", "--list", "-z").TrimEnd('\0'));
        var name = RawText.FromText(key);
        Assert.Equal([new(name, RawText.FromText(value)), new(name, null)], ConfigFile.Read(folder["config"])!);
    }
}
