namespace Gitproc.Cli.Output;

/// <summary>What the terminal takes.</summary>
internal static class Terminal
{
    /// <summary>Whether standard output is a terminal and colours are wanted (no-color.org).</summary>
    public static bool TakesColor =>
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
