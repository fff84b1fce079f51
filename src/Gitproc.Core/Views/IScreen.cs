namespace Gitproc.Views;

/// <summary>A key that a live view obeys.</summary>
public enum ScreenKey
{
    /// <summary>None was pressed, or one that means nothing.</summary>
    None,

    /// <summary>End the view.</summary>
    Quit,

    /// <summary>Ctrl+C, where it comes as a key.</summary>
    Interrupt,

    /// <summary>A line up.</summary>
    Up,

    /// <summary>A line down.</summary>
    Down,

    /// <summary>A page up.</summary>
    PageUp,

    /// <summary>A page down.</summary>
    PageDown,
}

/// <summary>A terminal that obeys ANSI escape sequences; the front end's.</summary>
public interface IScreen
{
    /// <summary>Its columns and lines; both 1 or more.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>Whether it has keys; otherwise only Ctrl+C, which is no key then, ends a view.</summary>
    bool HasKeys { get; }

    /// <summary>Writes to it.</summary>
    /// <param name="text">The text, with its escape sequences.</param>
    void Write(string text);

    /// <summary>Waits for a key.</summary>
    /// <param name="longest">How long.</param>
    /// <returns>The key; <see cref="ScreenKey.None"/> when none was pressed.</returns>
    ScreenKey WaitForKey(TimeSpan longest);
}
