using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Gitproc.Cli.Output;

/// <summary>
/// Prints JSON on standard output; in lines for a terminal. Names and order are those of the types of Gitproc.Model. Some
/// are documented in docs/cli.md, so a name is never changed.
/// </summary>
internal static class JsonOutput
{
    /// <summary>Prints an array of objects.</summary>
    public static void WriteArray<T>(IReadOnlyList<T> items)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = !Console.IsOutputRedirected });
        var type = (JsonTypeInfo<IReadOnlyList<T>>)ModelJson.Default.GetTypeInfo(typeof(IReadOnlyList<T>))!;
        JsonSerializer.Serialize(json, items, type);
        output.Write("\n"u8);
    }
}

/// <summary>How the types are written, made by the compiler: the native program has no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(UtcTimeConverter),
        typeof(CamelCaseConverter<CheckoutState>),
        typeof(CamelCaseConverter<CheckoutKind>),
        typeof(CamelCaseConverter<EventKind>),
        typeof(CamelCaseConverter<PrunedKind>),
    ])]
[JsonSerializable(typeof(IReadOnlyList<Checkout>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryEvent>))]
[JsonSerializable(typeof(IReadOnlyList<Link>))]
[JsonSerializable(typeof(IReadOnlyList<PrunedItem>))]
[JsonSerializable(typeof(IReadOnlyList<RepositoryInfo>))]
[JsonSerializable(typeof(IReadOnlyList<Rescue>))]
internal sealed partial class ModelJson : JsonSerializerContext;

/// <summary>Writes names of an enumeration as those of properties are written.</summary>
internal sealed class CamelCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;

/// <summary>Writes times as UTC, with a Z.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
