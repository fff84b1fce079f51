using Gitproc.Files;

namespace Gitproc.Checkouts.Recycling;

/// <summary>A file in the pool that says what the file system knew of files when a checkout was clean.</summary>
internal static class RecordFile
{
    // On a file system with times of whole seconds or more, files that were just written are compared next time.
    private const int MaxTries = 50;

    /// <summary>
    /// Writes it when the clock of the file system has moved past the newest file in it. So each later change of a file
    /// has a later time.
    /// </summary>
    /// <param name="newest">The time of the newest file in it, in nanoseconds since 1970.</param>
    /// <param name="olderThan">
    /// Gives the bytes without the files that are not older than a time, for a clock that does not move.
    /// </param>
    public static void Write(string file, long newest, byte[] bytes, Func<long, byte[]> olderThan)
    {
        using var place = RawFolder.Open(Path.GetDirectoryName(file)!);
        // It keeps another name until every later write is certain to have a later time.
        var unfinished = file + ".new";
        for (var tries = 0; ; tries++)
        {
            File.WriteAllBytes(unfinished, bytes);
            var now = place.StatOf(RawText.FromText(Path.GetFileName(unfinished)).ToBytes())!.Value.Modified;
            if (now > newest)
                break;
            if (tries == MaxTries)
            {
                File.WriteAllBytes(unfinished, olderThan(now));
                break;
            }

            Thread.Sleep(1);
        }

        FileMove.Replace(unfinished, file);
    }
}
