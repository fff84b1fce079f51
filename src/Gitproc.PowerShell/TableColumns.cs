using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>
/// The columns of the tables that are no properties of the objects, so that Sort-Object, Where-Object and Format-Table know them. They
/// are hidden: JSON, CSV and "Format-List *" have what the object has, and not the same once more. Not in a file of types: a second
/// copy of the module in a session would not load.
/// </summary>
public static class TableColumns
{
    /// <summary>All of them, and what is shown of an object that follows one of another type in one line: PowerShell does that without any view.</summary>
    /// <returns>What Update-TypeData takes.</returns>
    public static TypeData[] All() =>
    [
        Of(typeof(Checkout).FullName!, "Name State Age Owner Branch Repository", Read("Age", nameof(AgeOfCheckout)), Read("Owner", nameof(Owner)), Read("Status", nameof(Status))),
        Of($"{typeof(Checkout).FullName}#Status", "Name State Status Owner Branch Repository"),
        Of(typeof(HistoryEvent).FullName!, "When Checkout Kind Who Why", Read("When", nameof(When))),
        Of(typeof(Link).FullName!, "Name Branch Commit State Path", Read("State", nameof(State))),
        Of(typeof(PrunedItem).FullName!, "Kind Takes Unused Name Repository", Read("Takes", nameof(Takes)), Read("Unused", nameof(Unused))),
        Of(
            typeof(RepositoryInfo).FullName!,
            "Repository Branch Checkouts Free Locked Fetched Takes",
            Alias("Repository", nameof(RepositoryInfo.Key)),
            Alias("Branch", nameof(RepositoryInfo.DefaultBranch)),
            Read("Fetched", nameof(Fetched)),
            Read("Takes", nameof(Takes))),
        Of(typeof(Rescue).FullName!, "Id Age Repository Branch Files Commits Takes", Read("Age", nameof(AgeOfRescue)), Read("Takes", nameof(Takes))),
    ];

    /// <summary>For how long a checkout has been held.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>The time; null when nobody holds it.</returns>
    public static Elapsed? AgeOfCheckout(PSObject item) => item?.BaseObject is Checkout { Locked: true } checkout ? Since(checkout.AcquiredAt) : null;

    /// <summary>How long ago work was rescued.</summary>
    /// <param name="item">The rescue.</param>
    /// <returns>The time.</returns>
    public static Elapsed? AgeOfRescue(PSObject item) => item?.BaseObject is Rescue rescue ? Since(rescue.RescuedAt) : null;

    /// <summary>For how long nobody has used something.</summary>
    /// <param name="item">The thing.</param>
    /// <returns>The time.</returns>
    public static Elapsed? Unused(PSObject item) => item?.BaseObject is PrunedItem thing ? Since(thing.LastUsedAt) : null;

    /// <summary>How long ago a repository was fetched.</summary>
    /// <param name="item">The repository.</param>
    /// <returns>The time; null when that is not known.</returns>
    public static Elapsed? Fetched(PSObject item) => item?.BaseObject is RepositoryInfo repository ? Since(repository.FetchedAt) : null;

    /// <summary>Who holds a checkout, and for what.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>A few words; empty when nobody does.</returns>
    public static string Owner(PSObject item) => ShownText.Owner(item);

    /// <summary>What is so in the work tree of a checkout.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>A few words; empty when that was not asked for.</returns>
    public static string Status(PSObject item) =>
        item?.BaseObject is Checkout { IsDirty: not null } checkout ? ShownText.Status(checkout.IsDirty, checkout.Ahead, checkout.Behind) : "";

    /// <summary>Whether the folder of a light-weight checkout is there.</summary>
    /// <param name="item">The light-weight checkout.</param>
    /// <returns>There or Missing.</returns>
    public static string State(PSObject item) => item?.BaseObject is Link { Missing: true } ? "Missing" : "There";

    /// <summary>When something happened.</summary>
    /// <param name="item">The event.</param>
    /// <returns>The time here, and how long ago it is.</returns>
    public static string When(PSObject item) => item?.BaseObject is HistoryEvent one ? ShownText.Time(one.Time) : "";

    /// <summary>What something takes on disk.</summary>
    /// <param name="item">The thing.</param>
    /// <returns>The size with a unit; empty when it is not known.</returns>
    public static string Takes(PSObject item) => item?.Properties["Size"]?.Value is long size ? PrintableSize.Of(size) : "";

    private static Elapsed? Since(DateTimeOffset? since) => since is { } time ? new(DateTimeOffset.UtcNow - time) : null;

    private static CodePropertyData Read(string name, string method) => new(name, typeof(TableColumns).GetMethod(method)) { IsHidden = true };

    private static AliasPropertyData Alias(string name, string property) => new(name, property) { IsHidden = true };

    private static TypeData Of(string type, string shown, params TypeMemberData[] members)
    {
        var data = new TypeData(type) { DefaultDisplayPropertySet = new PropertySetData(shown.Split(' ')) };
        foreach (var member in members)
            data.Members.Add(member.Name, member);
        return data;
    }
}
