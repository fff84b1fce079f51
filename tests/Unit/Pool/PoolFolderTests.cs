using System.Diagnostics;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>Pools in places that cannot be used, or should not be.</summary>
public sealed class PoolFolderTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void One_that_anybody_may_write_to_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), UnixTools.NoModes);
        _pool.Release(_pool.Acquire());
        Run("chmod", "o+w", _pool.Pool.Path);
        var error = Assert.Throws<GitprocException>(() => _pool.Acquire());
        Assert.Equal(ErrorReason.PoolNotUsable, error.Reason);
        Assert.Contains("chmod o-w", error.Message, StringComparison.Ordinal);
        Run("chmod", "o-w", _pool.Pool.Path);
        _pool.Acquire();
    }

    [Fact]
    public void One_of_another_user_is_refused_unless_it_is_trusted()
    {
        Assert.SkipUnless(IsRoot, "Only root gives a folder to another user.");
        _pool.Release(_pool.Acquire());
        Run("chown", "65534", _pool.Pool.Path);
        Assert.Equal((1, ""), Acquire());
        TestGit.Run(
            _pool.Home, "config", "--file", Path.Combine(_pool.Home, ".gitconfig"), "safe.directory", _pool.Pool.Path);
        Assert.Equal((0, Path.Combine(_pool.Pool.Path, "checkout-1")), Acquire());

        (int, string) Acquire()
        {
            var result = _pool.Program.Run(
                _pool.Home, "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}");
            Assert.True(
                result.ExitCode == 0 || result.Error.Contains("belongs to another user", StringComparison.Ordinal),
                result.Error);
            return (result.ExitCode, result.Output);
        }
    }

    [Fact]
    public void One_that_cannot_be_made_is_told_with_what_names_another()
    {
        File.WriteAllText(_pool["file"], "");
        var result = _pool.Program.Run(_pool.Home, "acquire", _pool.Source, "--pool", _pool["file/pool"]);
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("Name another one, here or with GITPROC_POOL.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_and_leaves_nothing()
    {
        var disk = Directory.CreateDirectory(_pool["disk"]).FullName;
        Mount(disk, "size=2m,mode=700");
        try
        {
            var program = new GitprocProgram(Path.Combine(disk, "pool"), _pool.Home);
            var source = TestGit.MakeRepository(_pool["large"]);
            File.WriteAllBytes(
                Path.Combine(source, "large"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(3_000_000));
            TestGit.Run(source, "add", ".");
            TestGit.Run(source, "commit", "--quiet", "--message", "large");

            var result = program.Run(_pool.Home, "acquire", source);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains("No space left", result.Error, StringComparison.Ordinal);
            Assert.Equal("", program.Run(_pool.Home, "list").Output);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk, "pool/tmp")));

            // The database itself cannot grow.
            Assert.Equal(
                0,
                program.Run(_pool.Home, "acquire", _pool.Source, "--owner-pid", $"{Environment.ProcessId}").ExitCode);
            Fill(Path.Combine(disk, "fill"));
            result = program.Run(_pool.Home, "acquire", _pool.Source);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            File.Delete(Path.Combine(disk, "fill"));
            Assert.Equal(0, program.Run(_pool.Home, "acquire", _pool.Source).ExitCode);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void A_mount_that_is_read_only_is_told()
    {
        var disk = Directory.CreateDirectory(_pool["disk"]).FullName;
        Mount(disk, "size=8m,mode=700");
        try
        {
            var program = new GitprocProgram(Path.Combine(disk, "pool"), _pool.Home);
            Assert.Equal(0, program.Run(_pool.Home, "acquire", _pool.Source).ExitCode);
            Run("mount", "-o", "remount,ro", disk);
            foreach (var command in (string[][])[["acquire", _pool.Source], ["release", "checkout-1"], ["list"]])
            {
                var result = program.Run(_pool.Home, command);
                Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
                Assert.True(
                    result.ExitCode == 1 ? result.Error.Length > 0 : command[0] == "list",
                    $"{command[0]}: {result.Error}");
            }
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static void Fill(string file)
    {
        try
        {
            using var stream = File.Create(file);
            while (true)
                stream.Write(new byte[512]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static void Mount(string disk, string options)
    {
        Assert.SkipUnless(IsRoot, "Only root mounts a disk.");
        Assert.SkipUnless(
            ExitCode("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk) == 0,
            "This system lets not even root mount a disk of memory (tmpfs).");
    }

    private static void Run(string program, params string[] arguments) => Assert.Equal(0, ExitCode(program, arguments));

    private static int ExitCode(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
