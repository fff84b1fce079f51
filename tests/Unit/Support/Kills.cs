using System.Diagnostics;

namespace Gitproc.Unit.Support;

/// <summary>
/// Kills a program in the middle of its work, again and again, and counts the kills that landed there. The moments are
/// spread over the time that the work takes when it is let be: it is measured first, so they are right on a slow and on
/// a busy machine too.
/// </summary>
public sealed class Kills
{
    private const int MaxTriesForEach = 10;

    private readonly int _wanted;
    private TimeSpan _work;
    private int _landed;

    /// <summary>Lets the program work to its end.</summary>
    /// <param name="wanted">How many kills have to land in the middle.</param>
    /// <param name="start">Starts the program; both its streams can be read.</param>
    /// <param name="look">What changes when the work begins.</param>
    public Kills(int wanted, Func<Process> start, Func<object?> look)
    {
        _wanted = wanted;
        var before = look();
        var process = start();
        Assert.True(WaitForBegin(process, before, look), "The work was over before it was seen to begin.");
        var watch = Stopwatch.StartNew();
        var result = GitprocProgram.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        _work = watch.Elapsed;
    }

    /// <summary>How often a kill was tried.</summary>
    public int Tries { get; private set; }

    /// <summary>Whether more kills have to land. Fails when too few do.</summary>
    public bool AreWanted
    {
        get
        {
            Assert.True(
                _landed >= _wanted || Tries < _wanted * MaxTriesForEach,
                $"Only {_landed} of {Tries} kills landed in the middle of the work; {_wanted} are wanted.");
            return _landed < _wanted;
        }
    }

    /// <summary>Starts the program and kills it.</summary>
    /// <param name="start">Starts it; it writes to its output only when its work is done.</param>
    /// <param name="look">What changes when the work begins.</param>
    /// <param name="entireProcessTree">Whether what it has started dies with it.</param>
    /// <returns>Whether the kill landed in the middle of the work.</returns>
    public bool Kill(Func<Process> start, Func<object?> look, bool entireProcessTree = true)
    {
        Tries++;
        var before = look();
        var process = start();
        var hasBegun = WaitForBegin(process, before, look);
        // Multiples of the golden section are spread evenly, however many there are.
        process.WaitForExit(_work * (Tries * 0.618 % 1));
        process.Kill(entireProcessTree);
        // SIGKILL, or what .NET ends a process with on Windows.
        var hasLanded = GitprocProgram.Finish(process) is { ExitCode: 128 + 9 or -1, Output: "" } && hasBegun;
        if (hasLanded)
            _landed++;
        else
            _work *= 0.8;
        return hasLanded;
    }

    private static bool WaitForBegin(Process process, object? before, Func<object?> look)
    {
        while (Equals(look(), before))
        {
            if (process.HasExited)
                return false;
            Thread.Sleep(1);
        }

        return true;
    }
}
