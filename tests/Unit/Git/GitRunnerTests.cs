using System.Diagnostics;
using Gitproc.Git.Running;
using Gitproc.Processes;
using Gitproc.Reports;
using Gitproc.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Git;

public sealed class GitRunnerTests
{
    [Fact]
    public void A_failure_says_what_git_said()
    {
        var error = Assert.Throws<GitprocException>(() =>
            new GitRunner(null).Run(
                new GitCall("rev-parse", "--verify", "no-such-ref") { WorkingDirectory = "/", Subject = "somewhere" },
                CancellationToken.None));
        Assert.Equal(ErrorReason.GitFailed, error.Reason);
        Assert.Equal("somewhere", error.Target);
        Assert.Contains(
            "git rev-parse of somewhere failed with exit code 128", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_names_the_command_and_not_an_option_before_it()
    {
        var error = Assert.Throws<GitprocException>(() =>
            new GitRunner(null).Run(
                new GitCall("-c", "a.b=c", "--git-dir", "/no/such", "rev-parse", "HEAD") { WorkingDirectory = "/" },
                CancellationToken.None));
        Assert.StartsWith("git rev-parse failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_gone_is_named()
    {
        var error = Assert.Throws<GitprocException>(() => new GitRunner(null).Run(
            new GitCall("version") { WorkingDirectory = "/no/such/folder" }, CancellationToken.None));
        Assert.Contains("/no/such/folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_git_and_what_it_started_at_once()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() => new GitRunner(null).Run(
            new GitCall("-c", "alias.hang=!sleep 600", "hang") { WorkingDirectory = "/" }, cancellation.Token));
        Assert.True(watch.Elapsed < Eventually.Limit);
    }

    [Fact]
    public async Task Cancelling_lets_git_take_its_lock_files_away()
    {
        using var folder = new TemporaryFolder();
        var repository = TestGit.MakeRepository(folder["repository"]);
        var isThere = folder["there"];
        // Runs while git has the ref locked (githooks(5)).
        TestGit.WriteScript(
            Path.Combine(repository, ".git", "hooks", "reference-transaction"),
            $"#!/bin/sh\ntest \"$1\" != prepared || {{ : > '{isThere}'; sleep 600; }}\n");
        using var cancellation = new CancellationTokenSource();
        var running = Task.Run(() =>
            new GitRunner(null).Run(
                new GitCall("branch", "topic") { WorkingDirectory = repository }, cancellation.Token));
        Eventually.True(() => File.Exists(isThere));
        Assert.NotEmpty(Locks());

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Eventually.Limit));
        Assert.Empty(Locks());
        Assert.DoesNotContain(FolderProcesses.In(repository), entry => entry.Name == "sleep");

        string[] Locks() =>
            Directory.GetFiles(Path.Combine(repository, ".git", "refs"), "*.lock", SearchOption.AllDirectories);
    }

    [Fact]
    public void What_is_told_of_a_command_can_be_pasted_into_a_shell()
    {
        var reports = new List<PoolReport>();
        new GitRunner(new Collect(reports)).Run(
            new GitCall("log", "--format=it's $HOME", "--max-count=0", "https://me:s3cret@host/x")
            {
                WorkingDirectory = "/",
                MayFail = true,
            },
            CancellationToken.None);
        Assert.Equal(@"git log '--format=it'\''s $HOME' --max-count=0 https://***@host/x  (in /)", reports[0].Text);
    }

    [Theory]
    [InlineData("Receiving objects:  45% (9/20), 1.2 MiB | 3 MiB/s", "Receiving objects", 45)]
    [InlineData("remote: Counting objects: 100% (20/20), done.", "Counting objects", 100)]
    [InlineData("Updating files:   7% (7/100)", "Updating files", 7)]
    [InlineData("remote: Enumerating objects: 20, done.", "Enumerating objects", null)]
    [InlineData("fatal: repository 'x' does not exist", null, null)]
    [InlineData("warning: 3 things", null, null)]
    [InlineData("", null, null)]
    public void Progress_is_told_from_words(string line, string? title, int? percent) =>
        Assert.Equal(
            title is null ? null : new PoolReport(ReportKind.Progress, title, percent), GitProgressLine.Read(line));

    [Theory]
    [InlineData("fatal: unable to access 'https://me:s3cret@host/x'", "fatal: unable to access 'https://***@host/x'")]
    [InlineData("https://s3cret@host/x", "https://***@host/x")]
    [InlineData("ssh://git:s3cret@host/x", "ssh://git:***@host/x")]
    [InlineData("https://me:s3c@ret@host/x", "https://***@host/x")]
    [InlineData("git@github.com:o/r and ssh://git@host/x", "git@github.com:o/r and ssh://git@host/x")]
    [InlineData(
        "fatal: unable to access 'https://me:s3'cret@host/x/': no", "fatal: unable to access 'https://***@host/x/': no"
    )]
    [InlineData("fatal: 'https://me:s3\"cr et/@host/x'", "fatal: 'https://***@host/x'")]
    [InlineData("ssh://git:s3'cret@host/x", "ssh://git:***@host/x")]
    [InlineData("see https://me@host/x\nor ask me@host", "see https://***@host/x\nor ask me@host")]
    public void Passwords_are_taken_out(string text, string shown) => Assert.Equal(shown, Redaction.Redact(text));

    [Theory]
    [InlineData("https://u:s3'cret@host/x", true)]
    [InlineData("https://u:s3/cret@host/x", true)]
    [InlineData("url.http://tok:s3'cret@host/.insteadof", true)]
    [InlineData("https://s3cret@host/x", true)]
    [InlineData("https://host/x?access_token=s3cret", true)]
    [InlineData("ssh://git:s3cret@host/x", true)]
    [InlineData("u:s3cret@host:x", true)]
    [InlineData("https://github.com/o/r", false)]
    [InlineData("git@github.com:o/r", false)]
    [InlineData("ssh://git@github.com/o/r", false)]
    [InlineData("url.ssh://git@github.com/.insteadof", false)]
    [InlineData("url.git@github.com:.insteadof", false)]
    [InlineData("/home/a@b/repo", false)]
    [InlineData("remote.origin.url", false)]
    public void What_may_be_a_secret_is_known(string text, bool may) =>
        Assert.Equal(may, Redaction.MayHoldSecret(text));

    private sealed class Collect(List<PoolReport> reports) : IProgress<PoolReport>
    {
        public void Report(PoolReport value) => reports.Add(value);
    }

    [Theory]
    [InlineData("CI", "true", null, "0")]
    [InlineData("TF_BUILD", "True", null, "0")]
    [InlineData("JENKINS_URL", "http://x", null, "0")]
    [InlineData("CI", "true", "1", "1")]
    [InlineData("CI", "false", null, null)]
    [InlineData("HOME", "/x", null, null)]
    public void Nobody_is_asked_in_a_ci_job(string name, string value, string? set, string? expected)
    {
        var environment = new Dictionary<string, string?> { [name] = value };
        if (set is not null)
            environment["GIT_TERMINAL_PROMPT"] = set;
        GitEnvironment.AskNobodyInCi(environment);
        Assert.Equal(expected, environment.GetValueOrDefault("GIT_TERMINAL_PROMPT"));
        Assert.Equal(expected == "0" ? "never" : null, environment.GetValueOrDefault("GCM_INTERACTIVE"));
    }
}
