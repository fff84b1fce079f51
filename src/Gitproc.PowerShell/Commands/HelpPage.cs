using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Where the help pages are online. The pages' source is docs/help; build/Help reads this to link them.</summary>
internal static class HelpPage
{
    /// <summary>How the address of a page begins; the name of its file follows.</summary>
    public const string Folder = OnlineDocuments.Folder + "help/";
}
