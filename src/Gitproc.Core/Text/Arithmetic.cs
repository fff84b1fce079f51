using System.Globalization;

namespace Gitproc.Text;

/// <summary>Evaluates whole numbers with + - * / and parentheses. A division drops the rest.</summary>
internal ref struct Arithmetic
{
    private const int MaxDepth = 100;

    private ReadOnlySpan<char> _rest;
    private int _depth;

    private Arithmetic(ReadOnlySpan<char> text) => _rest = text.TrimStart();

    /// <exception cref="FormatException">It is something else.</exception>
    /// <exception cref="ArithmeticException">It divides by zero, or a number is too large.</exception>
    public static long Evaluate(string text)
    {
        var reader = new Arithmetic(text);
        var value = reader.Sum();
        return reader._rest.IsEmpty ? value : throw new FormatException();
    }

    private long Sum()
    {
        var value = Product();
        while (true)
        {
            if (Take('+'))
                value = checked(value + Product());
            else if (Take('-'))
                value = checked(value - Product());
            else
                return value;
        }
    }

    private long Product()
    {
        var value = Factor();
        while (true)
        {
            if (Take('*'))
                value = checked(value * Factor());
            else if (Take('/'))
                value = checked(value / Factor());
            else
                return value;
        }
    }

    private long Factor()
    {
        if (++_depth > MaxDepth)
            throw new FormatException();
        try
        {
            if (Take('-'))
                return checked(-Factor());
            if (!Take('('))
                return Number();
            var value = Sum();
            return Take(')') ? value : throw new FormatException();
        }
        finally
        {
            _depth--;
        }
    }

    private long Number()
    {
        var end = _rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? _rest : _rest[..end];
        _rest = _rest[digits.Length..].TrimStart();
        return long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private bool Take(char sign)
    {
        if (_rest.IsEmpty || _rest[0] != sign)
            return false;
        _rest = _rest[1..].TrimStart();
        return true;
    }
}
