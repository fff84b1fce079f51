using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lists the repositories that the pool knows, with the sizes of their base repositories on disk.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocRepository", HelpUri = HelpPage.Folder + "Get-GitprocRepository.md")]
[OutputType(typeof(RepositoryInfo))]
public sealed class GetGitprocRepositoryCommand : GitprocCommand
{
    /// <summary>Keys or their last parts, such as repo or owner/repo, with wildcards. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string[]? Repository { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WithPool(pool =>
    {
        foreach (var name in Repository ?? ["*"])
            Attempt(() => WriteObject(TableView.Remember(Find(name, pool)), enumerateCollection: true));
    });

    private IReadOnlyList<RepositoryInfo> Find(string name, Pool pool)
    {
        var found = pool.Care.ListRepositories(new RepositoryPattern(name).Fits, Cancellation);
        return found.Count > 0 || WildcardPattern.ContainsWildcardCharacters(name)
            ? found
            : throw new GitprocException(
                ErrorReason.UnknownRepository,
                $"The pool {pool.Path} does not know a repository '{SecretText.Hide(name)}'. See Get-GitprocRepository.",
                SecretText.Hide(name));
    }
}
