using System.Globalization;
using Gitproc.Files;
using Gitproc.Registry;

namespace Gitproc.Torture;

/// <summary>
/// The folder of a run. It has a repository, a pool, a home, and the files by which the processes of the run talk to
/// each other.
/// </summary>
internal sealed class Ground : IDisposable
{
    private bool _isKept;

    private Ground(string path) => Path = Paths.Real(path);

    /// <summary>The folder, absolute and without links.</summary>
    public string Path { get; }

    /// <summary>The home and the working directory of all processes.</summary>
    public string Home => this["home"];

    /// <summary>The repository whose checkouts are acquired.</summary>
    public string Source => this["source"];

    public PoolFolder Pool => new(this["pool"]);

    /// <summary>The pool of a machine of a fleet.</summary>
    public PoolFolder PoolOf(string machine) => new(this[$"pool-{machine}"]);

    /// <summary>One of several repositories, which <see cref="MakeSources"/> makes.</summary>
    public string SourceOf(int number) => this[$"source-{number}"];

    public void MakeSources(int count)
    {
        for (var i = 0; i < count; i++)
            SourceRepository.Make(SourceOf(i));
    }

    private string this[string name] => System.IO.Path.Combine(Path, name);

    /// <param name="path">The folder. If it exists, it is removed first. Null for a new temporary folder.</param>
    /// <returns>The ground. Disposing it removes the folder.</returns>
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

    /// <summary>Opens the folder that another process of the run has made.</summary>
    public static Ground At(string path) => new(path);

    /// <summary>
    /// The file that the holder of a checkout locks. It is outside the checkout, whose folder may be removed.
    /// </summary>
    public string Claim(string checkout) => System.IO.Path.Combine(this["claims"], checkout);

    /// <summary>The file that says when the folder of a checkout was last removed on purpose.</summary>
    public string Removal(string checkout) => System.IO.Path.Combine(this["removals"], checkout);

    /// <summary>
    /// True if the folder of a checkout was removed on purpose, or is about to be. Nothing in it can be checked then.
    /// </summary>
    /// <param name="checkout">The checkout's name.</param>
    /// <param name="since">Earlier removals do not count. In ticks of UTC.</param>
    public bool IsRemoved(string checkout, long since) =>
        // The file is empty while it is being written, and has 0 until the folder is gone.
        File.Exists(Removal(checkout))
        && (
            !long.TryParse(File.ReadAllText(Removal(checkout)), CultureInfo.InvariantCulture, out var removed)
            || removed == 0
            || removed >= since);

    /// <summary>True if the folder of any checkout was removed on purpose, or is about to be.</summary>
    /// <param name="since">Earlier removals do not count. In ticks of UTC.</param>
    public bool IsAnyRemoved(long since) =>
        Directory.EnumerateFiles(this["removals"]).Any(file => IsRemoved(System.IO.Path.GetFileName(file), since));

    /// <summary>The folder of notes about work that holders left (see <see cref="Workers.Work"/>).</summary>
    public string Works => this["work"];

    public string Work(string name) => System.IO.Path.Combine(Works, name);

    /// <summary>The folder of notes about work that was removed on purpose.</summary>
    public string RemovedWorks => this["removed-work"];

    public string RemovedWork(string name) => System.IO.Path.Combine(RemovedWorks, name);

    /// <summary>A new path for a folder that is about to be removed.</summary>
    public string Trash() => System.IO.Path.Combine(this["trash"], Guid.NewGuid().ToString("N"));

    /// <summary>Reads the database directly, without the pool.</summary>
    public T Look<T>(Func<PoolDatabase, T> look)
    {
        using var database = PoolDatabase.Open(Pool.Database, fill: _ => { });
        return look(database);
    }

    /// <summary>Keeps the folder when this object is disposed, so that you can see what happened.</summary>
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

    // Keeps the user's config, the environment of a CI job, and any surrounding repository away from this process and
    // its child processes.
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
