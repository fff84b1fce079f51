using Gitproc.Git.Running;

namespace Gitproc.Repositories;

/// <summary>How this machine reaches others, and what others may ask of it.</summary>
/// <remarks>They decide which program runs, so they are the user's own, and never those of a repository.</remarks>
/// <param name="Ssh">The program that connects, and its first arguments.</param>
internal sealed record RemoteSettings(IReadOnlyList<string> Ssh)
{
    /// <summary>True if a key of git's config is one of these settings.</summary>
    public static bool IsSetting(string key) => key == "gitproc.ssh";

    public static RemoteSettings Read(SettingReader reader) => new(
        reader.Variable("ssh", "GITPROC_SSH") is { } environment ? Words(environment)
        : OfUser(reader.Config, "gitproc.ssh") is { } configured ? Words(configured)
        : ["ssh"]);

    private static string? OfUser(GitConfig config, string key) =>
        config.OfUser.LastOrDefault(entry => entry.Key == key).Value is { } value && !string.IsNullOrWhiteSpace(value)
            ? value
            : null;

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
