using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>
/// The user's variables for what runs in a checkout: <c>gitproc.env.NAME</c>, each with a <see cref="Template"/>. Only
/// the user's, the machine's and the environment's config counts, as for hooks (<see cref="HookSettings"/>).
/// </summary>
/// <param name="Templates">A template for each name.</param>
internal sealed record VariableSettings(IReadOnlyList<KeyValuePair<string, string>> Templates)
{
    private const string Section = "gitproc.env.";

    // What they are set to decides which programs and repositories are used.
    private static readonly string[] Refused = ["LD_", "DYLD_", "GIT_", "GITPROC_"];

    private static readonly string[] Names = [Template.Number, "name", "path", "repository", "label"];

    /// <summary>True for the key of a variable.</summary>
    public static bool IsVariable(string key) =>
        key.StartsWith(Section, StringComparison.Ordinal) && !key.AsSpan(Section.Length).Contains('.');

    public static VariableSettings Read(SettingReader reader)
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in reader.Config.OfUser.Where(entry => IsVariable(entry.Key)))
        {
            var name = NameOf(key);
            if (text.Length == 0)
                templates.Remove(name);
            else if (FindError(name, text) is { } error)
                reader.Fail(error, $"{Section}{name}");
            else
                templates[name] = text;
        }

        return new([.. templates]);
    }

    /// <summary>Gives the variables their values.</summary>
    public IEnumerable<KeyValuePair<string, string>> Fill(
        string number, string name, string path, string repository, string label)
    {
        string[] values = [number, name, path, repository, PrintableText.Of(label)];
        foreach (var (variable, text) in Templates)
        {
            string filled;
            try
            {
                filled = Template.Fill(text, wanted => values[Array.IndexOf(Names, wanted)]);
            }
            catch (ArithmeticException e)
            {
                throw new GitprocException(
                    ErrorReason.InvalidSetting,
                    $"{Section}{variable} is '{text}', which has no value for {name}: {e.Message} {HowToChange(variable)}",
                    $"{Section}{variable}");
            }

            yield return new(variable, filled);
        }
    }

    // git-config(1): the last part of a key is in lower case, and has letters, digits and dashes.
    private static string NameOf(string key) => key[Section.Length..].ToUpperInvariant().Replace('-', '_');

    private static string? FindError(string name, string text)
    {
        if (name == "PATH" || Array.Exists(Refused, start => name.StartsWith(start, StringComparison.Ordinal)))
        {
            return $"{Section}{name} is not possible: PATH, and names that begin with {string.Join(", ", Refused)}, "
                + $"stay as they are. {HowToChange(name)}";
        }

        return Template.FindError(text, Names) is { } error
            ? $"{Section}{name} is '{text}', which {error}. {HowToChange(name)}"
            : null;
    }

    private static string HowToChange(string name) =>
        $"Change or remove it: git config --show-origin --get-all {Section}{name.Replace('_', '-')}";
}
