namespace Gitproc.Text;

/// <summary>Finds the word that the user probably meant.</summary>
public static class Spelling
{
    /// <summary>Finds the candidates closest to a word that is none of them.</summary>
    /// <param name="word">The word as it was typed. Case and dashes before it are ignored.</param>
    /// <param name="candidates">The words that exist.</param>
    /// <returns>
    /// Those that the word begins, otherwise those with the fewest typing errors, sorted; empty if none is close.
    /// </returns>
    public static IReadOnlyList<string> Closest(string word, IEnumerable<string> candidates)
    {
        word = word.TrimStart('-');
        var close = candidates
            .Where(candidate => candidate.Length > 1)
            .Select(candidate => (Text: candidate, Distance: DistanceTo(candidate.TrimStart('-'))))
            .Where(candidate => candidate.Distance <= (word.Length + 2) / 3)
            .ToList();
        if (close.Count == 0)
            return [];
        var least = close.Min(candidate => candidate.Distance);
        return
        [
            .. close.Where(candidate => candidate.Distance == least)
                .Select(candidate => candidate.Text)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.OrdinalIgnoreCase),
        ];

        int DistanceTo(string candidate) =>
            word.Length > 1 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                ? 0
                : Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
    }

    /// <summary>Writes the words as a question, for the end of a message.</summary>
    /// <param name="words">The words as the user types them.</param>
    /// <returns>For example <c> Did you mean remove or renew?</c>; empty if there are no words.</returns>
    public static string Ask(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "",
        1 => $" Did you mean {words[0]}?",
        _ => $" Did you mean {string.Join(", ", words.SkipLast(1))} or {words[^1]}?",
    };

    // The optimal string alignment distance: the least number of letters to insert, remove, replace or swap with their
    // neighbour (en.wikipedia.org/wiki/Damerau-Levenshtein_distance).
    private static int Distance(string one, string other)
    {
        var rows = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= other.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[one.Length, other.Length];
    }
}
