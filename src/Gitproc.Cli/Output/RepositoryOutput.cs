using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints repositories on standard output.</summary>
internal static class RepositoryOutput
{
    private static readonly TableColumn[] Columns =
    [
        new("REPOSITORY") { Narrowest = 20 },
        new("BRANCH") { Narrowest = 6, LeftOut = 2 },
        new("CHECKOUTS") { LeftOut = 5 },
        new("FREE") { LeftOut = 4 },
        new("LOCKED") { LeftOut = 3 },
        new("FETCHED") { LeftOut = 1 },
        new("SIZE"),
    ];

    public static void Write(IReadOnlyList<RepositoryInfo> repositories, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(repositories);
        else
            ResultWriter.WriteLines(
                TextTable.Lines(Columns, repositories.Select(Cells), ConsoleScreen.TableWidth));
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
