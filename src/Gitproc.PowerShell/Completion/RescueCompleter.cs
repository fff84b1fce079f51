using System.Collections;

namespace Gitproc.PowerShell.Completion;

/// <summary>Completes ids of rescues.</summary>
public sealed class RescueCompleter : PoolCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Candidates(string? pool, IDictionary parameters) =>
        new Pool(pool).ListRescues(null, Environment.CurrentDirectory)
            .Select(rescue => (rescue.Id, $"{rescue.Repository} {rescue.Branch}, {rescue.Files} files, {rescue.Commits} commits, left by {rescue.Holder}"));

    private protected override string PatternFor(string word) => $"{word}*";
}
