using System.Globalization;
using System.Text;
using Gitproc.Files;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// The failure of a clone or fetch, in its lock file. Processes that waited for it meanwhile share the failure. They do
/// not wait, one after another, for a server that is silent.
/// </summary>
/// <remarks>
/// Processes with different passwords do not share a failure, unless the server was silent.
/// </remarks>
internal static class SharedFailure
{
    // It follows the line that says who has the lock.
    private const int Offset = 512;
    private const int MaxBytes = 16 * 1024;
    private const char Separator = '\0';

    /// <param name="url">The URL that was asked, without a password.</param>
    /// <param name="credential">The password; null for none.</param>
    public static void Leave(
        FileLock alone, string url, string wanted, UrlCredential? credential, GitprocException error)
    {
        var isSilence = error.InnerException is TimeoutException;
        if (!isSilence && credential is not null)
            return;
        var text = string.Join(
            Separator,
            DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture),
            url,
            isSilence ? "" : wanted,
            isSilence ? "silence" : "",
            error.Message,
            "");
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= MaxBytes)
            alone.Write(bytes, Offset);
    }

    /// <summary>Reads the failure that another process left while this one waited for the lock.</summary>
    /// <param name="alone">The lock.</param>
    /// <param name="url">The URL that is to be asked, without a password.</param>
    /// <param name="credential">The password; null for none.</param>
    /// <returns>What git said; null if there is nothing to share.</returns>
    public static string? Of(FileLock alone, string url, string wanted, UrlCredential? credential)
    {
        if (alone.WaitedSince is not { } since)
            return null;
        var parts = Encoding.UTF8.GetString(alone.Read(Offset, MaxBytes)).Split(Separator);
        return parts is [var ticks, var ofUrl, var ofWanted, var silence, var message, ..]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at >= since.Ticks
            && ofUrl == url && (silence.Length > 0 || (ofWanted == wanted && credential is null))
                ? message
                : null;
    }
}
