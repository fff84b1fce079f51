using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Unit.Support;
using Microsoft.Data.Sqlite;

namespace Gitproc.Unit.Pools;

/// <summary>
/// <c>gitproc doctor</c>: it names what is wrong with a pool and the command that helps, and changes nothing.
/// </summary>
public sealed class PoolCheckTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private string Database => Path.Combine(_pool.Pool.Path, "gitproc.db");

    private string BasePath =>
        Directory
            .EnumerateDirectories(Path.Combine(_pool.Pool.Path, "base"), "source.git", SearchOption.AllDirectories)
            .Single();

    private static bool IsRoot => Environment.UserName == "root";

    [Fact]
    public void A_healthy_pool_has_no_problem_and_is_left_as_it_is()
    {
        _pool.Release(_pool.Acquire());
        var before = Snapshot();

        var (exitCode, findings) = Check();

        Assert.Equal(0, exitCode);
        Assert.All(findings, finding => Assert.True(finding.State == FindingState.Ok, $"{finding}"));
        Assert.Equal(
            [
                "Gitproc", "Runtime", "Git", "SQLite", "Settings", "Pool", "Permissions", "FileSystem", "FreeSpace",
                "Database", "Base repositories", "Checkouts", "Locks",
            ],
            findings.Select(finding => finding.Subject));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void Each_finding_is_a_line_whose_columns_are_aligned()
    {
        _pool.Release(_pool.Acquire());
        var result = _pool.Program.Run(_pool.Home, "doctor");
        var lines = result.Output.Split('\n');
        Assert.StartsWith("SUBJECT ", lines[0], StringComparison.Ordinal);
        var checkouts = Assert.Single(lines, line => line.StartsWith("Checkouts ", StringComparison.Ordinal));
        Assert.Equal(
            lines[0].IndexOf("FINDING", StringComparison.Ordinal),
            checkouts.IndexOf("1: 1 free", StringComparison.Ordinal));
        Assert.Equal((0, "", 14), (result.ExitCode, result.Error, lines.Length));
    }

    [Fact]
    public void No_pool_is_no_problem_and_none_is_made()
    {
        var (exitCode, findings) = Check();
        Assert.Equal(0, exitCode);
        Assert.Contains("does not exist yet", One(findings, "Pool").Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_pool.Pool.Path));
    }

    [Fact]
    public void A_lock_that_a_killed_git_left_is_named_and_repaired()
    {
        _pool.Release(_pool.Acquire());
        var lockFile = Path.Combine(BasePath, "packed-refs.lock");
        File.WriteAllText(lockFile, "");
        Assert.Equal(0, Check().ExitCode);
        File.SetLastWriteTimeUtc(lockFile, DateTime.UtcNow.AddHours(-1));

        AssertProblem("Base repository", "packed-refs.lock", "gitproc repair");

        Assert.True(File.Exists(lockFile));
        _pool.Pool.Care.Repair();
        Assert.Equal(0, Check().ExitCode);
    }

    [Theory]
    [InlineData(".pack")]
    [InlineData("HEAD")]
    [InlineData("refs")]
    public void A_damaged_base_repository_is_named_and_repaired(string what)
    {
        _pool.Release(_pool.Acquire());
        var packs = Path.Combine(BasePath, "objects", "pack");
        TestGit.Run(BasePath, "--git-dir", BasePath, "repack", "-a", "--quiet");
        if (what == ".pack")
            Directory.EnumerateFiles(packs, "*.pack").ToList().ForEach(File.Delete);
        else if (what == "HEAD")
            File.WriteAllText(Path.Combine(BasePath, "HEAD"), "garbage");
        else
            File.WriteAllText(Path.Combine(BasePath, "refs/remotes/origin/main"), "");

        AssertProblem("Base repository", "", "gitproc repair");

        _pool.Pool.Care.Repair();
        Assert.Equal(0, Check().ExitCode);
    }

    [Fact]
    public void Permissions_that_let_others_in_are_named()
    {
        _pool.Release(_pool.Acquire());
        Run("chmod", "o+w", _pool.Pool.Path);
        AssertProblem("Permissions", "Anybody may write", $"chmod o-w '{_pool.Pool.Path}'");
        Run("chmod", "755", _pool.Pool.Path);
        var (exitCode, findings) = Check();
        Assert.Equal((0, FindingState.Notice), (exitCode, One(findings, "Permissions").State));
        if (!IsRoot)
            return;
        Run("chown", "65534", _pool.Pool.Path);
        AssertProblem(
            "Permissions", "another user", $"git config --global --add safe.directory '{_pool.Pool.Path}'");
    }

    [Fact]
    public void A_pool_on_a_full_or_read_only_disk_is_named()
    {
        var disk = Directory.CreateDirectory(_pool["disk"]).FullName;
        Assert.SkipUnless(IsRoot, "Only root mounts a disk.");
        Assert.SkipUnless(
            ExitCode("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", disk) == 0,
            "This system lets not even root mount a disk of memory (tmpfs).");
        try
        {
            var program = new GitprocProgram(Path.Combine(disk, "pool"), _pool.Home);
            Assert.Equal(0, program.Run(_pool.Home, "acquire", _pool.Source).ExitCode);
            var (exitCode, findings) = Check(program);
            Assert.Equal((1, FindingState.Problem), (exitCode, One(findings, "FreeSpace").State));
            Assert.Equal("gitproc prune", One(findings, "FreeSpace").Command);
            Assert.Equal("tmpfs, cannot copy on write", One(findings, "FileSystem").Text);
            Run("mount", "-o", "remount,ro", disk);
            var permissions = One(Check(program).Findings, "Permissions");
            Assert.Contains("cannot write to", permissions.Text, StringComparison.Ordinal);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Theory]
    [InlineData(null, "not on the PATH")]
    [InlineData("git version 2.20.1", "too old")]
    [InlineData("who knows", "does not tell its version")]
    public void A_git_that_is_missing_or_too_old_is_named(string? says, string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && says is not null, UnixTools.NoScripts);
        _pool.Release(_pool.Acquire());
        var programs = Directory.CreateDirectory(_pool["programs"]).FullName;
        if (says is not null)
        {
            var git = Path.Combine(programs, "git");
            File.WriteAllText(git, $"#!/bin/sh\necho '{says}'\n");
            File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var (exitCode, findings) = Check(_pool.Program, ("PATH", programs));

        Assert.Equal((1, FindingState.Problem), (exitCode, One(findings, "Git").State));
        Assert.Contains(text, One(findings, "Git").Text, StringComparison.Ordinal);
        Assert.Equal("1: 1 free", One(findings, "Checkouts").Text);
    }

    [Fact]
    public void A_database_of_a_newer_gitproc_is_named()
    {
        _pool.Release(_pool.Acquire());
        _pool.Execute($"PRAGMA user_version = {Schema.Version + 1}");
        AssertProblem("Database", "newer gitproc", command: null);
    }

    [Theory]
    [InlineData("garble", "is damaged")]
    [InlineData("delete", "is gone")]
    [InlineData("empty", "is empty")]
    public void A_lost_database_is_named_and_left_as_it_is(string how, string text)
    {
        _pool.Release(_pool.Acquire());
        SqliteConnection.ClearAllPools();
        File.Delete(Database + "-wal");
        File.Delete(Database + "-shm");
        if (how == "delete")
            File.Delete(Database);
        else
            File.WriteAllText(Database, how == "empty" ? "" : new string('x', 8192));
        AssertProblem("Database", text, "gitproc repair");
        Assert.Equal(how != "delete", File.Exists(Database));
        Assert.Empty(Directory.EnumerateFiles(_pool.Pool.Path, "*.damaged-*"));
        _pool.Pool.Care.Repair();
        Assert.Equal(0, Check().ExitCode);
    }

    [Fact]
    public void Checkouts_that_are_set_aside_gone_unfinished_or_not_listed_are_named()
    {
        var checkouts = _pool.Pool.Acquiring.Acquire(_pool.Request() with { Count = 5 });
        foreach (var checkout in checkouts)
            _pool.Release(checkout);
        _pool.Execute(
            $"UPDATE checkout SET state = {(int)CheckoutState.Broken}, reason = 'has \x1b[31m no .git' WHERE id = 1");
        FolderRemoval.Remove(checkouts[1].Path);
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Cleaning} WHERE id = 3");
        _pool.Execute("DELETE FROM checkout WHERE id = 4");
        _pool.Execute($"UPDATE checkout SET state = {(int)CheckoutState.Unknown} WHERE id = 5");

        var (exitCode, findings) = Check();

        Assert.Equal(1, exitCode);
        Assert.Equal(
            [
                (FindingState.Problem, "gitproc reset checkout-1"),
                (FindingState.Problem, "gitproc repair"),
                (FindingState.Notice, "gitproc repair"),
                (FindingState.Notice, "gitproc repair"),
                (FindingState.Problem, "gitproc release --force checkout-5"),
            ],
            Enumerable.Range(1, 5).Select(id => One(findings, $"Checkout checkout-{id}"))
                .Select(finding => (finding.State, finding.Command)));
        Assert.Contains(@"has \x1b[31m no .git", One(findings, "Checkout checkout-1").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_stopped_process_left_in_tmp_is_named()
    {
        _pool.Release(_pool.Acquire());
        var left = Directory.CreateDirectory(Path.Combine(_pool.Pool.Path, "tmp", "checkout-9.abc")).FullName;
        Assert.Equal(FindingState.Ok, One(Check().Findings, "Locks").State);
        Directory.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));
        var (exitCode, findings) = Check();
        Assert.Equal((0, FindingState.Notice), (exitCode, One(findings, "Locks").State));
        Assert.Contains("checkout-9.abc", One(findings, "Locks").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_setting_that_cannot_be_read_has_the_message_of_an_acquire_and_no_value_else_is_shown()
    {
        var config = Path.Combine(_pool.Home, ".gitconfig");
        File.WriteAllText(
            config,
            "[gitproc]\n\tmaxCheckouts = many\n\tclean = sometimes\n\tcarryConfig = core.bare\n\tfetchMaxAgee = 5m\n"
                + "\trescueMaxAge = 9d\n[http]\n\textraHeader = s3cret\n");
        var refused = _pool.Program.Run(_pool.Home, "acquire", _pool.Source).Error["gitproc: ".Length..];

        var (exitCode, findings) = Check(_pool.Program, ("GITPROC_KIND", "https://user:s3cret@host"));

        var texts = findings.Where(finding => finding.Subject == "Settings").ToList();
        Assert.Equal((1, 4), (exitCode, texts.Count(finding => finding.State == FindingState.Problem)));
        Assert.Contains(texts, finding => finding.Text == refused);
        var unknown = Assert.Single(texts, finding => finding.State == FindingState.Notice);
        Assert.Contains("Did you mean gitproc.fetchMaxAge?", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => finding.Text.Contains("s3cret", StringComparison.Ordinal));
        File.WriteAllText(config, "[gitproc]\n\trescueMaxAge = 9d\n");
        Assert.Equal("set: GITPROC_POOL, gitproc.rescueMaxAge", One(Check().Findings, "Settings").Text);
        File.WriteAllText(config, "[gitproc\n");
        AssertProblem("Settings", "bad config line 1", command: null);
    }

    [Fact]
    public void A_file_in_the_place_of_the_pool_is_named()
    {
        File.WriteAllText(_pool.Pool.Path, "");
        AssertProblem("Pool", "is a file", command: null);
    }

    [Fact]
    public void A_process_that_is_stopped_and_has_a_lock_is_named()
    {
        _pool.Release(_pool.Acquire());
        var lockFile = Path.Combine(_pool.Pool.Path, "locks", "base-1.lock");
        // flock(1) is not a gitproc, so that the file is not touched.
        File.WriteAllText(lockFile, "process 12345 (gitproc) at work\n");
        using var holder = Process.Start("flock", [lockFile, "sleep", "60"]);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => LockedFile.IsLocked(lockFile), TimeSpan.FromSeconds(20)));
            File.SetLastWriteTimeUtc(lockFile, DateTime.UtcNow.AddMinutes(-1));
            AssertProblem("Locks", "process 12345 (gitproc) is stopped", command: null);
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
        }
    }

    private void AssertProblem(string subject, string text, string? command)
    {
        var before = Snapshot();
        var (exitCode, findings) = Check();
        Assert.Equal(1, exitCode);
        var problem = Assert.Single(findings, finding => finding.State == FindingState.Problem);
        Assert.StartsWith(subject, problem.Subject, StringComparison.Ordinal);
        Assert.Contains(text, problem.Text, StringComparison.Ordinal);
        Assert.Equal(command, problem.Command);
        Assert.EndsWith(command ?? "", problem.Text, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
    }

    private (int ExitCode, List<PoolFinding> Findings) Check() => Check(_pool.Program);

    private (int ExitCode, List<PoolFinding> Findings) Check(
        GitprocProgram program, params (string Name, string Value)[] environment)
    {
        var result = GitprocProgram.Finish(program.Start(_pool.Home, environment, "doctor", "--json"));
        Assert.Equal("", result.Error);
        using var json = JsonDocument.Parse(result.Output);
        return (
            result.ExitCode,
            [
                .. json.RootElement.EnumerateArray().Select(one => new PoolFinding
                {
                    Subject = one.GetProperty("subject").GetString()!,
                    State = Enum.Parse<FindingState>(one.GetProperty("state").GetString()!, ignoreCase: true),
                    Text = one.GetProperty("text").GetString()!,
                    Command = one.GetProperty("command").GetString(),
                }),
            ]);
    }

    private static PoolFinding One(List<PoolFinding> findings, string subject) =>
        Assert.Single(findings, finding => finding.Subject == subject);

    // Names, sizes and times of all that is in the pool. SQLite notes its readers in the -shm file.
    private List<string> Snapshot()
    {
        if (!Directory.Exists(_pool.Pool.Path))
            return [];
        return
        [
            .. new DirectoryInfo(_pool.Pool.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Where(one => !one.Name.Contains("gitproc.db-", StringComparison.Ordinal))
                .Select(one => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.FullName} {(one as FileInfo)?.Length} {one.LastWriteTimeUtc.Ticks}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static void Run(string program, params string[] arguments) => Assert.Equal(0, ExitCode(program, arguments));

    private static int ExitCode(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
