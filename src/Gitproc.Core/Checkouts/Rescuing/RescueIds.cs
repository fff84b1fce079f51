using System.Buffers;
using Gitproc.Git.Untrusted;
using Gitproc.Reports;
using Gitproc.Repositories;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The short names of rescues. The end of an id, after the time, begins with the id of its lease in hexadecimal. The
/// first characters of it name the rescue, as with commits in git. The end of a second rescue of the same lease has a
/// number or a word after that, or another time before it. Immutable.
/// </summary>
internal sealed class RescueIds
{
    // The fewest characters that name a rescue, and that are shown.
    private const int Fewest = 4;
    private const int Shown = 7;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    private readonly (string End, string Id)[] _sorted;
    private readonly Dictionary<string, string> _short = new(StringComparer.Ordinal);

    /// <param name="ids">The ids of all rescues that a name can mean.</param>
    public RescueIds(IEnumerable<string> ids)
    {
        _sorted =
        [
            .. ids.Distinct()
                .Select(id => (End: EndOf(id), Id: id))
                .Where(one => one.End.Length > 0)
                .OrderBy(one => one.End, StringComparer.Ordinal),
        ];
        for (var i = 0; i < _sorted.Length; i++)
        {
            var (end, id) = _sorted[i];
            var needed = Math.Max(Shown, 1 + Math.Max(Shared(end, i - 1), Shared(end, i + 1)));
            // A whole end names its rescue even if a longer one begins with it.
            _short[id] = Has(end, i - 1) || Has(end, i + 1) ? id : end[..Math.Min(needed, end.Length)];
        }
    }

    /// <summary>Lists the rescues that are refs of a repository, without a process.</summary>
    public static IEnumerable<string> InRefs(string gitDirectory) =>
        RefNames.Below(gitDirectory, BaseRefs.RescueFolder)
            .Where(id => BaseRefs.RescueFolder + id != BaseRefs.BorrowedMarker);

    /// <summary>
    /// Shortens an id: to as many characters as name only this rescue, at least seven. An id that cannot be shortened
    /// stays as it is.
    /// </summary>
    public string Shorten(string id) => _short.GetValueOrDefault(id, id);

    /// <summary>
    /// Finds the id that a name means: an id, or at least four characters of the beginning of its end.
    /// </summary>
    /// <returns>The id; null if no rescue has the name.</returns>
    /// <exception cref="GitprocException">Several rescues have it.</exception>
    public string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return name;
        if (name.Length < Fewest)
            return null;
        var whole = Array.FindAll(_sorted, one => one.End.Equals(name, StringComparison.OrdinalIgnoreCase));
        var found = whole.Length > 0
            ? whole
            : Array.FindAll(_sorted, one => one.End.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return found switch
        {
            [] => null,
            [var one] => one.Id,
            _ => throw new GitprocException(
                ErrorReason.AmbiguousRescue,
                $"{name} is the beginning of several rescues: {string.Join(", ", found.Select(one => one.Id))}.",
                name)
            {
                Hint = Hint.See("rescue list"),
            },
        };
    }

    // Empty if the id has no lease in it.
    private static string EndOf(string id)
    {
        var name = id.AsSpan(id.LastIndexOf('/') + 1);
        var end = name[(name.IndexOf('-') + 1)..];
        return end.Length >= Shown && !end[..Shown].ContainsAnyExcept(Hex) ? end.ToString() : "";
    }

    private bool Has(string end, int at) => at >= 0 && at < _sorted.Length && _sorted[at].End == end;

    private int Shared(string end, int at) =>
        at >= 0 && at < _sorted.Length ? end.AsSpan().CommonPrefixLength(_sorted[at].End) : 0;
}
