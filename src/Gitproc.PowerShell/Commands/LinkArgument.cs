using System.Management.Automation;

namespace Gitproc.PowerShell.Commands;

/// <summary>A light-weight checkout as an argument or as an object from the pipeline.</summary>
/// <param name="Text">A name, a path or the id of a rescue.</param>
/// <param name="Base">The base repository; null if the argument does not tell.</param>
internal sealed record LinkArgument(string Text, string? Base)
{
    /// <summary>Reads an argument.</summary>
    public static LinkArgument Of(PSObject item, PathIntrinsics session) =>
        item.BaseObject switch
        {
            string text => new(FileSystemPath.ResolveIfPath(text, session), null),
            FileSystemInfo file => new(file.FullName, null),
            PathInfo place => new(FileSystemPath.Of(place), null),
            // The path identifies a link. Its name does so only within one repository.
            _ when TextOf(item, "Path") is { } path && TextOf(item, "Base") is { } repository => new(path, repository),
            _ when TextOf(item, "Id") is { } rescue && TextOf(item, "Repository") is { } repository => new(
                rescue, repository),
            _ => new(item.ToString(), null),
        };

    private static string? TextOf(PSObject item, string property) => item.Properties[property]?.Value as string;
}
