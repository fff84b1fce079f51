using System.Text.Json;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints repositories on standard output.</summary>
internal static class RepositoryOutput
{
    private static readonly string[] Titles = ["REPOSITORY", "BRANCH", "CHECKOUTS", "FREE", "LOCKED", "FETCHED", "SIZE"];

    /// <summary>Prints repositories.</summary>
    public static void Write(IReadOnlyList<RepositoryInfo> repositories, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(repositories, WriteJson);
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

    private static void WriteJson(RepositoryInfo repository, Utf8JsonWriter json)
    {
        json.WriteString("key", repository.Key);
        json.WriteString("url", repository.Url);
        json.WriteString("path", repository.Path);
        json.WriteNumberOrNull("size", repository.Size);
        json.WriteTimeOrNull("fetchedAt", repository.FetchedAt);
        json.WriteString("fetchError", repository.FetchError);
        json.WriteString("defaultBranch", repository.DefaultBranch);
        json.WriteNumber("checkouts", repository.Checkouts);
        json.WriteNumber("free", repository.Free);
        json.WriteNumber("locked", repository.Locked);
    }
}
