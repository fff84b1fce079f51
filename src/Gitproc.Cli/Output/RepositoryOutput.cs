using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints repositories on standard output.</summary>
internal static class RepositoryOutput
{
    private static readonly string[] Titles =
    [
        "REPOSITORY",
        "BRANCH",
        "CHECKOUTS",
        "FREE",
        "LOCKED",
        "FETCHED",
        "SIZE",
    ];

    public static void Write(IReadOnlyList<RepositoryInfo> repositories, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(repositories);
        else
            ResultWriter.WriteLines(TextTable.Lines(Titles, repositories.Select(Cells)));
    }

    private static string[] Cells(RepositoryInfo repository) =>
    [
        repository.Key,
        repository.DefaultBranch ?? "-",
        $"{repository.Checkouts}",
        $"{repository.Free}",
        $"{repository.Locked}",
        repository.FetchedAt is { } time ? PrintableTime.Local(time) : "-",
        repository.Size is { } size ? PrintableSize.Of(size) : "-",
    ];
}
