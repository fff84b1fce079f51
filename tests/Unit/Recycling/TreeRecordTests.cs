using System.IO.Compression;
using System.Text;
using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// What is clean is known by our own record: nothing that a job wrote into its index, objects or config, and took away
/// again, hides a file.
/// </summary>
public sealed class TreeRecordTests : IDisposable
{
    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    /// <summary>A job makes git, and whoever believes its index, call a file unchanged that is not.</summary>
    public static TheoryData<string, bool, string> Planted { get; } =
        new()
        {
            {
                "filter of a command",
                false,
                "echo evil > file-0.txt; touch -d @$(($(date +%s) - 3600)) file-0.txt; echo 'file-0.txt filter=x' > $HOME/attr; git -c core.attributesFile=$HOME/attr -c filter.x.clean='git cat-file blob HEAD:file-0.txt' add file-0.txt; sleep 0.1; git update-index --force-write-index"
            },
            {
                "attributes that are gone again",
                false,
                "mkdir -p .git/info; echo '*.txt eol=crlf' > .git/info/attributes; rm file-*.txt; git checkout -q .; sleep 1.1; git status; rm .git/info/attributes; git status"
            },
            {
                "config that is gone again",
                false,
                "git config core.autocrlf true; rm file-*.txt; git checkout -q .; sleep 1.1; git status; git config --unset core.autocrlf"
            },
            {
                "config of another home",
                false,
                "mkdir -p $HOME/h; HOME=$HOME/h git config --global core.autocrlf true; rm file-*.txt; HOME=$HOME/h git checkout -q .; sleep 1.1; HOME=$HOME/h git status"
            },
            {
                "time of another change",
                true,
                "cp -p file-0.txt $HOME/old; tr a-z A-Z < $HOME/old > file-0.txt; touch -r $HOME/old file-0.txt; git config core.trustctime false; git config core.checkStat minimal; git status"
            },
            {
                "index of before",
                true,
                "cp -p .git/index $HOME/index; cp -p file-0.txt $HOME/old; tr a-z A-Z < $HOME/old > file-0.txt; touch -r $HOME/old file-0.txt; cp -p $HOME/index .git/index"
            },
            {
                "assumed unchanged",
                true,
                "tr a-z A-Z < file-0.txt > $HOME/new; cat $HOME/new > file-0.txt; git update-index --assume-unchanged file-0.txt"
            },
            {
                "monitor that saw nothing",
                true,
                "printf '#!/bin/sh\\nprintf \"1\\\\0\"\\n' > $HOME/m; chmod +x $HOME/m; git config core.fsmonitor $HOME/m; git update-index --fsmonitor; git status; echo evil > file-0.txt; git update-index --fsmonitor-valid file-0.txt; git config --unset core.fsmonitor"
            },
            {
                "mode",
                false,
                "chmod 4755 folder/inner.txt; git config core.fileMode false; git update-index folder/inner.txt; git status; sleep 0.1; git update-index --force-write-index"
            },
            {
                "file of the same content, elsewhere",
                false,
                "cp file-0.txt $HOME/x; rm file-0.txt; cp $HOME/x file-0.txt; sleep 1.1; git status"
            },
        };

    [Theory]
    [MemberData(nameof(Planted))]
    public void What_was_planted_is_put_right(string what, bool isWork, string script)
    {
        UnixTools.SkipUnlessPossible(script);
        var other = _fixture.MakeCheckout();
        var fresh = RecyclingFixture.Snapshot(other);
        _fixture.Job(script);

        var rescue = _fixture.Recycle();

        LeftoverTests.AssertSame(fresh, RecyclingFixture.Snapshot(_fixture.Path));
        Assert.Equal(RecyclingFixture.Modes(other), RecyclingFixture.Modes(_fixture.Path));
        if (what != "mode")
            Assert.Equal(isWork, rescue is not null);
    }

    [Theory]
    [InlineData("git update-index --untracked-cache --force-write-index; git status")]
    [InlineData("git update-index --index-version 4")]
    [InlineData("git read-tree HEAD; git status")]
    public void The_next_job_gets_the_index_that_was_written_when_it_was_clean(string script)
    {
        var index = File.ReadAllBytes(_fixture[".git/index"]);
        _fixture.Job(script);
        Assert.Null(_fixture.Recycle());
        Assert.Equal(index, File.ReadAllBytes(_fixture[".git/index"]));
    }

    [Fact]
    public void What_is_checked_out_is_the_base_repositorys_object_and_not_the_jobs_of_that_name()
    {
        // git prefers a pack, wherever it is.
        _fixture.Job(
            "mv $BASE/objects/pack/*.pack $HOME; rm -f $BASE/objects/pack/*; for p in $HOME/*.pack; do git -C $BASE unpack-objects -q < $p; done"
        );
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        var id = TestGit.Run(_fixture.Path, "rev-parse", "HEAD:file-0.txt");
        var evil = Encoding.ASCII.GetBytes("evil\n");
        Directory.CreateDirectory(_fixture[$".git/objects/{id[..2]}"]);
        using (
            var zip = new ZLibStream(
                File.Create(_fixture[$".git/objects/{id[..2]}/{id[2..]}"]), CompressionLevel.Fastest))
        {
            zip.Write(Encoding.ASCII.GetBytes($"blob {evil.Length}\0"));
            zip.Write(evil);
        }

        _fixture.Job("rm file-0.txt; git checkout -q file-0.txt");
        Assert.Equal("evil\n", File.ReadAllText(_fixture["file-0.txt"]));

        _fixture.Recycle();

        LeftoverTests.AssertSame(fresh, RecyclingFixture.Snapshot(_fixture.Path));
    }

