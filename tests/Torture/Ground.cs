using System.Globalization;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Torture;

/// <summary>
/// The folder of a run: a repository, a pool, a home, and what the processes of the run tell each other.
/// </summary>
internal sealed class Ground : IDisposable
{
    private bool _isKept;

    private Ground(string path) => Path = Paths.Real(path);

    /// <summary>The folder, absolute and without links.</summary>
    public string Path { get; }

    /// <summary>The home of all processes, and where they stand.</summary>
    public string Home => this["home"];

    /// <summary>The repository of which checkouts are acquired.</summary>
    public string Source => this["source"];

    /// <summary>Where things are in the pool.</summary>
    public PoolFolder Pool => new(this["pool"]);

    private string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder.</summary>
    /// <param name="path">Where, in place of what is there; null for a new temporary folder.</param>
    /// <returns>The ground; disposing it removes the folder.</returns>
    public static Ground Make(string? path)
    {
        path ??= Directory.CreateTempSubdirectory("gitproc-torture-").FullName;
        FolderRemoval.Remove(path);
        Directory.CreateDirectory(path);
        var ground = new Ground(path);
        foreach (var name in (string[])["home", "claims", "removals", "trash", "work", "removed-work"])
            Directory.CreateDirectory(ground[name]);
        Isolate(ground.Home);
        SourceRepository.Make(ground.Source);
        return ground;
    }

    /// <summary>The folder that another process of the run has made.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The ground.</returns>
    public static Ground At(string path) => new(path);

    /// <summary>
    /// Where the holder of a checkout says that it lives: outside of the checkout, whose folder may be removed.
    /// </summary>
    /// <param name="checkout">The checkout's name.</param>
    /// <returns>The path of a file.</returns>
    public string Claim(string checkout) => System.IO.Path.Combine(this["claims"], checkout);

    /// <summary>Where it says when the folder of a checkout was last removed on purpose.</summary>
    /// <param name="checkout">The checkout's name.</param>
    /// <returns>The path of a file.</returns>
    public string Removal(string checkout) => System.IO.Path.Combine(this["removals"], checkout);

    /// <summary>Whether the folder of a checkout was removed on purpose, or is about to be.</summary>
    /// <param name="checkout">The checkout's name.</param>
    /// <param name="since">Since when, in ticks of UTC.</param>
    /// <returns>Whether it was: then nothing in it can be checked.</returns>
    public bool IsRemoved(string checkout, long since) =>
        // Empty while it is written, and 0 until the folder is gone.
        File.Exists(Removal(checkout))
        && (
            !long.TryParse(File.ReadAllText(Removal(checkout)), CultureInfo.InvariantCulture, out var removed)
            || removed == 0
            || removed >= since);

    /// <summary>Whether the folder of any checkout was.</summary>
    /// <param name="since">Since when, in ticks of UTC.</param>
    /// <returns>Whether one was.</returns>
    public bool IsAnyRemoved(long since) =>
        Directory.EnumerateFiles(this["removals"]).Any(file => IsRemoved(System.IO.Path.GetFileName(file), since));

    /// <summary>The folder of the notes of work that holders have left.</summary>
    public string Works => this["work"];

    /// <summary>The note of work that a holder has left.</summary>
    /// <param name="name">The note's name.</param>
    /// <returns>The path of a file.</returns>
    public string Work(string name) => System.IO.Path.Combine(Works, name);

    /// <summary>The folder of the notes of work that was removed on purpose.</summary>
    public string RemovedWorks => this["removed-work"];

    /// <summary>The note that work was removed on purpose.</summary>
    /// <param name="name">The note's name.</param>
    /// <returns>The path of a file.</returns>
    public string RemovedWork(string name) => System.IO.Path.Combine(RemovedWorks, name);

    /// <summary>A place for what is about to be removed.</summary>
    /// <returns>The path of a folder that is not there.</returns>
    public string Trash() => System.IO.Path.Combine(this["trash"], Guid.NewGuid().ToString("N"));

    /// <summary>Looks into the database behind the pool's back.</summary>
    /// <typeparam name="T">What is looked for.</typeparam>
    /// <param name="look">Looks.</param>
    /// <returns>What was seen.</returns>
    public T Look<T>(Func<PoolDatabase, T> look)
    {
        using var database = PoolDatabase.Open(Pool.Database, fill: _ => { });
        return look(database);
    }

    /// <summary>Leaves the folder where it is, for who wants to see what has happened.</summary>
    public void Keep()
    {
        _isKept = true;
        Console.WriteLine($"what is left is in {Path}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isKept)
            FolderRemoval.TryRemove(Path);
    }

    // For this process and those it starts: nothing of the user's config, of a CI job, or of a repository around.
    private static void Isolate(string home)
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("GIT", StringComparison.Ordinal))
                Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", home);
        Environment.SetEnvironmentVariable("XDG_CONFIG_HOME", System.IO.Path.Combine(home, ".config"));
        Environment.SetEnvironmentVariable("GIT_CONFIG_NOSYSTEM", "1");
    }
}
