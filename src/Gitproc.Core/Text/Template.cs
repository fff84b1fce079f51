using System.Globalization;
using System.Text.RegularExpressions;

namespace Gitproc.Text;

/// <summary>
/// A text with names in braces, which are replaced by values. If it is arithmetic with <c>{number}</c>, such as
/// <c>4000 + {number} * 10</c>, it is evaluated. Braces with something else in them are left as they are.
/// </summary>
internal static partial class Template
{
    /// <summary>The name whose value is a number.</summary>
    public const string Number = "number";

    /// <summary>Finds out what is wrong with a template.</summary>
    /// <param name="names">The names that have a value.</param>
    /// <returns>The rest of a sentence that begins with the template; null if it is good.</returns>
    public static string? FindError(string text, IReadOnlyList<string> names)
    {
        var unknown = Name().Matches(text).Select(match => match.Groups[1].Value)
            .FirstOrDefault(name => !names.Contains(name));
        if (unknown is not null)
        {
            var known = string.Join(", ", names.Select(name => $"{{{name}}}"));
            return $"names {{{unknown}}}, which has no value. Known are {known}";
        }

        if (!IsArithmetic(text))
            return null;
        try
        {
            _ = Fill(text, _ => "1");
            return null;
        }
        catch (FormatException)
        {
            return "is not arithmetic with whole numbers, + - * / and parentheses";
        }
        catch (ArithmeticException)
        {
            // Another number may have a value.
            return null;
        }
    }

    /// <summary>Replaces the names, and evaluates arithmetic.</summary>
    /// <exception cref="ArithmeticException">It divides by zero, or a number is too large.</exception>
    public static string Fill(string text, Func<string, string> valueOf)
    {
        var isArithmetic = IsArithmetic(text);
        var filled = Name().Replace(text, match => valueOf(match.Groups[1].Value));
        return isArithmetic ? Arithmetic.Evaluate(filled).ToString(CultureInfo.InvariantCulture) : filled;
    }

    // A date, a version or a path is none: without {number}, or with other characters, it is a text.
    private static bool IsArithmetic(string text)
    {
        var rest = text.Replace($"{{{Number}}}", "", StringComparison.Ordinal);
        return rest.Length < text.Length
            && rest.Any(IsOperator)
            && rest.All(c => char.IsAsciiDigit(c) || c == ' ' || IsOperator(c));
    }

    private static bool IsOperator(char c) => c is '+' or '-' or '*' or '/' or '(' or ')';

    [GeneratedRegex("\\{([A-Za-z]+)\\}")]
    private static partial Regex Name();
}
