using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gitproc.Text;

/// <summary>
/// The objects of Gitproc.Model as JSON. The compiler generates the serializers, because the native program has no
/// reflection.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(UtcTimeConverter),
        typeof(CamelCaseConverter<CheckoutState>),
        typeof(CamelCaseConverter<CheckoutKind>),
        typeof(CamelCaseConverter<EventKind>),
        typeof(CamelCaseConverter<FindingState>),
        typeof(CamelCaseConverter<MachineState>),
        typeof(CamelCaseConverter<PrunedKind>),
    ])]
[JsonSerializable(typeof(Checkout))]
[JsonSerializable(typeof(IReadOnlyList<Checkout>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<FleetHolder>))]
[JsonSerializable(typeof(IReadOnlyList<FleetLimit>))]
[JsonSerializable(typeof(IReadOnlyList<FleetMachine>))]
[JsonSerializable(typeof(IReadOnlyList<FleetRescue>))]
[JsonSerializable(typeof(IReadOnlyList<FleetWaiter>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryEvent>))]
[JsonSerializable(typeof(IReadOnlyList<Link>))]
[JsonSerializable(typeof(IReadOnlyList<PoolFinding>))]
[JsonSerializable(typeof(IReadOnlyList<ProposedSetup>))]
[JsonSerializable(typeof(IReadOnlyList<PrunedItem>))]
[JsonSerializable(typeof(IReadOnlyList<RepositoryInfo>))]
[JsonSerializable(typeof(IReadOnlyList<Rescue>))]
public sealed partial class ModelJson : JsonSerializerContext;

/// <summary>Writes enumeration values in camel case, as property names are.</summary>
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
