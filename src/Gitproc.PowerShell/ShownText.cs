using System.Globalization;
using System.Management.Automation;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>What the module's scripts show of a user's text. They cannot name the types of Core.</summary>
public static class ShownText
{
    private const int MaxBrief = 32;
    private const int ShortestBrief = 12;

    // What the other columns of a table of checkouts take.
    private const int OtherColumns = 48;

    /// <summary>Hides what may be a password.</summary>
    /// <param name="text">Any text; one without a password stays as it is.</param>
    /// <returns>The text that may be shown.</returns>
    public static string Of(string text) => SecretText.Hide(text);

    /// <summary>Says what is so in a work tree.</summary>
    /// <param name="isDirty">Whether files are changed, removed or new.</param>
    /// <param name="ahead">How many commits the remote's branch has not.</param>
    /// <param name="behind">How many commits it has alone.</param>
    /// <returns>A few words.</returns>
    public static string Status(bool? isDirty, int? ahead, int? behind) => CheckoutText.Status(isDirty, ahead, behind);

    /// <summary>The name of a checkout, with a mark on the one that the session stands in.</summary>
    /// <param name="name">The checkout's name.</param>
    /// <param name="path">The checkout's path.</param>
    /// <param name="location">The session's working directory in the file system.</param>
    /// <returns>As <c>checkout-3 *</c>.</returns>
    public static string Name(string name, string path, string location) => CurrentCheckout.At(location).Mark(name, path);

    /// <summary>Says who holds a checkout and for what.</summary>
    /// <param name="checkout">The checkout, also as it came back from another process.</param>
    /// <returns>As <c>1234 pwsh: nightly build</c>; empty when it has no lease.</returns>
    public static string Owner(PSObject checkout)
    {
        if (Value("LeaseId") is null)
            return "";
        var holder = CheckoutText.Holder(
            Value("OwnerProcessId") as int?,
            Value("OwnerProcessName") as string,
            Value("User") as string,
            Value("Locked") is true,
            Value("OwnerRuns") as bool?);
        return CheckoutText.WithLabel(holder, Value("Label") as string);

        object? Value(string property) => checkout.Properties[property]?.Value;
    }

    /// <summary>Names the time that has gone by.</summary>
    /// <param name="since">Since when, also as it came back from another process; null for never.</param>
    /// <returns>As <c>3 m</c>; empty for never.</returns>
    public static string Age(object? since) => Read(since) is { } time ? PrintableTime.Age(DateTimeOffset.UtcNow - time) : "";

    /// <summary>Names a time of this machine's zone, and how far off it is.</summary>
    /// <param name="time">The time, also as it came back from another process; null for never.</param>
    /// <returns>As <c>2026-01-02 13:04:05 (3 m)</c>, or <c>(in 3 m)</c> for one that is to come; empty for never.</returns>
    public static string Time(object? time)
    {
        if (Read(time) is not { } at)
            return "";
        var left = at - DateTimeOffset.UtcNow;
        return $"{PrintableTime.Local(at)} ({(left > TimeSpan.Zero ? $"in {PrintableTime.Age(left)}" : Age(at))})";
    }

    /// <summary>
    /// Whether what is shown may have colours. PowerShell itself takes them out of what it renders as plain text, but not where its own
    /// output is redirected.
    /// </summary>
    /// <param name="rendering">What <c>$PSStyle.OutputRendering</c> says.</param>
    /// <returns>True when it may.</returns>
    public static bool TakesColor(string rendering) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && rendering != "PlainText" && (rendering == "Ansi" || !Console.IsOutputRedirected);

    /// <summary>Names a size.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The size with a unit.</returns>
    public static string Size(long bytes) => PrintableSize.Of(bytes);

    /// <summary>Writes control characters out, and cuts what is long: in a table others want room too.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that a terminal shows and does not obey.</returns>
    public static string Brief(string text) => CutText.End(PrintableText.Of(text), BriefLength());

    /// <summary>Writes control characters out.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text that a terminal shows and does not obey.</returns>
    public static string Printable(string text) => PrintableText.Of(text);

    // Two such columns are in a table.
    private static int BriefLength() => Console.IsOutputRedirected || Console.WindowWidth <= 0
        ? MaxBrief
        : Math.Clamp((Console.WindowWidth - OtherColumns) / 2, ShortestBrief, MaxBrief);

    // PowerShell hands it on to another process as its text.
    private static DateTimeOffset? Read(object? time) => time switch
    {
        DateTimeOffset known => known,
        null => null,
        _ => DateTimeOffset.TryParse(time.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : null,
    };
}
