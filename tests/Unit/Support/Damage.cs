using CsCheck;

namespace Gitproc.Unit.Support;

/// <summary>Damaged files, as jobs and crashes leave them.</summary>
public static class Damage
{
    /// <summary>The file with some bytes changed, removed or added, or cut short.</summary>
    public static Gen<byte[]> Of(byte[] file) =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, Math.Max(0, file.Length - 1)], Gen.Byte)
            .Array[1, 6]
            .Select(steps =>
            {
                var bytes = file.ToList();
                foreach (var (kind, place, value) in steps)
                {
                    var at = Math.Min(place, bytes.Count - 1);
                    if (at < 0 || kind == 0)
                        bytes.Insert(Math.Max(at, 0), value);
                    else if (kind == 1)
                        bytes.RemoveAt(at);
                    else if (kind == 2 && value < 32)
                        bytes.RemoveRange(at, bytes.Count - at);
                    else
                        bytes[at] = value;
                }

                return bytes.ToArray();
            });

    /// <summary>Every prefix of the file, from the empty one to all but the last byte.</summary>
    public static IEnumerable<byte[]> CutsOf(byte[] file) =>
        Enumerable.Range(0, file.Length).Select(length => file[..length]);

    /// <summary>The number of bytes that an action allocates on the heap, whether or not they are freed.</summary>
    public static long BytesTakenBy(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
