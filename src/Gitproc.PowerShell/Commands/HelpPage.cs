using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// The online location of the help pages. Their source is docs/help, and build/Help reads this constant to link them.
/// </summary>
internal static class HelpPage
{
    /// <summary>The address of a page without its file name.</summary>
    public const string Folder = OnlineDocuments.Folder + "help/";
}
