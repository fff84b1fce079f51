using System.Text;
using CsCheck;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Links;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

public sealed class IgnoreRulesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _around;
    private readonly string _exclude;
    private readonly RepositoryPlace _base;

    public IgnoreRulesTests()
    {
        _around = TestGit.MakeRepository(_folder["around"]);
        _exclude = Path.Combine(_around, ".git/info/exclude");
        var repository = TestGit.MakeRepository(_folder["base"]);
        _base = new RepositoryPlace(Path.Combine(repository, ".git"), Path.Combine(repository, ".git"));
    }

    public static TheoryData<string> Names =>
        [
            "a",
            "a b",
            " a",
            "a ",
            "#a",
            "!a",
            "*",
            "?",
            "[a]",
            "[!a]",
            "a]",
            "\\",
            "a\\",
            "\\*",
            "**",
            "a*b",
            "-a",
            "größer",
            "日本",
            "'",
            "\"",
            "$HOME",
            "a/b",
            "**/a",
            "a/**",
            "{a,b}",
            "~",
            ".a",
            "a\u00a0",
            "a\tb",
            "a\u0085",
        ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Ignores_the_checkout_alone(string name)
    {
        Assert.SkipWhen(
            OperatingSystem.IsWindows() && (name.IndexOfAny([.. "*?\\\"\t"]) >= 0 || name.EndsWith(' ')),
            "Windows allows no such names.");
        IgnoreRules.Add(LinkAt(name), isSubmodule: false);
        Assert.Equal([name + "/"], Ignored(name, name + "x", "x" + name, "a1", "b", "x/" + name, "ab", "aab"));
        IgnoreRules.Add(LinkAt(name), isSubmodule: false);
        Assert.Equal(
            2,
            File.ReadAllText(_exclude)
                .Split('\n')
                .Count(line =>
                    line.StartsWith("# a light", StringComparison.Ordinal)
                    || line == IgnoreRules.PatternOf(name).ToText()));
        IgnoreRules.Remove(_base, LinkAt(name).Path, isLast: true);
        Assert.Empty(Ignored(name));
        Assert.DoesNotContain(
            "gitproc", File.ReadAllText(Path.Combine(_base.CommonDirectory, "info/exclude")), StringComparison.Ordinal);
    }

    [Fact]
    public void Ignores_any_name_as_git_reads_it()
    {
        string[] parts = ["a", "b", "[", "]", "!", "^", "-", "#", "é", "{", "}"];
        // Names on Windows have none of these, and do not end with the first two.
        string[] ofUnix = OperatingSystem.IsWindows() ? [] : [".", " ", "*", "?", "\\", "\"", "\r"];
        var name = Gen.OneOf(parts.Concat(ofUnix).ToArray())
            .Array[1, 5]
            .Select(string.Concat)
            .Where(text => text is not ("." or ".."));
        Gen.Select(name.Array[1, 20], name.Array[1, 20])
            .Sample(
                (ignored, others) =>
                {
                    File.WriteAllBytes(
                        _exclude,
                        RawText.Concat(ignored.Select(IgnoreRules.PatternOf), end: '\n').ToBytes());
                    Assert.Equal(
                        ignored.Distinct().Select(one => one + "/").Order(StringComparer.Ordinal),
                        Ignored([.. ignored, .. others]));
                },
                iter: 40,
                threads: 1);
    }

    [Fact]
    public void Leaves_the_rules_of_others()
    {
        byte[] rules = [.. "# mine\r\n*.o\n"u8, 0xe9, .. "\n\n  x"u8];
        File.WriteAllBytes(_exclude, rules);
        IgnoreRules.Add(LinkAt("a"), isSubmodule: false);
        Assert.Equal([.. rules, .. "\n# a light-weight checkout of gitproc\n/a/\n"u8], File.ReadAllBytes(_exclude));
        IgnoreRules.Remove(_base, LinkAt("b").Path, isLast: false);
        IgnoreRules.Remove(_base, LinkAt("a").Path, isLast: false);
        Assert.Equal([.. rules, (byte)'\n'], File.ReadAllBytes(_exclude));
    }

    [Fact]
    public void Writes_where_the_file_is_that_a_link_leads_to()
    {
        UnixTools.SkipWithoutLinks();
        File.WriteAllText(_folder["mine"], "*.o\n");
        File.Delete(_exclude);
        File.CreateSymbolicLink(_exclude, _folder["mine"]);
        // One that was planted in the way.
        File.CreateSymbolicLink(_folder["mine.gitproc"], _folder["other"]);
        IgnoreRules.Add(LinkAt("a"), isSubmodule: false);
        Assert.Equal(_folder["mine"], new FileInfo(_exclude).LinkTarget);
        Assert.Equal("*.o\n# a light-weight checkout of gitproc\n/a/\n", File.ReadAllText(_folder["mine"]));
        Assert.Equal(["a/"], Ignored("a"));
        Assert.False(File.Exists(_folder["other"]));
    }

    [Fact]
    public void Makes_the_file_where_there_is_none()
    {
        Directory.Delete(Path.GetDirectoryName(_exclude)!, recursive: true);
        IgnoreRules.Add(LinkAt("a"), isSubmodule: false);
        Assert.Equal(["a/"], Ignored("a"));
    }

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    public void Refuses_what_is_no_file(string make)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && make == "mkfifo", UnixTools.NoPipes);
        File.Delete(_exclude);
        using (var process = System.Diagnostics.Process.Start(make, _exclude))
            process.WaitForExit();
        var error = Assert.Throws<GitprocException>(() => IgnoreRules.Add(LinkAt("a"), isSubmodule: false));
        Assert.Contains(_exclude, error.Message, StringComparison.Ordinal);
    }

    private LinkState LinkAt(string name) =>
        new(_base, "a", new GitlinkFile { Id = "a", Place = "../a" }, Path.Combine(_around, name));

    // Folders, each made if it is not there.
    private IEnumerable<string> Ignored(params string[] names)
    {
        foreach (var name in names)
            Directory.CreateDirectory(Path.Combine(_around, name));
        using var git = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("git", ["-C", _around, "check-ignore", "--stdin", "-z"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                // Windows has other defaults.
                StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                StandardOutputEncoding = Encoding.UTF8,
            }
        )!;
        git.StandardInput.Write(string.Concat(names.Distinct().Select(name => name + "/\0")));
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
    }
}
