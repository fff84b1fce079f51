using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Gitproc.Processes;

/// <summary>What a program on the PATH answered.</summary>
/// <param name="Output">Its standard output; null if it failed.</param>
/// <param name="Error">Why it failed, in one line; null if it did not.</param>
internal sealed record ProgramAnswer(string? Output, string? Error)
{
    private const int MaxOutput = 1 << 20;

    /// <summary>Asks a program, which gets no input and a limited time.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="environment">Variables for it. The others are inherited.</param>
    public static ProgramAnswer Ask(
        string program,
        IReadOnlyList<string> arguments,
        string directory,
        IEnumerable<(string Name, string Value)> environment,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            CreateNoWindow = SharedConsole.IsMissing,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(timeout);
        try
        {
            using var process = Process.Start(start)!;
            using var killing = ending.Token.Register(() => TryKill(process));
            process.StandardInput.Close();
            var (output, error) = (Read(process.StandardOutput), Read(process.StandardError));
            // What the program started may keep its output open.
            Task.WaitAll([output, error], ending.Token);
            process.WaitForExit();
            ending.Token.ThrowIfCancellationRequested();
            return process.ExitCode == 0
                ? new ProgramAnswer(output.Result, null)
                : new ProgramAnswer(null, FirstLine(error.Result) ?? $"exit code {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProgramAnswer(null, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new ProgramAnswer(null, e.Message);
        }
    }

    private static async Task<string> Read(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
        {
            if (text.Length < MaxOutput)
                text.Append(buffer, 0, count);
        }

        return text.ToString();
    }

    private static string? FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();

    private static void TryKill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended.
        }
    }
}
