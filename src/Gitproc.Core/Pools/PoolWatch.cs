using Gitproc.Registry;
using Gitproc.Reports;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>Looks at a pool again and again. Reads only; not thread-safe.</summary>
public sealed class PoolWatch : IDisposable
{
    private readonly Func<PoolSnapshot> _read;
    private readonly Func<PoolDatabase?> _open;
    private PoolDatabase? _database;
    private long _version;

    /// <summary>Makes the watch of a pool.</summary>
    internal PoolWatch(Func<PoolSnapshot> read, Func<PoolDatabase?> open) => (_read, _open) = (read, open);

    /// <summary>
    /// Whether something was written since the last <see cref="Read"/>, which takes microseconds to tell. That an owner has ended, or
    /// a lease has expired, is written by nobody.
    /// </summary>
    public bool HasChanged
    {
        get
        {
            try
            {
                return _database is not null && _database.DataVersion != _version;
            }
            catch (SqliteException)
            {
                // Reading it tells what is wrong.
                return true;
            }
        }
    }

    /// <summary>Reads what is so now.</summary>
    /// <returns>The pool; without a checkout when there is none.</returns>
    /// <exception cref="GitprocException">The database cannot be used, or the repository is not known.</exception>
    public PoolSnapshot Read()
    {
        // Opened anew each time: the file may be another one, after a loss.
        Dispose();
        _database = _open();
        _version = _database?.DataVersion ?? 0;
        return _read();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _database?.Dispose();
        _database = null;
    }
}
