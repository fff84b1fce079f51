using System.ComponentModel;
using System.Diagnostics;

namespace Gitproc.Unit.Support;

/// <summary>
/// Kills a program in the middle of its work, again and again, and counts the kills that hit the work. The moments are
/// spread over the time that the work takes without a kill. That time is measured first, so the moments are right on a
/// slow or busy machine too.
/// </summary>
public sealed class Kills
{
    private const int MaxTriesForEach = 10;

    private readonly int _wanted;
    private TimeSpan _work;
    private int _landed;

    /// <summary>Measures the work: runs the program to its end.</summary>
    /// <param name="wanted">How many kills must hit the work.</param>
    /// <param name="start">Starts the program, with its output and error streams redirected.</param>
    /// <param name="look">Returns something that changes when the work begins.</param>
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

    /// <summary>The number of kills so far, whether or not they hit the work.</summary>
    public int Tries { get; private set; }

    /// <summary>True if more kills must hit the work. Fails the test if too few of them do.</summary>
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
    /// <param name="start">Starts the program. It must write to its output only when its work is done.</param>
    /// <param name="look">Returns something that changes when the work begins.</param>
    /// <param name="entireProcessTree">True to kill its child processes too.</param>
    /// <returns>True if the kill hit the work.</returns>
    public bool Kill(Func<Process> start, Func<object?> look, bool entireProcessTree = true)
    {
        Tries++;
        var before = look();
        var process = start();
        var hasBegun = WaitForBegin(process, before, look);
        // The fractional parts of multiples of the golden ratio are spread evenly, however many there are.
        process.WaitForExit(_work * (Tries * 0.618 % 1));
        process.Kill(entireProcessTree);
        // The exit codes of SIGKILL, and of a process that .NET kills on Windows.
        var hasLanded = GitprocProgram.Finish(process) is { ExitCode: 128 + 9 or -1, Output: "" } && hasBegun;
        if (hasLanded)
            _landed++;
        else
            _work *= 0.8;
        return hasLanded;
    }

    private static bool WaitForBegin(Process process, object? before, Func<object?> look)
    {
        // On a busy machine the test has to run before the program, to see in time what it does.
        try
        {
            process.PriorityClass = ProcessPriorityClass.Idle;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            return false; // It has ended.
        }

        while (Equals(look(), before))
        {
            if (process.HasExited)
                return false;
            Thread.Sleep(1);
        }

        return true;
    }
}
