using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Gitproc.Files;
using Gitproc.Processes;
using Gitproc.Registry;

namespace Gitproc.Checkouts;

/// <summary>
/// What is known of a hook in the background while it runs: a file <c>logs/running/checkout-1.17</c>, where 17 is the
/// event of its start. The process that runs the hook keeps the file locked, and has written into it who it is. The
/// file goes when the end of the hook is in the history. Without it, no process begins to run the hook.
/// </summary>
/// <param name="Checkout">The name of the checkout.</param>
/// <param name="Start">The event of its start.</param>
/// <param name="Who">Who acquired the checkout.</param>
/// <param name="Timeout">How long it may run; may be infinite.</param>
internal sealed record HookTicket(
    string Checkout, long Start, HookCall Call, string? LeaseId, string Who, TimeSpan Timeout)
{
    private const string New = "new.";

    /// <summary>The process that runs it, or ran it; null if none does yet, or if it was on another machine.</summary>
    public ProcessIdentity? Runner { get; private init; }

    /// <summary>True if a process, here or on another machine, has begun to run it.</summary>
    public bool HasBegun { get; private init; }

    private static string Here =>
        $"{ProcessPlace.Current.Host} {ProcessPlace.Current.Boot} {ProcessPlace.Current.Namespace}";

    /// <summary>The name of its file.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Checkout}.{Start}");

    /// <summary>Lists those of a checkout. Where no hook runs in the background, this looks for one folder.</summary>
    public static IReadOnlyList<HookTicket> Of(PoolFolder folder, string checkout) => Find(folder, checkout + ".*");

    /// <summary>Lists all.</summary>
    public static IReadOnlyList<HookTicket> All(PoolFolder folder) => Find(folder, "*");

    /// <summary>Reads one.</summary>
    /// <param name="name">The name of its file.</param>
    /// <returns>The ticket; null if there is none of that name.</returns>
    public static HookTicket? Read(PoolFolder folder, string name)
    {
        if (name.Split('.') is not [var checkout, var number]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            || CheckoutName.Read(checkout) is null
            || PlainFile.TryReadText(Path.Combine(folder.RunningHooks, name)) is not { } text)
        {
            return null;
        }

        var lines = text.Split('\n');
        try
        {
            using var json = JsonDocument.Parse(lines[0]);
            var root = json.RootElement;
            var seconds = root.GetProperty("timeout").GetDouble();
            var call = new HookCall
            {
                Name = root.GetProperty("hook").GetString()!,
                Command = root.GetProperty("command").GetString()!,
                Checkout = folder.Checkout(checkout),
                Told = root.GetProperty("told").GetString()!,
            };
            return new HookTicket(
                checkout,
                start,
                call,
                root.GetProperty("lease").GetString(),
                root.GetProperty("who").GetString()!,
                seconds > 0 ? TimeSpan.FromSeconds(seconds) : System.Threading.Timeout.InfiniteTimeSpan)
            {
                Runner = lines is [_, var runner, ..] ? ReadRunner(runner) : null,
                HasBegun = lines is [_, not "", ..],
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True if a process runs the hook that began with an event.</summary>
    public static bool IsRunning(PoolFolder folder, string checkout, long start) => LockedFile.IsLocked(
        Path.Combine(folder.RunningHooks, string.Create(CultureInfo.InvariantCulture, $"{checkout}.{start}")));

    /// <summary>Writes the file.</summary>
    public void Write(PoolFolder folder)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("hook", Call.Name);
            json.WriteString("command", Call.Command);
            json.WriteString("told", Call.Told);
            json.WriteString("lease", LeaseId);
            json.WriteString("who", Who);
            json.WriteNumber("timeout", Timeout.TotalSeconds);
            json.WriteEndObject();
        }

        var file = PathIn(folder);
        var next = Path.Combine(folder.RunningHooks, New + Name);
        File.WriteAllBytes(next, [.. buffer.WrittenSpan, (byte)'\n']);
        File.Move(next, file);
    }

    /// <summary>Locks the file for this process, which runs the hook.</summary>
    /// <returns>The lock; null if the hook must not run any more.</returns>
    public LockedFile? TryBegin(PoolFolder folder)
    {
        var file = PathIn(folder);
        if (LockedFile.Lock(file, mayCreate: false) is not { } locked)
            return null;
        if (ProcessTable.Find(Environment.ProcessId) is { } self && File.Exists(file))
        {
            var line = string.Create(
                CultureInfo.InvariantCulture, $"{self.Identity.Id} {self.Identity.StartedAt} {Here}\n");
            RandomAccess.Write(locked.Handle, Encoding.UTF8.GetBytes(line), RandomAccess.GetLength(locked.Handle));
            return locked;
        }

        locked.Dispose();
        return null;
    }

    /// <summary>Locks the file, unless a process runs the hook.</summary>
    public LockedFile? TryLock(PoolFolder folder) => LockedFile.TryLock(PathIn(folder));

    /// <summary>True if the file is there. A lock makes an empty one if it is gone.</summary>
    public bool IsThere(PoolFolder folder) => new FileInfo(PathIn(folder)) is { Exists: true, Length: > 0 };

    /// <summary>Removes the file. The caller has it locked.</summary>
    public void Remove(PoolFolder folder) => File.Delete(PathIn(folder));

    /// <summary>The processes of the hook among those that run in its checkout.</summary>
    public IEnumerable<ProcessEntry> Among(IReadOnlyList<ProcessEntry> running) =>
        Runner is { } runner ? running.Intersect(DetachedProcess.Session(runner)) : [];

    private string PathIn(PoolFolder folder) => Path.Combine(folder.RunningHooks, Name);

    private static IReadOnlyList<HookTicket> Find(PoolFolder folder, string pattern) =>
        Directory.Exists(folder.RunningHooks)
            ?
            [
                .. Directory.EnumerateFiles(folder.RunningHooks, pattern)
                    .Select(file => Read(folder, Path.GetFileName(file)))
                    .OfType<HookTicket>(),
            ]
            : [];

    private static ProcessIdentity? ReadRunner(string line) =>
        line.Split(' ', 3) is [var id, var started, var place] && place == Here
            && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? new ProcessIdentity(process, time)
            : null;
}
