using Gitproc.Unit.Support;
using static Gitproc.Unit.Support.PseudoTerminal;

namespace Gitproc.Unit.Cli;

/// <summary>
/// What the program shows of long steps: git's own numbers in one line of a terminal, and nothing elsewhere.
/// </summary>
public sealed class ProgressTests : IDisposable
{
    // git tells of files only when they take two seconds, unless it is told otherwise (git(1)).
    private static readonly (string, string)[] AtOnce = [("GIT_PROGRESS_DELAY", "0")];

    private readonly PoolFixture _pool = new();

    public ProgressTests()
    {
        // A remote that thinks, and a filter that is slow: what is over at once is not shown.
        TestGit.WriteScript(_pool["home/slow"], "#!/bin/sh\nsleep 1\nexec \"$@\"\n");
        File.WriteAllText(
            _pool["home/.gitconfig"],
            $"[uploadpack]\n\tpackObjectsHook = {UnixTools.Slashes(_pool["home/slow"])}\n[filter \"slow\"]\n\tsmudge = sleep 0.5; cat\n\tclean = cat\n"
        );
        File.WriteAllText(_pool["source/.gitattributes"], "*.txt filter=slow\n");
        TestGit.Run(_pool.Source, "add", ".");
        TestGit.Run(_pool.Source, "commit", "--quiet", "-m", "slow");
    }

    public void Dispose() => _pool.Dispose();

    [TerminalFact]
    public void Clone_and_checkout_show_their_percentages_in_one_line_that_goes()
    {
        var result = Run(_pool, [], AtOnce, "acquire", _pool.Source);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"Receiving objects 100 %, cloning {_pool.Source}", result.Output, StringComparison.Ordinal);
        Assert.Contains(" %, checking out main in checkout-1\e[K", result.Output, StringComparison.Ordinal);
        // All of it but the path is written over.
        var path = _pool.List()[0].Path;
        Assert.EndsWith($"\r\e[K{path}\r\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Split('\n').Length);
    }

    [TerminalFact]
    public void Fetch_and_clean_show_them_too()
    {
        var checkout = _pool.Acquire();
        TestGit.Run(_pool.Source, "commit", "--quiet", "--allow-empty", "-m", "second");
        foreach (var file in Directory.EnumerateFiles(checkout.Path, "*.txt"))
            File.Delete(file);
        var released = Run(_pool, [], AtOnce, "release", "checkout-1", "--force", "--discard");
        Assert.Contains(" %, cleaning checkout-1\e[K", released.Output, StringComparison.Ordinal);
        var acquired = Run(_pool, [], AtOnce, "acquire", "--fetch", _pool.Source);
        Assert.Contains($"objects 100 %, fetching {_pool.Source}", acquired.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_nothing_is_shown()
    {
        using var process = _pool.Program.Start(_pool.Home, AtOnce, "acquire", _pool.Source);
        Assert.Equal("", GitprocProgram.Finish(process).Error);
    }

    [TerminalFact]
    public void A_wait_says_for_whom()
    {
        _pool.Acquire();
        var result = Run(_pool, [], [], "acquire", _pool.Source, "--max-checkouts", "1", "--wait=1s");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"process {Environment.ProcessId} (", result.Output, StringComparison.Ordinal);
    }
}
