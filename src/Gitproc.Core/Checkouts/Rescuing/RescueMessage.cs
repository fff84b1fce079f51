using System.Globalization;
using Gitproc.Text;

namespace Gitproc.Checkouts.Rescuing;

/// <summary>
/// The message of a rescue's commit: a line for people, and trailers with everything that a list shows. So a list reads
/// only the message.
/// </summary>
internal static class RescueMessage
{
    /// <summary>Writes the message.</summary>
    public static string Write(Rescue rescue)
    {
        var trailers = new (string Name, string? Value)[]
        {
            ("Checkout", rescue.Checkout),
            ("Repository", rescue.Repository),
            ("Lease", rescue.LeaseId),
            ("Holder", rescue.Holder),
            ("Job", rescue.Job),
            ("Branch", rescue.Branch),
            ("Released", rescue.RescuedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
            ("Files", rescue.Files.ToString(CultureInfo.InvariantCulture)),
            ("Commits", rescue.Commits.ToString(CultureInfo.InvariantCulture)),
            ("Size", rescue.Size.ToString(CultureInfo.InvariantCulture)),
            ("Undone", rescue.IsUndone ? "true" : null),
        };
        var lines = trailers
            .Where(trailer => trailer.Value is not null)
            .Select(trailer => $"{trailer.Name}: {PrintableText.Of(trailer.Value!)}\n");
        return $"Rescue from {rescue.Checkout}: files {rescue.Files}, commits {rescue.Commits}\n\n{string.Concat(lines)}";
    }

    /// <summary>Reads a message.</summary>
    /// <returns>The rescue; null if the message does not belong to a rescue.</returns>
    public static Rescue? Read(string id, string message)
    {
        var trailers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in message.Split('\n'))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
                trailers[line[..colon]] = line[(colon + 2)..];
        }

        if (!trailers.TryGetValue("Checkout", out var checkout)
            || !DateTimeOffset.TryParseExact(
                trailers.GetValueOrDefault("Released"),
                "O",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var released))
        {
            return null;
        }

        return new Rescue
        {
            Id = id,
            Checkout = checkout,
            Repository = trailers.GetValueOrDefault("Repository", ""),
            LeaseId = trailers.GetValueOrDefault("Lease"),
            Holder = trailers.GetValueOrDefault("Holder"),
            Job = trailers.GetValueOrDefault("Job"),
            Branch = trailers.GetValueOrDefault("Branch"),
            RescuedAt = released,
            Files = (int)Number("Files", int.MaxValue),
            Commits = (int)Number("Commits", int.MaxValue),
            Size = Number("Size", long.MaxValue),
            IsUndone = trailers.ContainsKey("Undone"),
        };

        long Number(string name, long most) =>
            long.TryParse(
                trailers.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? Math.Min(number, most)
                : 0;
    }
}
