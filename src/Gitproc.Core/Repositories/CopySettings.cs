using Gitproc.Files;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>
/// Which files that git ignores come along to a checkout, and from where: <c>gitproc.copy</c> and
/// <c>gitproc.copyFrom</c>.
/// </summary>
/// <param name="Patterns">Lines as in a <c>.gitignore</c> file.</param>
/// <param name="Sources">Absolute paths of folders.</param>
internal sealed record CopySettings(IReadOnlyList<UserSetting> Patterns, IReadOnlyList<UserSetting> Sources)
{
    private const string PatternsName = "copy";
    private const string SourceName = "copyFrom";

    public static CopySettings Read(SettingReader reader)
    {
        var sources = new List<UserSetting>();
        foreach (var source in UserSetting.Read(reader, SourceName, "GITPROC_COPY_FROM"))
        {
            if (source.AsPath() is { } path)
                sources.Add(source with { Value = path });
            else
                reader.Fail(
                    $"The value '{source.Value}' of gitproc.{SourceName} is not an absolute path. {WhereSet}", SourceName);
        }

        return new CopySettings(UserSetting.Read(reader, PatternsName, "GITPROC_COPY"), sources);
    }

    /// <summary>True for the key of a setting that is read here, for all repositories or for some.</summary>
    public static bool IsSetting(string key) => UserSetting.Is(key, PatternsName) || UserSetting.Is(key, SourceName);

    /// <summary>The patterns for a repository, a line each.</summary>
    public RawText PatternsOf(string key) => RawText.Concat(
        Patterns.Where(pattern => pattern.IsFor(key)).Select(pattern => RawText.FromText(pattern.Value)), end: '\n');

    /// <summary>The folder from which a repository gets files.</summary>
    /// <returns>Its absolute path, of a setting for this repository before one for all; null if none is set.</returns>
    public string? SourceOf(string key) =>
        Sources.LastOrDefault(source => source.Repository is not null && source.IsFor(key))?.Value
        ?? Sources.LastOrDefault(source => source.Repository is null)?.Value;

    /// <summary>The error for a <c>gitproc.copyFrom</c> from which nothing may be copied.</summary>
    /// <param name="why">The rest of a sentence about the folder.</param>
    public static GitprocException BadSource(string folder, string why) => new(
        ErrorReason.InvalidSetting, $"gitproc.{SourceName} names {folder}, which {why}. {WhereSet}", folder);

    // git compares with the names in lower case.
    private static string WhereSet =>
        "Change or remove it: git config --show-origin --get-regexp 'gitproc.*copyfrom'";
}
