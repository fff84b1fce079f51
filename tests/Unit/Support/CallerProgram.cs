using System.Diagnostics;
using Gitproc.Processes;

/// <summary>
/// A program that ends all processes in its current directory, and prints what it found and what was left. .NET runs it
/// before the Main of an assembly if DOTNET_STARTUP_HOOKS names it. .NET requires the names of the class and the
/// method.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var folder = Environment.CurrentDirectory;
        var found = FolderProcesses.In(folder);
        Tell("found", found);
        Tell("left", ProcessEnding.End(found, TimeSpan.FromSeconds(1), CancellationToken.None));
        Tell("others", FolderProcesses.In(folder, OwnAncestry.Ids()));
        Environment.Exit(0);
    }

    private static void Tell(string what, IReadOnlyList<ProcessEntry> entries) =>
        Console.WriteLine(
            $"{what} {entries.Count}: {string.Join(' ', entries.Select(entry => entry.Name).Order())}".TrimEnd());
}

namespace Gitproc.Unit.Support
{
    /// <summary>Makes a .NET program run <see cref="StartupHook"/> in its place.</summary>
    public static class CallerProgram
    {
        public static string File { get; } = typeof(CallerProgram).Assembly.Location;

        public static void Enable(ProcessStartInfo start) => start.Environment["DOTNET_STARTUP_HOOKS"] = File;
    }
}
