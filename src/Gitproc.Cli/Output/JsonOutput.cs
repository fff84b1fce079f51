using System.Text.Json;

namespace Gitproc.Cli.Output;

/// <summary>Prints JSON on standard output; in lines for a terminal.</summary>
internal static class JsonOutput
{
    /// <summary>Prints an array of objects.</summary>
    public static void WriteArray<T>(IEnumerable<T> items, Action<T, Utf8JsonWriter> write)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = !Console.IsOutputRedirected });
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        output.Write("\n"u8);
    }

    /// <summary>Writes a number.</summary>
    /// <param name="value">The number; null for <c>null</c>.</param>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    /// <summary>Writes a time.</summary>
    /// <param name="value">The time; null for <c>null</c>.</param>
    public static void WriteTimeOrNull(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            json.WriteString(name, time.UtcDateTime);
        else
            json.WriteNull(name);
    }

    /// <summary>Writes a truth value.</summary>
    /// <param name="value">The value; null for <c>null</c>.</param>
    public static void WriteBooleanOrNull(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } truth)
            json.WriteBoolean(name, truth);
        else
            json.WriteNull(name);
    }
}
