using Gitproc.Files;

namespace Gitproc.Terminal;

/// <summary>Marks the checkout that contains the working directory.</summary>
/// <param name="directory">The absolute path of the working directory. It may be gone or contain links.</param>
public sealed class CurrentCheckout(string directory)
{
    // A table queries the same directory for every row.
    [ThreadStatic]
    private static (string Directory, CurrentCheckout Place)? _last;

    private readonly string _place = Paths.Real(directory);

    /// <summary>The current checkout of a working directory. The last result of each thread is cached.</summary>
    /// <param name="directory">The absolute path of the working directory.</param>
    /// <returns>The current checkout.</returns>
    public static CurrentCheckout At(string directory)
    {
        if (_last?.Directory != directory)
            _last = (directory, new CurrentCheckout(directory));
        return _last.Value.Place;
    }

    /// <summary>True if a checkout contains the working directory.</summary>
    /// <param name="checkout">The checkout's path.</param>
    /// <returns>True if it does.</returns>
    public bool IsIn(string checkout) => Paths.IsIn(_place, checkout);

    /// <summary>Adds an asterisk to the name of the current checkout.</summary>
    /// <param name="name">The checkout's name.</param>
    /// <param name="checkout">The checkout's path.</param>
    /// <returns>For example <c>checkout-3 *</c>; the name of another checkout is unchanged.</returns>
    public string Mark(string name, string checkout) => IsIn(checkout) ? name + " *" : name;
}
