using System.Globalization;
using System.Text;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Pools;

/// <summary>
/// The log of a process that works in the background, in the folder <c>logs/failed</c> of the pool. It is made with its
/// first line, is locked while the process runs, and stays only if something failed or the process was killed.
/// </summary>
/// <param name="name">What the process does. If it does the same again, the log is written anew.</param>
internal sealed class BackgroundLog(PoolFolder folder, string name) : IProgress<PoolReport>, IDisposable
{
    private const string Failed = "failed: ";

    private LockedFile? _file;
    private long _length;

    private string FilePath => Path.Combine(folder.FailedLogs, name + ".log");

    /// <summary>Finds the logs of processes that failed or were killed.</summary>
    /// <returns>The path of each, and what it says of the failure.</returns>
    public static IEnumerable<(string Path, string Why)> Left(PoolFolder folder) => !Directory.Exists(folder.FailedLogs)
        ? []
        : Directory.EnumerateFiles(folder.FailedLogs, "*.log")
            .Where(path => !LockedFile.IsLocked(path))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, Why(path)));

    /// <inheritdoc/>
    public void Report(PoolReport value)
    {
        if (value.Kind is not (ReportKind.Command or ReportKind.Progress or ReportKind.StepEnd))
            Write(value.Text);
    }

    /// <summary>Notes why the process ends before it is done.</summary>
    public void Fail(string why) => Write(Failed + why.ReplaceLineEndings(" "));

    /// <summary>Removes the log, also one of an earlier failure: now all is well.</summary>
    public void Remove()
    {
        File.Delete(FilePath);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Write(string text)
    {
        try
        {
            _file ??= Begin();
            var time = DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture);
            var line = Encoding.UTF8.GetBytes($"{time} {text}\n");
            if (_file is null)
                return;
            RandomAccess.Write(_file.Handle, line, _length);
            _length += line.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full. The work is worth more than its log.
        }
    }

    private LockedFile? Begin()
    {
        folder.CreateLogs();
        var file = LockedFile.TryLock(FilePath);
        if (file is not null)
            RandomAccess.SetLength(file.Handle, 0);
        return file;
    }

    private static string Why(string path)
    {
        var last = File.ReadLines(path).LastOrDefault() ?? "";
        var at = last.IndexOf(Failed, StringComparison.Ordinal);
        return at < 0 ? "it was ended before it was done" : last[(at + Failed.Length)..];
    }
}
