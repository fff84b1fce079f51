using Gitproc.Git.Reading;
using Gitproc.Registry;

namespace Gitproc.Checkouts.Recycling;

/// <summary>
/// What the stamp of a clean checkout says of its submodules, after what it says of the checkout itself. So an acquire
/// that wants none reads no file.
/// </summary>
internal static class SubmoduleStamp
{
    private const string Some = "s";
    private const string All = "a";

    /// <summary>The end of the stamp.</summary>
    /// <param name="record">The record of the checkout.</param>
    public static string Of(string record) => SubmoduleList.Read(record) switch
    {
        { IsComplete: true } => All,
        { } list when list.All.Any(one => one.State == SubmoduleState.Filled) => Some,
        _ => "",
    };

    /// <summary>True if the checkout had filled submodules when it was cleaned.</summary>
    public static bool HasFilled(CheckoutRow row) => FileSelection.WithoutEnd(row.Stamp ?? "") is [.., '-', 's' or 'a'];

    /// <summary>True if all submodules were filled when it was cleaned, or its commit has none.</summary>
    /// <param name="record">The record of the checkout.</param>
    public static bool IsWhole(CheckoutRow row, string record) =>
        FileSelection.WithoutEnd(row.Stamp ?? "") is [.., '-', 'a'] || TreeRecord.IsWithoutSubmodules(record);
}
