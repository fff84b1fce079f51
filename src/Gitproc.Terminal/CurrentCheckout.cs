using Gitproc.Files;

namespace Gitproc.Terminal;

/// <summary>The folder that somebody stands in, by which the checkout around it is marked.</summary>
/// <param name="directory">Its absolute path; it may be gone, or lead through links.</param>
public sealed class CurrentCheckout(string directory)
{
    // A table asks for one place again and again.
    [ThreadStatic]
    private static (string Directory, CurrentCheckout Place)? _last;

    private readonly string _place = Paths.Real(directory);

    /// <summary>The place, resolved once while the same one is asked for.</summary>
    /// <param name="directory">The absolute path.</param>
    /// <returns>The place.</returns>
    public static CurrentCheckout At(string directory)
    {
        if (_last?.Directory != directory)
            _last = (directory, new CurrentCheckout(directory));
        return _last.Value.Place;
    }

    /// <summary>Whether a checkout is the one around it.</summary>
    /// <param name="checkout">The checkout's path.</param>
    /// <returns>True when it is.</returns>
    public bool IsIn(string checkout) => Paths.IsIn(_place, checkout);

    /// <summary>The name of a checkout, with a mark on the one around.</summary>
    /// <param name="name">The checkout's name.</param>
    /// <param name="checkout">The checkout's path.</param>
    /// <returns>As <c>checkout-3 *</c>.</returns>
    public string Mark(string name, string checkout) => IsIn(checkout) ? name + " *" : name;
}
