namespace Gitproc.Torture.Workers;

/// <summary>
/// Work that a holder leaves in a checkout: a file that is not on the remote. Outside of the checkout is written down that it is
/// there, and, when its folder is removed on purpose, that it is gone.
/// </summary>
internal static class Work
{
    /// <summary>How names of such files begin.</summary>
    public const string Prefix = "work-";

    /// <summary>Leaves some.</summary>
    /// <param name="ground">Where it is written down.</param>
    /// <param name="checkout">The checkout's folder; the caller holds it.</param>
    public static void Leave(Ground ground, string checkout)
    {
        var name = Prefix + Guid.NewGuid().ToString("N");
        try
        {
            File.WriteAllText(Path.Combine(checkout, name), name);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }

        File.WriteAllText(ground.Work(name), checkout);
    }

    /// <summary>Writes down that work goes with a folder.</summary>
    /// <param name="ground">Where.</param>
    /// <param name="folder">What was the folder of a checkout.</param>
    public static void Remove(Ground ground, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, Prefix + "*"))
            File.WriteAllText(ground.RemovedWork(Path.GetFileName(file)), "");
    }
}
