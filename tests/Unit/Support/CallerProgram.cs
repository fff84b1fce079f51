using System.Diagnostics;
using Gitproc.Processes;

/// <summary>
/// A program of its own that ends all that runs in its current directory, and tells what it found and what was left.
/// .NET runs it before the Main of an assembly when DOTNET_STARTUP_HOOKS names it; its name is the one .NET looks for.
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
    /// <summary>How that program is started.</summary>
    public static class CallerProgram
    {
        public static string File { get; } = typeof(CallerProgram).Assembly.Location;

        public static void Enable(ProcessStartInfo start) => start.Environment["DOTNET_STARTUP_HOOKS"] = File;
    }
}