    /// <summary>A filter that the pool's own config has: what a fresh checkout has is not what git has.</summary>
    public static TheoryData<string, string> Filtered { get; } =
        new()
        {
            {
                "content as git has it",
                "rm secret; git -c filter.f.smudge=cat checkout -q secret; sleep 1.1; git status"
            },
            {
                "content of another filter",
                "rm secret; git -c filter.f.smudge='sed s/^/other:/' -c filter.f.clean='sed s/^other://' checkout -q secret; sleep 1.1; git -c filter.f.clean='sed s/^other://' status"
            },
            { "the same content, anew", "rm secret; git checkout -q secret; touch secret" },
        };

    [Theory]
    [MemberData(nameof(Filtered))]
    public void Filtered_files_are_as_in_a_fresh_checkout(string what, string script)
    {
        using var fixture = MakeFiltered();
        fixture.Job(script);
        fixture.Recycle();
        Assert.True(File.ReadAllText(fixture["secret"]) == "smudged:secret\n", what);
    }

    /// <summary>A filter that only the job has turned on, as git-crypt(1) does and git-lfs with --local.</summary>
    public static TheoryData<string, bool> Unlocked { get; } = new()
    {
        { "true", false },
        { "git status", false },
        { "echo more >> secret", true },
        { "echo more >> secret; git add secret", true },
    };

