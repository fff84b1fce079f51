using System.Globalization;
using Gitproc.Files;
using Gitproc.Processes;

namespace Gitproc.Torture.Workers;

/// <summary>
/// What a holder does to be sure that it is alone. Outside of the checkout it locks a file, which the operating system
/// unlocks when the process ends: whoever finds it locked by a live process has met a second live holder, whatever
/// became of the checkout's folder. In the checkout it makes a mark, which tells whether its files are ours too.
/// </summary>
/// <remarks>
/// A mark that is there before ours is a violation, whether its writer lives or the checkout was not cleaned after its
/// end; and when our mark is gone although nobody has removed the folder on purpose while we held it.
/// </remarks>
internal sealed class Claim : IDisposable
{
    /// <summary>The name of the mark.</summary>
    public const string FileName = "held-by";

    // The lock of a process that was killed goes with the last of its threads, a little after the process.
    private static readonly TimeSpan DeathTimeout = TimeSpan.FromMinutes(1);

    private static readonly string Self = Describe(ProcessTable.Find(Environment.ProcessId)!.Identity);

    private readonly Ground _ground;
    private readonly Checkout _checkout;
    private readonly long _since;
    private readonly string _text;
    private readonly FileLock _alone;
    private readonly string? _restored;

    /// <summary>Claims a checkout.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="checkout">The checkout that was acquired.</param>
    /// <param name="since">A time before it was acquired, in ticks of UTC.</param>
    /// <param name="restored">The mark that was restored with other work, and may be there; null for none.</param>
    /// <exception cref="ViolationException">Another one holds it.</exception>
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

    /// <summary>The checkout's name.</summary>
    public string Name => _checkout.Name;

    /// <summary>Whether the mark of a holder that has ended was there, and so the checkout was not cleaned.</summary>
    public bool HasFoundDeadMark { get; private set; }

    /// <summary>
    /// Whether the checkout's folder was removed on purpose while it was held: then nothing in it can be checked.
    /// </summary>
    public bool IsVoid => _ground.IsRemoved(_checkout.Name, _since);

    private string Who => _ground.Claim(_checkout.Name) + ".who";

    private string MarkFile => Path.Combine(_checkout.Path, FileName);

    /// <summary>Checks that the mark is still ours and that the checkout is whole.</summary>
    /// <exception cref="ViolationException">It is not.</exception>
    public void Check()
    {
        var there = Read(MarkFile);
        if (there != _text && !IsVoid)
            throw new ViolationException($"{_checkout.Name} of '{_text}' has the mark '{there ?? "none"}'");
        if (!File.Exists(Path.Combine(_checkout.Path, SourceRepository.LastFile)) && !IsVoid)
            throw new ViolationException($"{_checkout.Name} of '{_text}' is not whole");
    }

    /// <summary>Does what takes away all that is in the checkout, and the mark with it.</summary>
    /// <param name="reset">Does it.</param>
    /// <exception cref="ViolationException">The mark of another one is there afterwards.</exception>
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
            // The folder is removed in this moment.
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

    // A text that is not whole was begun by one who was killed: who lives has the lock before the mark.
    private static bool IsAlive(string text) =>
        text.Split(' ') is [var id, var started, _]
        && ProcessTable.IsAlive(
            new ProcessIdentity(Options.Number(id), long.Parse(started, CultureInfo.InvariantCulture)));
}
