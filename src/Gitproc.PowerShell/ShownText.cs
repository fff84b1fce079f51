using System.Globalization;
using System.Management.Automation;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>Formats values for the module's views and scripts, which cannot name the types of Core.</summary>
public static class ShownText
{
    /// <summary>Hides passwords.</summary>
    /// <param name="text">Any text. A text without a password does not change.</param>
    /// <returns>The text to show.</returns>
    public static string Of(string text) => SecretText.Hide(text);

    /// <summary>Describes the state of a work tree.</summary>
    /// <param name="isDirty">True if files are changed, removed or new; null if unknown.</param>
    /// <param name="ahead">The number of commits that the remote's branch lacks; null if unknown.</param>
    /// <param name="behind">The number of commits that only the remote's branch has; null if unknown.</param>
    /// <returns>A few words.</returns>
    public static string Status(bool? isDirty, int? ahead, int? behind) => CheckoutText.Status(isDirty, ahead, behind);

    /// <summary>Marks the name of the current checkout.</summary>
    /// <param name="name">The checkout's name.</param>
    /// <param name="path">The checkout's path.</param>
    /// <param name="location">The session's working directory in the file system.</param>
    /// <returns>For example <c>checkout-3 *</c>, or the name as it is for another checkout.</returns>
    public static string Name(string name, string path, string location) =>
        CurrentCheckout.At(location).Mark(name, path);

    /// <summary>Names the holder of a checkout, and the label of its lease.</summary>
    /// <param name="checkout">The checkout, or a deserialized copy of it.</param>
    /// <returns>For example <c>1234 pwsh: nightly build</c>; empty if the checkout has no lease.</returns>
    public static string Owner(PSObject checkout) => CheckoutText.WithLabel(
        Holder(checkout),
        checkout.Properties["Label"]?.Value as string);

    /// <summary>Names the holder of a checkout.</summary>
    /// <param name="checkout">The checkout, or a deserialized copy of it.</param>
    /// <returns>For example <c>1234 pwsh</c>; empty if the checkout has no lease.</returns>
    public static string Holder(PSObject checkout)
    {
        if (Value("LeaseId") is null)
            return "";
        return CheckoutText.Holder(
            Value("OwnerProcessId") as int?,
            Value("OwnerProcessName") as string,
            Value("User") as string,
            Value("Locked") is true,
            Value("OwnerRuns") as bool?);

        object? Value(string property) => checkout.Properties[property]?.Value;
    }

    /// <summary>Formats the time since something happened.</summary>
    /// <param name="since">When it happened, or the deserialized text of that; null for never.</param>
    /// <returns>For example <c>3 m</c>; empty for never.</returns>
    public static string Age(object? since) =>
        Read(since) is { } time ? PrintableTime.Age(DateTimeOffset.UtcNow - time) : "";

    /// <summary>Formats a time in this machine's time zone, and how far away it is.</summary>
    /// <param name="time">The time, or the deserialized text of it; null for never.</param>
    /// <returns>
    /// For example <c>2026-01-02 13:04:05 (3 m)</c>, with <c>(in 3 m)</c> for a time in the future; empty for never.
    /// </returns>
    public static string Time(object? time)
    {
        if (Read(time) is not { } at)
            return "";
        var left = at - DateTimeOffset.UtcNow;
        return $"{PrintableTime.Local(at)} ({(left > TimeSpan.Zero ? $"in {PrintableTime.Age(left)}" : Age(at))})";
    }

    /// <summary>
    /// Decides if output may have colors. PowerShell removes them from plain text, but not when its own output is
    /// redirected.
    /// </summary>
    /// <param name="rendering">The value of <c>$PSStyle.OutputRendering</c>.</param>
    /// <returns>True if colors are allowed.</returns>
    public static bool TakesColor(string rendering) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && rendering != "PlainText"
        && (rendering == "Ansi" || !Console.IsOutputRedirected);

    /// <summary>Colors the state of a checkout if the output may contain colors.</summary>
    /// <param name="state">The state, also one that was deserialized from another process.</param>
    /// <param name="rendering">The value of <c>$PSStyle.OutputRendering</c>.</param>
    /// <returns>The state.</returns>
    public static string State(string state, string rendering) =>
        TakesColor(rendering) && Enum.TryParse<CheckoutState>(state, out var known)
            ? CheckoutText.Color(state, known)
            : state;

    /// <summary>Colors the state of a finding if the output may contain colors.</summary>
    /// <param name="state">The state, also one that was deserialized from another process.</param>
    /// <param name="rendering">The value of <c>$PSStyle.OutputRendering</c>.</param>
    /// <returns>The state.</returns>
    public static string Finding(string state, string rendering) =>
        TakesColor(rendering) && Enum.TryParse<FindingState>(state, out var known)
            ? FindingText.Color(state, known)
            : state;

    /// <summary>Formats a size.</summary>
    /// <param name="bytes">The size in bytes.</param>
    /// <returns>The size with a unit.</returns>
    public static string Size(long bytes) => PrintableSize.Of(bytes);

    /// <summary>Escapes control characters.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>A text that is safe to show on a terminal.</returns>
    public static string Printable(string text) => PrintableText.Of(text);

    // PowerShell serializes a DateTimeOffset as text.
    private static DateTimeOffset? Read(object? time) =>
        time switch
        {
            DateTimeOffset known => known,
            null => null,
            _ => DateTimeOffset.TryParse(
                time.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)
                ? read
                : null,
        };
}