    [Theory]
    [MemberData(nameof(Unlocked))]
    public void What_was_only_unlocked_is_no_work(string script, bool isWork)
    {
        using var fixture = new RecyclingFixture(source =>
        {
            File.WriteAllText(Path.Combine(source, ".gitattributes"), "secret filter=crypt\n");
            File.WriteAllText(Path.Combine(source, "secret"), "secret\n");
        });
        fixture.Job(
            "git config filter.crypt.smudge 'sed s/^/open:/'; git config filter.crypt.clean 'sed s/^open://'; rm secret; git checkout -q secret; sleep 0.1; git update-index --force-write-index; "
                + script);
        Assert.StartsWith("open:secret\n", File.ReadAllText(fixture["secret"]), StringComparison.Ordinal);

        var rescue = fixture.Recycle();

        Assert.Equal(isWork, rescue is not null);
        Assert.Equal("secret\n", File.ReadAllText(fixture["secret"]));
        if (rescue is null)
            return;
        fixture.Restore(rescue, fixture.Path);
        Assert.Equal("open:secret\nmore\n", File.ReadAllText(fixture["secret"]));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo x > ignored.o")]
    [InlineData("echo x > new; echo y >> file-1.txt")]
    public void Without_a_record_all_is_compared_by_content_and_there_is_one(string script)
    {
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        _fixture.Job(
            "printf 'x\\r\\n' > file-0.txt; echo 'file-0.txt filter=x' > $HOME/attr; git -c core.attributesFile=$HOME/attr -c filter.x.clean='git cat-file blob HEAD:file-0.txt' add file-0.txt; "
                + script);
        TreeRecord.Remove(_fixture.Record);
        _fixture.Recycle(CleanMode.Full);
        LeftoverTests.AssertSame(fresh, RecyclingFixture.Snapshot(_fixture.Path));
        Assert.Equal(5, TreeRecord.TryRead(_fixture.Record)!.Entries.Count);
        _fixture.Recycle();
        Assert.Equal(0, _fixture.GitCommands);
    }

    /// <summary>An older gitproc beside this one cleans a checkout, and does not know of records.</summary>
    [Theory]
    [InlineData("true")]
    [InlineData("echo x >> file-0.txt")]
    [InlineData("git checkout -q main; echo x >> file-2.txt; git commit -qam x")]
    public void A_record_of_an_older_state_does_no_harm(string script)
    {
        var fresh = RecyclingFixture.Snapshot(_fixture.MakeCheckout());
        var (main, record) = (
            _fixture.Target, Directory.EnumerateFiles(_fixture.Record).ToDictionary(file => file, File.ReadAllBytes));
        _fixture.Target = new Target(null, TestGit.Run(_fixture.Path, "rev-parse", "origin/other"), HasUpstream: false);
        _fixture.Recycle();
        foreach (var (file, content) in record)
            File.WriteAllBytes(file, content);
        _fixture.Job(script);
        var answers = RecyclingFixture.Answers(_fixture.Path);

        _fixture.Target = main;
        var rescue = _fixture.Recycle();

        LeftoverTests.AssertSame(fresh, RecyclingFixture.Snapshot(_fixture.Path));
        Assert.Equal(script != "true", rescue is not null);
        if (rescue is null)
            return;
        _fixture.Restore(rescue, _fixture.Path);
        Assert.Equal(answers, RecyclingFixture.Answers(_fixture.Path));
    }

    [Fact]
    public void A_repository_without_commits_has_one_too()
    {
        _fixture.Target = new Target("main", null, HasUpstream: false);
        _fixture.Recycle();
        Assert.Empty(TreeRecord.TryRead(_fixture.Record)!.Entries);
        _fixture.Recycle();
        Assert.Equal(0, _fixture.GitCommands);
        _fixture.Job("echo x > new");
        Assert.NotNull(_fixture.Recycle());
        Assert.False(File.Exists(_fixture["new"]));
    }

    [Fact]
    public void The_index_of_a_rescue_is_one_that_git_has_written()
    {
        _fixture.Job("echo x > new");
        _fixture.Restore(_fixture.Recycle()!, _fixture.Path);
        TestGit.Run(_fixture.Path, "fsck");
    }

    [Theory]
    [InlineData("tree", 10)]
    [InlineData("tree", 0)]
    [InlineData("index", 30)]
    [InlineData("index", 0)]
    public void A_record_that_was_cut_short_is_none(string name, int length)
    {
        using (var file = File.OpenWrite(Path.Combine(_fixture.Record, name)))
            file.SetLength(length);
        Assert.Null(TreeRecord.TryRead(_fixture.Record));
        Assert.Null(_fixture.Recycle());
        Assert.NotNull(TreeRecord.TryRead(_fixture.Record));
    }

    [Theory]
    [InlineData("echo x > file-0.txt", false)]
    [InlineData("touch file-0.txt", false)]
    [InlineData("chmod 600 folder/inner.txt", false)]
    [InlineData("echo x > folder/new", false)]
    [InlineData("rm -r folder", false)]
    [InlineData("git init -q folder", false)]
    [InlineData("mv folder $HOME/folder; ln -s $HOME/folder folder", false)]
    [InlineData("rm -r folder; ln -s folder folder", false)]
    [InlineData("git status", true)]
    [InlineData("git gc", true)]
    public void A_record_tells_whether_somebody_has_written_into_the_checkout(string script, bool isSo)
    {
        UnixTools.SkipUnlessPossible(script);
        Assert.True(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
        _fixture.Job(script);
        Assert.Equal(isSo, TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
    }

    [Fact]
    public void An_acquire_reads_no_index_to_tell_whether_somebody_has_written()
    {
        File.Delete(TreeRecord.IndexOf(_fixture.Record));
        Assert.True(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
        File.WriteAllText(_fixture["file-0.txt"], "late");
        Assert.False(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
        Assert.True(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    public void A_record_that_was_cut_short_tells_nothing_is_clean(int missing)
    {
        using (var file = File.OpenWrite(Path.Combine(_fixture.Record, "tree")))
            file.SetLength(Math.Max(1, file.Length - missing));
        Assert.False(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
    }

    [Fact]
    public void A_file_that_is_written_at_the_moment_after_the_record_is_seen()
    {
        for (var round = 0; round < 20; round++)
        {
            TreeRecord.Write(
                _fixture.Record,
                _fixture.Path,
                _fixture.Target,
                _fixture[".git/index"],
                hasNothingElse: true,
                CancellationToken.None);
            File.WriteAllText(_fixture["file-0.txt"], $"{round % 10}");
            Assert.False(TreeRecord.IsSo(_fixture.Record, _fixture.Path, mostFiles: 1000));
        }
    }

    [Fact]
    public void Many_files_in_deep_folders_are_looked_at()
    {
        var paths = Enumerable
            .Range(0, 5000)
            .Select(i => $"{string.Join('/', Enumerable.Repeat("d", i % 50 + 1))}/{i}")
            .Order(StringComparer.Ordinal)
            .ToList();
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_fixture[path])!);
            File.WriteAllText(_fixture[path], path);
        }

        var stats = TreeStats.Of(_fixture.Path, [.. paths.Select(RawText.FromText)], CancellationToken.None);
        Assert.All(paths.Zip(stats), one => Assert.Equal((uint)one.First.Length, one.Second.Size));
        Assert.Equal(default, TreeStats.Of(_fixture.Path, ["d/d/none"u8, "none/d/x"u8], CancellationToken.None)[1]);
    }

    private static RecyclingFixture MakeFiltered()
    {
        const string Filter = "\n[filter \"f\"]\n\tsmudge = sed s/^/smudged:/\n\tclean = sed s/^smudged://\n";
        var fixture = new RecyclingFixture(source =>
        {
            File.WriteAllText(Path.Combine(source, ".gitattributes"), "secret filter=f\n");
            File.WriteAllText(Path.Combine(source, "secret"), "secret\n");
        });
        File.AppendAllText(Path.Combine(fixture.Template, "config"), Filter);
        fixture.Recycle();
        File.WriteAllText(fixture["secret"], "x");
        fixture.Recycle();
        Assert.Equal("smudged:secret\n", File.ReadAllText(fixture["secret"]));
        return fixture;
    }
}
