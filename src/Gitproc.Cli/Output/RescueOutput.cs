using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gitproc.Cli.Output;

/// <summary>Prints rescues on standard output.</summary>
internal static class RescueOutput
{
    /// <summary>Prints rescues.</summary>
    /// <param name="rescues">The rescues.</param>
    /// <param name="asJson">Whether as JSON (docs/cli.md) rather than in lines.</param>
    public static void Write(IReadOnlyList<Rescue> rescues, bool asJson)
    {
        using var output = Console.OpenStandardOutput();
        if (asJson)
        {
            WriteJson(rescues, output);
            return;
        }

        using var writer = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 16);
        foreach (var rescue in rescues)
        {
            var time = rescue.RescuedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var size = (rescue.Size / 1024.0).ToString("0.#", CultureInfo.InvariantCulture);
            writer.WriteLine(
                $"{rescue.Id}  {time}  {rescue.Repository}  {PrintableText.Of(rescue.Branch ?? "(detached)")}  {rescue.Files} files, {rescue.Commits} commits, {size} KiB  {PrintableText.Of(rescue.Holder ?? "")}");
        }
    }

    private static void WriteJson(IReadOnlyList<Rescue> rescues, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = !Console.IsOutputRedirected });
        json.WriteStartArray();
        foreach (var rescue in rescues)
        {
            json.WriteStartObject();
            json.WriteString("id", rescue.Id);
            json.WriteString("checkout", rescue.Checkout);
            json.WriteString("repository", rescue.Repository);
            json.WriteString("branch", rescue.Branch);
            json.WriteString("leaseId", rescue.LeaseId);
            json.WriteString("holder", rescue.Holder);
            json.WriteString("job", rescue.Job);
            json.WriteString("rescuedAt", rescue.RescuedAt.UtcDateTime);
            json.WriteNumber("files", rescue.Files);
            json.WriteNumber("commits", rescue.Commits);
            json.WriteNumber("size", rescue.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        output.Write("\n"u8);
    }
}
