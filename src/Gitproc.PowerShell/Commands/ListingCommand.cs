using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Base class of the cmdlets that list checkouts.</summary>
public abstract class ListingCommand : GitprocCommand
{
    /// <summary>Names, with wildcards. If omitted, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Checkout")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CheckoutNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only this repository: a URL, a local path, or a name that the pool knows, with wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Key")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RepositoryCompleter))]
    public string? Repository { get; set; }

    /// <summary>The type name that selects another view than that of checkouts; null for that one.</summary>
    private protected virtual string? ViewType => null;

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        WithPool(pool =>
        {
            var checkouts = List(pool);
            // A repository from the pipeline also binds to -Name, as its text is its key. The key is not the name of a
            // checkout.
            var names = Name is null || (Name is [var only] && only == Repository) ? ["*"] : Name;
            foreach (var name in names)
                Attempt(() =>
                    WriteObject(
                        TableView.Remember([.. Find(name, checkouts, pool).Where(IsWanted)]).Select(Shown),
                        enumerateCollection: true));
        });

    /// <summary>Reads the checkouts of a repository, or of all if it is null.</summary>
    private protected virtual IReadOnlyList<Checkout> Read(Pool pool, string? repository) =>
        pool.Checkouts.List(repository, Location, Cancellation);

    /// <summary>True if a checkout of a wanted name and repository is listed.</summary>
    private protected abstract bool IsWanted(Checkout checkout);

    private IReadOnlyList<Checkout> List(Pool pool)
    {
        if (Repository is null || !RepositoryPattern.Is(Repository))
            return Read(pool, Repository);
        var pattern = new RepositoryPattern(Repository);
        return [.. Read(pool, repository: null).Where(checkout => pattern.Fits(checkout.Repository))];
    }

    private PSObject Shown(Checkout checkout)
    {
        var shown = PSObject.AsPSObject(checkout);
        if (ViewType is { } type)
            shown.TypeNames.Insert(0, type);
        return shown;
    }

    private static List<Checkout> Find(string name, IReadOnlyList<Checkout> checkouts, Pool pool)
    {
        var pattern = WildcardNames.Read(name);
        List<Checkout> found = [.. checkouts.Where(checkout => pattern.IsMatch(checkout.Name))];
        return found.Count > 0 || WildcardPattern.ContainsWildcardCharacters(name)
            ? found
            : throw new GitprocException(
                ErrorReason.CheckoutNotFound,
                $"The pool {pool.Path} has no checkout '{SecretText.Hide(name)}'. See Get-GitprocCheckout.",
                SecretText.Hide(name));
    }
}
