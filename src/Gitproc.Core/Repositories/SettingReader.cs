using Gitproc.Git.Running;
using Gitproc.Reports;

namespace Gitproc.Repositories;

/// <summary>Reads values of settings: an environment variable, otherwise git's config.</summary>
/// <param name="errors">Receives the errors of values that cannot be read; null to throw the first one.</param>
internal sealed class SettingReader(GitConfig config, ICollection<GitprocException>? errors)
{
    private readonly List<(string Name, string Variable)> _known = [];

    public GitConfig Config => config;

    /// <summary>The settings that were asked for: their names after <c>gitproc.</c>, and their variables.</summary>
    public IReadOnlyList<(string Name, string Variable)> Known => _known;

    /// <summary>Reads the environment variable of a setting; null if it is not set.</summary>
    public string? Variable(string name, string variable)
    {
        _known.Add((name, variable));
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Reads a setting with a single value; null if it is not set.</summary>
    public T? Value<T>(string name, string variable, Func<string, T?> parse)
        where T : struct
    {
        var (source, where, text) = Variable(name, variable) is { } environment
            ? (variable, "the environment variable", environment)
            : (
                $"gitproc.{name}",
                $"git config --show-origin --get-all gitproc.{name}",
                config.Get($"gitproc.{name.ToLowerInvariant()}"));
        if (text is null)
            return null;
        if (parse(text) is { } value)
            return value;
        Fail($"The value '{text}' of {source} is not valid. Change or remove it: {where}", source);
        return null;
    }

    /// <summary>Reports a value that cannot be read.</summary>
    /// <returns>Always null: there is no value.</returns>
    public string? Fail(string message, string source)
    {
        var error = new GitprocException(ErrorReason.InvalidSetting, message, source);
        if (errors is null)
            throw error;
        errors.Add(error);
        return null;
    }
}
