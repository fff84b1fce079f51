using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Repositories of kinds that are rare: each works, or is refused with a reason.</summary>
public sealed class OddRepositoryTests : IDisposable
{
    private const string SomeFiles =
        "mkdir folder; echo a > a; echo b > folder/b; git add .; git commit -qm first; git branch other; git tag v1;";

    private readonly UserFixture _user = new();

    public void Dispose() => _user.Dispose();

    [Fact]
    public void Sha256()
    {
        _user.MakeSource(SomeFiles, "--object-format=sha256");
        var restored = _user.Round(
            "echo x > a; git commit -qam mine; git tag -am note t; echo y > folder/b; git add .; echo z > folder/b; echo n > new; git stash -q; git stash apply -q; git init -q nested; echo q > nested/q"
        );
        Assert.Equal(64, _user.Git(restored!, "rev-parse", "HEAD").Length);
        _user.Release(restored!);
        Assert.Equal("v1", _user.Git(_user.Acquire("--ref", "v1"), "describe", "--tags"));
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public void No_commits_and_then_the_first(string format)
    {
        _user.MakeSource("", $"--object-format={format}");
        var result = _user.Try("acquire", _user.Source);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("no default branch yet", result.Error, StringComparison.Ordinal);
        _user.Release(result.Output);

        var restored = _user.Round("echo x > x; git add x; git commit -qm mine; echo y > y; git add y");
        _user.Release(restored!);
        _user.Release(_user.Acquire());

        _user.Run(_user.Source, SomeFiles);
        var fetched = _user.Try("acquire", "--fetch", _user.Source);
        var path = fetched.Output;
        if (fetched.Error.Contains("mismatched algorithms", StringComparison.Ordinal))
        {
            // git older than 2.41 makes a SHA-1 repository of an empty one, and says here why it cannot fetch.
            Assert.Equal("sha256", format);
            return;
        }

        Assert.Equal(_user.Git(_user.Source, "rev-parse", "HEAD"), _user.Git(path, "rev-parse", "HEAD"));
        Assert.True(File.Exists(Path.Combine(path, "a")));
        Assert.Equal("", _user.Git(path, "status", "--porcelain"));
        _user.Release(path);
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public void No_commits_and_files_that_are_staged(string format)
    {
        _user.MakeSource("", $"--object-format={format}");
        _user.Round("echo x > x; mkdir d; echo y > d/y; git add .; echo z > x; echo u > u");
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public void The_default_branch_does_not_exist(string format)
    {
        _user.MakeSource(SomeFiles + "git symbolic-ref HEAD refs/heads/none", $"--object-format={format}");
        var result = _user.Try("acquire", _user.Source);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("no default branch yet", result.Error, StringComparison.Ordinal);
        Assert.Equal([".git"], Directory.EnumerateFileSystemEntries(result.Output).Select(Path.GetFileName));
        _user.Release(result.Output);

        var path = _user.Acquire("--ref", "main");
        Assert.Equal("main", _user.Git(path, "branch", "--show-current"));
        _user.Run(path, "echo x > a; git commit -qam mine; echo y > folder/b");
        _user.Release(path);
        Assert.Equal([".git"], Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName));
        path = _user.Restore(_user.Rescues().Single());
        _user.Run(path, "git status > /dev/null; git fsck --connectivity-only");
        Assert.Equal(("x", "y"), (_user.Run(path, "cat a"), _user.Run(path, "cat folder/b")));

        _user.Git(_user.Source, "symbolic-ref", "HEAD", "refs/heads/other");
        Assert.Equal("other", _user.Git(_user.Acquire("--fetch"), "branch", "--show-current"));
    }

    [Fact]
    public void The_remote_has_no_branch_checked_out()
    {
        _user.MakeSource(SomeFiles + "git checkout -q --detach; echo x > a; git commit -qam detached");
        _user.Round("echo x > b; git add b; git commit -qm mine; echo y >> b");
        Assert.Equal("detached", _user.Git(_user.Acquire(), "log", "-1", "--format=%s"));
        Assert.Equal("main", _user.Git(_user.Acquire("--ref", "main"), "branch", "--show-current"));

        _user.Run(_user.Source, "git commit -q --allow-empty -m moved");
        Assert.Equal("moved", _user.Git(_user.Acquire("--fetch"), "log", "-1", "--format=%s"));
        _user.Git(_user.Source, "switch", "--quiet", "other");
        Assert.Equal("other", _user.Git(_user.Acquire("--fetch"), "branch", "--show-current"));
    }

    [Fact]
    public void Names_that_differ_only_in_case_or_are_no_UTF8()
    {
        _user.MakeSource(
            "echo 1 > README; echo 2 > readme; mkdir D d; echo 3 > D/x; echo 4 > d/x; echo 5 > $'bad\\xff'; mkdir $'d\\xfe'; echo 6 > $'d\\xfe/x'; git add .; git commit -qm first;"
                + "git branch Topic; echo t > readme; git commit -qam on-topic; git branch topic; git tag V1; git tag v1 HEAD~; git branch $'b\\xff' HEAD~"
        );
        _user.Round(
            "echo x >> README; echo y >> d/x; echo z >> $'bad\\xff'; rm $'d\\xfe/x'; mkdir dD; touch dD/Dd dD/dd .GITx; git branch TOPIC; git commit -q --allow-empty -m mine; git branch tOPIC; git branch $'own\\xff'"
        );
        foreach (var (name, subject) in (ReadOnlySpan<(string, string)>)
                [("Topic", "first"), ("topic", "on-topic"), ("V1", "on-topic"), ("v1", "first")])
            Assert.Equal(subject, _user.Git(_user.Acquire("--ref", name), "log", "-1", "--format=%s"));
    }

    [Fact]
    public void Long_names_and_paths()
    {
        const string deep =
            "d=$(printf 'd%.0s' {1..255}); for i in {1..15}; do p=$p$d/; done; mkdir -p $p; f=$p$(printf 'f%.0s' {1..250});";
        _user.MakeSource(
            deep
                + "echo x > $f; touch $(printf 'n%.0s' {1..255}); git add .; git commit -qm first; git branch $(printf 'b%.0s' {1..250}); git branch $(printf 'b%.0s' {1..200})/$(printf 'b%.0s' {1..250})"
        );
        _user.Round(
            deep
                + "echo y > $f; rm n*; mkdir u; cd u; for i in {1..40}; do mkdir $d; cd $d; done; echo x > x; touch $(printf 'u%.0s' {1..255})"
        );
        foreach (var name in (string[])[new string('b', 250), new string('b', 200) + "/" + new string('b', 250)])
            _user.Release(_user.Acquire("--ref", name));
    }

    [Theory]
    [InlineData("false", "")]
    [InlineData("input", "")]
    [InlineData("true", "")]
    [InlineData(
        "true",
        "* text=auto\n*.crlf eol=crlf\n*.lf eol=lf\n*.u16 working-tree-encoding=UTF-16LE eol=crlf\n*.id ident\n*.ex export-subst\n*.bin -text\n"
    )]
    [InlineData("input", "* text=auto eol=crlf\n")]
    public void Line_ends_and_encodings(string autocrlf, string attributes)
    {
        _user.MakeSource(
            $"printf '{attributes.Replace("\n", "\\n", StringComparison.Ordinal)}' > .gitattributes; printf 'a\\nb\\n' > n.lf; cp n.lf n.crlf; cp n.lf n; printf 'a\\r\\nb\\n' > mixed; cp mixed m.bin;"
                + "printf 'a\\n' | iconv -t UTF-16LE > t.u16; echo '$Id$' > i.id; echo '$Format:%H$' > e.ex; git -c core.safecrlf=false add .; git commit -qm first"
        );
        _user.Config($"[core]\n\tautocrlf = {autocrlf}\n\tsafecrlf = false\n");
        _user.Round(
            "for f in n.lf n.crlf n mixed m.bin i.id e.ex; do printf 'x\\r\\ny\\nz\\r' >> $f; done; printf 'q\\r\\nw\\n' > new.crlf; printf 'q\\r\\nw\\n' > staged; git add staged; printf 'k\\0\\r\\0\\n\\0' >> t.u16"
        );
    }

    [Fact]
    public void Links_to_outside_and_the_users_own_hooks()
    {
        _user.MakeSource($"ln -s {_user.Home} home; ln -s /etc/passwd passwd; ln -s /nowhere none; {SomeFiles}");
        Directory.CreateDirectory(_user["template/hooks"]);
        TestGit.WriteScript(_user["template/hooks/pre-commit"], "#!/bin/sh\ntouch $HOME/from-template\n");
        _user.Config($"[init]\n\ttemplateDir = {_user["template"]}\n");
        File.WriteAllText(Path.Combine(_user.Home, "precious"), "precious\n");

        var hook =
            "printf '#!/bin/sh\\ntouch $HOME/from-job\\n' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout; echo exit 1 >> .git/hooks/pre-commit;";
        var restored = _user.Round(
            $"{hook} rm home; mkdir home; echo x > home/precious; ln -sf /tmp passwd; ln -s {_user.Home} folder/home; echo x > folder/home/written"
        );

        Assert.True(File.Exists(Path.Combine(restored!, ".git", "hooks", "pre-commit")));
        Assert.Equal("precious\n", File.ReadAllText(Path.Combine(_user.Home, "precious")));
        Assert.False(File.Exists(Path.Combine(_user.Home, "from-job")));
        _user.Run(restored!, "git commit -qam x");
        Assert.True(File.Exists(Path.Combine(_user.Home, "from-template")));
    }

    [Fact]
    public void The_users_hooks_path()
    {
        _user.MakeSource(SomeFiles);
        Directory.CreateDirectory(_user["hooks"]);
        TestGit.WriteScript(_user["hooks/pre-commit"], "#!/bin/sh\ntouch $HOME/ran\n");
        _user.Config($"[core]\n\thooksPath = {_user["hooks"]}\n");
        var restored = _user.Round(
            "git config core.hooksPath /nowhere; echo x > a; git commit -qam mine; git config --unset core.hooksPath; echo y > a"
        );
        Assert.False(File.Exists(Path.Combine(_user.Home, "ran")));
        _user.Run(restored!, "git commit -qam x");
        Assert.True(File.Exists(Path.Combine(_user.Home, "ran")));
    }
}
