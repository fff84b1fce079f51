using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>
/// Modes of files, of which git keeps no more than who may run them. What is put back, and what is left alone.
/// </summary>
public sealed class TrackedModesTests : IDisposable
{
    private readonly RecyclingFixture _fixture;

    public TrackedModesTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        _fixture = new RecyclingFixture();
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("chmod 600 file-0.txt folder/inner.txt")]
    [InlineData("chmod 600 file-0.txt folder/inner.txt; git status")]
    [InlineData(
        "git config core.trustctime false; git config core.checkStat minimal; chmod 600 file-0.txt; git status; chmod 600 folder/inner.txt"
    )]
    [InlineData(
        "cp -p .git/index $HOME/index; chmod 600 file-0.txt folder/inner.txt; git status; cp -p $HOME/index .git/index"
    )]
    [InlineData(
        "chmod 600 file-0.txt folder/inner.txt; head -c -20 .git/index > $HOME/index; head -c 20 /dev/zero >> $HOME/index; cp $HOME/index .git/index"
    )]
    [InlineData("chmod 600 file-0.txt folder/inner.txt; rm .git/index; mkfifo .git/index")]
    [InlineData("chmod 600 file-0.txt folder/inner.txt; mv .git/index .git/real; ln -s real .git/index")]
    [InlineData("chmod 600 file-0.txt folder/inner.txt; : > .git/index")]
    public void A_mode_that_was_changed_is_put_back_whatever_the_index_says(string script)
    {
        var fresh = RecyclingFixture.Modes(_fixture.Path);
        _fixture.Job(script);
        Assert.Null(_fixture.Recycle());

        Assert.Equal(fresh, RecyclingFixture.Modes(_fixture.Path));
    }

    [Fact]
    public void Files_that_are_not_tracked_keep_their_modes_and_links_are_not_followed()
    {
        _fixture.Job(
            "touch x.o folder/y.o $HOME/outside; chmod 600 x.o $HOME/outside; chmod 4751 folder/y.o; rm file-0.txt; ln -s $HOME/outside file-0.txt; chmod 640 file-1.txt"
        );
        var before = RecyclingFixture.Modes(_fixture.Path, tracked: false);
        _fixture.Recycle();
        Assert.Equal(before, RecyclingFixture.Modes(_fixture.Path, tracked: false));
        Assert.Equal(["4751", "600"], before.Values);
        _fixture.Job("[[ $(ls -l $HOME/outside) == -rw-------* ]]");
    }

    [Fact]
    public void The_index_knows_of_mended_files()
    {
        var time = File.GetLastWriteTimeUtc(_fixture["file-0.txt"]);
        _fixture.Job("chmod 600 file-0.txt folder/inner.txt; git status");
        // git takes a time of the same second for the same.
        WaitForNextSecond();
        _fixture.Recycle();
        Assert.Equal(time, File.GetLastWriteTimeUtc(_fixture["file-0.txt"]));
        // It compares times and sizes, no contents.
        Assert.Empty(TestGit.Run(_fixture.Path, "diff-files"));
        _fixture.Recycle();
        Assert.Equal(0, _fixture.GitCommands);
    }

    [Fact]
    public void Programs_can_be_run_as_in_a_fresh_checkout()
    {
        using var fixture = new RecyclingFixture(source =>
        {
            TestGit.WriteScript(Path.Combine(source, "run"), "#!/bin/sh\n");
            TestGit.WriteScript(Path.Combine(source, "folder", "run"), "#!/bin/sh\n");
        });
        var fresh = RecyclingFixture.Modes(fixture.Path);
        fixture.Job("chmod 700 run; chmod 4555 folder/run; chmod 664 file-0.txt");
        Assert.Null(fixture.Recycle());
        Assert.Equal(fresh, RecyclingFixture.Modes(fixture.Path));
    }

    private static void WaitForNextSecond() => Thread.Sleep(1050 - DateTime.UtcNow.Millisecond);
}
