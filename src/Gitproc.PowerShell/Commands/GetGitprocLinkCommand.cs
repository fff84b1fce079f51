using System.Management.Automation;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// Lists the light-weight checkouts of the repository around the working directory. Outside a repository, lists those
/// of all repositories of the pool.
/// </summary>
[Cmdlet(VerbsCommon.Get, "GitprocLink", HelpUri = HelpPage.Folder + "Get-GitprocLink.md")]
[OutputType(typeof(Link))]
public sealed class GetGitprocLinkCommand : LinkingCommand
{
    /// <summary>Names, with wildcards. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        var links = pool.Links.List(BaseRepository, Location, Cancellation);
        foreach (var name in Name ?? ["*"])
            Attempt(() => WriteObject(TableView.Remember(Find(name, links)), enumerateCollection: true));
    });

    // An exact name wins over a pattern, because a folder, and so a link, may be called a[1].
    private List<Link> Find(string name, IReadOnlyList<Link> links)
    {
        if (links.Where(link => link.Name == name).ToList() is { Count: > 0 } exact)
            return exact;
        var pattern = WildcardNames.Read(name);
        List<Link> found = [.. links.Where(link => pattern.IsMatch(link.Name))];
        return found.Count > 0 || WildcardPattern.ContainsWildcardCharacters(name)
            ? found
            : throw new GitprocException(
                ErrorReason.LinkNotFound,
                $"There is no light-weight checkout '{PrintableText.Of(name)}' {(Base is null ? $"of the repository around {Location}" : $"of {SecretText.Hide(Base)}")}. See Get-GitprocLink.",
                name);
    }
}
