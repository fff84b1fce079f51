using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>
/// Prints JSON on standard output, indented on a terminal. Names and order come from the types of Gitproc.Model.
/// docs/cli.md documents some of the names, so never change one.
/// </summary>
internal static class JsonOutput
{
    public static void WriteArray<T>(IReadOnlyList<T> items) => Write(items);

    public static void Write<T>(T value)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = !Console.IsOutputRedirected });
        JsonSerializer.Serialize(json, value, (JsonTypeInfo<T>)ModelJson.Default.GetTypeInfo(typeof(T))!);
        output.Write("\n"u8);
    }
}
