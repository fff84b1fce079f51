namespace Gitproc.Cli.Output;

/// <summary>Says something to whoever is at the terminal.</summary>
internal static class Messages
{
    /// <summary>Writes a text to standard error. That nobody listens there is no reason to fail.</summary>
    public static void Write(string text)
    {
        try
        {
            Console.Error.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its disk is full, or it is closed, which .NET takes for a refusal.
        }
    }

    /// <summary>Writes a line to standard error.</summary>
    public static void WriteLine(string text) => Write(text + Environment.NewLine);
}
