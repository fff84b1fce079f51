using System.Management.Automation;
using Gitproc.Pools;
using Gitproc.PowerShell.Completion;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.PowerShell.Commands;

/// <summary>Lists the checkouts of the pool.</summary>
[Cmdlet(VerbsCommon.Get, "GitprocCheckout", HelpUri = HelpPage.Folder + "Get-GitprocCheckout.md")]
[Alias("list")]
[OutputType(typeof(Checkout))]
public sealed class GetGitprocCheckoutCommand : GitprocCommand
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

    /// <summary>Only checkouts with a live lease.</summary>
    [Parameter]
    public SwitchParameter Locked { get; set; }

    /// <summary>Only checkouts that the next acquire may get.</summary>
    [Parameter]
    public SwitchParameter Free { get; set; }

    /// <summary>
    /// Examine each work tree: are files changed, and how many commits is it ahead of and behind the remote's branch?
    /// </summary>
    [Parameter]
    public SwitchParameter Status { get; set; }

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

    private IReadOnlyList<Checkout> List(Pool pool)
    {
        var pattern =
            Repository is not null && RepositoryPattern.Is(Repository) ? new RepositoryPattern(Repository) : null;
        var repository = pattern is null ? Repository : null;
        var checkouts = Status
            ? pool.Checkouts.ListWithStatus(repository, Location, Cancellation)
            : pool.Checkouts.List(repository, Location, Cancellation);
        return pattern is null ? checkouts : [.. checkouts.Where(checkout => pattern.Fits(checkout.Repository))];
    }

    // The added type name selects the view that has a Status column.
    private PSObject Shown(Checkout checkout)
    {
        var shown = PSObject.AsPSObject(checkout);
        if (Status)
            shown.TypeNames.Insert(0, "Gitproc.Checkout#Status");
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

    private bool IsWanted(Checkout checkout) =>
        (!Locked && !Free) || (Locked && checkout.Locked) || (Free && checkout.State == CheckoutState.Free);
}
