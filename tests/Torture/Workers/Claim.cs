using System.Globalization;
using Gitproc.Files;
using Gitproc.Processes;

namespace Gitproc.Torture.Workers;

/// <summary>
/// How a holder checks that no other process has its checkout. Outside the checkout, it locks a file. The operating
/// system unlocks the file when the process ends, so a file that a live process has locked proves a second live holder,
/// whatever happened to the checkout's folder. Inside the checkout, it writes a mark, which shows that the files belong
/// to this holder too.
/// </summary>
/// <remarks>
/// Two things are violations. A mark is there before the holder writes its own: the other holder is alive, or the
/// checkout was not cleaned after it ended. Or the holder's own mark is gone, although nothing removed the folder on
/// purpose during the lease.
/// </remarks>
internal sealed class Claim : IDisposable
{
    /// <summary>The name of the mark's file.</summary>
    public const string FileName = "held-by";

    // The system releases the lock of a killed process with its last thread, a little after the process ends.
    private static readonly TimeSpan DeathTimeout = TimeSpan.FromMinutes(1);

    private static readonly string Self = Describe(ProcessTable.Find(Environment.ProcessId)!.Identity);

    private readonly Ground _ground;
    private readonly Checkout _checkout;
    private readonly long _since;
    private readonly string _text;
    private readonly FileLock _alone;
    private readonly string? _restored;

    /// <summary>Claims a checkout.</summary>
    /// <param name="ground">The folder of the run.</param>
    /// <param name="checkout">The checkout that was acquired.</param>
    /// <param name="since">A time before it was acquired, in ticks of UTC.</param>
    /// <param name="restored">The mark that a restore may have brought back with other work; null for none.</param>
    /// <exception cref="ViolationException">Another process holds the checkout.</exception>
    public Claim(Ground ground, Checkout checkout, long since, string? restored)
    {
        (_ground, _checkout, _since, _restored) = (ground, checkout, since, restored);
        _text = $"{Self} {checkout.LeaseId}";
        _alone = Lock();
        try
        {
            File.WriteAllText(Who, _text);
            HasFoundDeadMark = Mark();
        }
        catch
        {
            _alone.Dispose();
            throw;
        }
    }

    public string Name => _checkout.Name;

    /// <summary>True if the checkout had the mark of a holder that has ended, and so was not cleaned.</summary>
    public bool HasFoundDeadMark { get; private set; }

    /// <summary>
    /// True if the checkout's folder was removed on purpose during the lease. Nothing in it can be checked then.
    /// </summary>
    public bool IsVoid => _ground.IsRemoved(_checkout.Name, _since);

    private string Who => _ground.Claim(_checkout.Name) + ".who";

    private string MarkFile => Path.Combine(_checkout.Path, FileName);

    /// <summary>Checks that the mark is unchanged and that the checkout is complete.</summary>
    /// <exception cref="ViolationException">The mark was changed, or the checkout is not complete.</exception>
    public void Check()
    {
        var there = Read(MarkFile);
        if (there != _text && !IsVoid)
            throw new ViolationException($"{_checkout.Name} of '{_text}' has the mark '{there ?? "none"}'");
        if (!File.Exists(Path.Combine(_checkout.Path, SourceRepository.LastFile)) && !IsVoid)
            throw new ViolationException($"{_checkout.Name} of '{_text}' is not whole");
    }

    /// <summary>
    /// Runs an operation that removes everything in the checkout, the mark included, and writes the mark again.
    /// </summary>
    /// <param name="reset">The operation.</param>
    /// <exception cref="ViolationException">The mark of another live holder is there afterwards.</exception>
    public void Reset(Action reset)
    {
        Unmark();
        reset();
        HasFoundDeadMark = Mark();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Unmark();
        _alone.Dispose();
    }

    private void Unmark()
    {
        try
        {
            if (Read(MarkFile) == _text)
                File.Delete(MarkFile);
        }
        catch (DirectoryNotFoundException)
        {
            // The folder was removed at this moment.
        }
    }

    private FileLock Lock()
    {
        var end = Environment.TickCount64 + (long)DeathTimeout.TotalMilliseconds;
        while (true)
        {
            if (FileLock.TryAcquire(_ground.Claim(_checkout.Name)) is { } alone)
                return alone;
            if (Read(Who) is { } other && IsAlive(other))
                throw new ViolationException($"two live holders of {_checkout.Name}: '{_text}' and '{other}'");
            if (Environment.TickCount64 > end)
                throw new ViolationException($"{_checkout.Name} of '{_text}' is claimed by one who has ended");
            Thread.Sleep(1);
        }
    }

    private bool Mark()
    {
        try
        {
            if (TryMark())
                return false;
            var other = Read(MarkFile);
            if (other is not null && other != _restored && IsAlive(other))
                throw new ViolationException($"{_checkout.Name} of '{_text}' has the mark of a live holder, '{other}'");
            File.Delete(MarkFile);
            return TryMark()
                ? other != _restored
                : throw new ViolationException(
                    $"{_checkout.Name} of '{_text}' was marked by another one at the same time");
        }
        catch (DirectoryNotFoundException) when (IsVoid)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            throw new ViolationException($"{_checkout.Name} of '{_text}' has no folder");
        }
    }

    private bool TryMark()
    {
        try
        {
            using var stream = new FileStream(MarkFile, FileMode.CreateNew, FileAccess.Write);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(_text));
            return true;
        }
        catch (IOException) when (File.Exists(MarkFile))
        {
            return false;
        }
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string Describe(ProcessIdentity process) =>
        string.Create(CultureInfo.InvariantCulture, $"{process.Id} {process.StartedAt}");

    // A cut-off text was begun by a holder that was then killed: a live holder takes the lock before it writes a mark.
    private static bool IsAlive(string text) =>
        text.Split(' ') is [var id, var started, _]
        && ProcessTable.IsAlive(
            new ProcessIdentity(Options.Number(id), long.Parse(started, CultureInfo.InvariantCulture)));
}
