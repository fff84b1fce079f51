using Gitproc.Pools;
using Gitproc.Text;

namespace Gitproc.Terminal;

/// <summary>A pool, for a live view.</summary>
/// <param name="watch">The pool. It is disposed with this.</param>
/// <param name="place">The current checkout, which is marked.</param>
public sealed class LivePool(PoolWatch watch, CurrentCheckout place) : ILiveSource
{
    private PoolSnapshot _snapshot = new("", [], []);

    /// <inheritdoc/>
    public bool HasChanged => watch.HasChanged;

    /// <inheritdoc/>
    public string Title => PrintableText.Of(_snapshot.Path);

    /// <inheritdoc/>
    public string Summary => Table.Summary();

    private PoolTable Table => new(_snapshot, DateTimeOffset.UtcNow, place);

    /// <inheritdoc/>
    public void Read() => _snapshot = watch.Read();

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Tables(int? width, bool hasColor) =>
        [width is { } columns ? Table.Lines(columns, hasColor) : Table.Lines()];

    /// <inheritdoc/>
    public void Dispose() => watch.Dispose();
}
