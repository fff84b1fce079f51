namespace Gitproc.Terminal;

/// <summary>A column of a table, and how it gives way if the terminal is too narrow.</summary>
/// <param name="Title">The title; empty for a table without titles.</param>
public sealed record TableColumn(string Title)
{
    /// <summary>
    /// The number of cells to which the column may be narrowed. By default it is not narrowed, because what is cut
    /// would be useless: a state, a number, a time.
    /// </summary>
    public int Narrowest { get; init; } = int.MaxValue;

    /// <summary>
    /// The place in the order in which columns are left out: 1 is the first to go. By default the column always stays.
    /// </summary>
    public int LeftOut { get; init; }

    /// <summary>True to align the cells on the right.</summary>
    public bool IsRight { get; init; }

    /// <summary>Cuts a cell to a number of terminal cells. By default, both ends are kept.</summary>
    public Func<string, int, string> Cut { get; init; } = CellText.CutMiddle;
}
