using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Gitproc.Text;

namespace Gitproc.PowerShell;

/// <summary>
/// Adds the table columns that are not properties of the objects, so that Sort-Object, Where-Object and Format-Table
/// know them. They are hidden, so that JSON, CSV and "Format-List *" do not repeat the properties they are made from.
/// The module has no types.ps1xml for them, because a second copy of the module would then fail to load in the same
/// session.
/// </summary>
public static class TableColumns
{
    /// <summary>
    /// Makes the columns of all types, and their default display properties. PowerShell shows those, without any view,
    /// for an object that follows an object of another type in one pipeline.
    /// </summary>
    /// <returns>Type data for Update-TypeData.</returns>
    public static TypeData[] All() =>
        [
            Of(
                typeof(Checkout).FullName!,
                "Name State Age Owner Branch Repository",
                Read("Age", nameof(AgeOfCheckout)),
                Read("Owner", nameof(Owner)),
                Read("Status", nameof(Status))),
            Of($"{typeof(Checkout).FullName}#Status", "Name State Status Owner Branch Repository"),
            Of(
                $"{typeof(Checkout).FullName}#Lease",
                "Checkout Owner Label Since ExpiresAt",
                Alias("Checkout", nameof(Checkout.Name)),
                Read("Owner", nameof(Holder)),
                Alias("Since", nameof(Checkout.AcquiredAt))),
            Of(typeof(HistoryEvent).FullName!, "When Checkout Kind Who Why", Read("When", nameof(When))),
            Of(typeof(Link).FullName!, "Name Branch Commit State Path", Read("State", nameof(State))),
            Of(typeof(PoolFinding).FullName!, "State Subject Text"),
            Of(
                typeof(PrunedItem).FullName!,
                "Kind Takes Unused Name Repository",
                Read("Takes", nameof(Takes)),
                Read("Unused", nameof(Unused))),
            Of(
                typeof(RepositoryInfo).FullName!,
                "Repository Branch Checkouts Free Locked Fetched Takes",
                Alias("Repository", nameof(RepositoryInfo.Key)),
                Alias("Branch", nameof(RepositoryInfo.DefaultBranch)),
                Read("Fetched", nameof(Fetched)),
                Read("Takes", nameof(Takes))),
            Of(
                typeof(Rescue).FullName!,
                "Id Age Repository Branch Files Commits Takes",
                Read("Age", nameof(AgeOfRescue)),
                Read("Takes", nameof(Takes))),
        ];

    /// <summary>The time since a checkout was acquired.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>The time; null if the checkout is not locked.</returns>
    public static Elapsed? AgeOfCheckout(PSObject item) =>
        item?.BaseObject is Checkout { Locked: true } checkout ? Since(checkout.AcquiredAt) : null;

    /// <summary>The time since work was rescued.</summary>
    /// <param name="item">The rescue.</param>
    /// <returns>The time.</returns>
    public static Elapsed? AgeOfRescue(PSObject item) =>
        item?.BaseObject is Rescue rescue ? Since(rescue.RescuedAt) : null;

    /// <summary>The time since something was last used.</summary>
    /// <param name="item">The pruned item.</param>
    /// <returns>The time.</returns>
    public static Elapsed? Unused(PSObject item) =>
        item?.BaseObject is PrunedItem thing ? Since(thing.LastUsedAt) : null;

    /// <summary>The time since a repository was fetched.</summary>
    /// <param name="item">The repository.</param>
    /// <returns>The time; null if unknown.</returns>
    public static Elapsed? Fetched(PSObject item) =>
        item?.BaseObject is RepositoryInfo repository ? Since(repository.FetchedAt) : null;

    /// <summary>The holder of a checkout, and the label of its lease.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>A few words; empty if the checkout has no lease.</returns>
    public static string Owner(PSObject item) => ShownText.Owner(item);

    /// <summary>The holder of a lease, without its label.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>A few words.</returns>
    public static string Holder(PSObject item) => ShownText.Holder(item);

    /// <summary>The state of a checkout's work tree.</summary>
    /// <param name="item">The checkout.</param>
    /// <returns>A few words; empty if the checkout was listed without its status.</returns>
    public static string Status(PSObject item) =>
        item?.BaseObject is Checkout { IsDirty: not null } checkout
            ? ShownText.Status(checkout.IsDirty, checkout.Ahead, checkout.Behind)
            : "";

    /// <summary>Tells if the folder of a light-weight checkout exists.</summary>
    /// <param name="item">The light-weight checkout.</param>
    /// <returns>There or Missing.</returns>
    public static string State(PSObject item) => item?.BaseObject is Link { Missing: true } ? "Missing" : "There";

    /// <summary>The time of an event.</summary>
    /// <param name="item">The event.</param>
    /// <returns>The local time, and how long ago it was.</returns>
    public static string When(PSObject item) => item?.BaseObject is HistoryEvent one ? ShownText.Time(one.Time) : "";

    /// <summary>The space that an item takes on disk.</summary>
    /// <param name="item">The item.</param>
    /// <returns>The size with a unit; empty if unknown.</returns>
    public static string Takes(PSObject item) =>
        item?.Properties["Size"]?.Value is long size ? PrintableSize.Of(size) : "";

    private static Elapsed? Since(DateTimeOffset? since) =>
        since is { } time ? new(DateTimeOffset.UtcNow - time) : null;

    private static CodePropertyData Read(string name, string method) =>
        new(name, typeof(TableColumns).GetMethod(method)) { IsHidden = true };

    private static AliasPropertyData Alias(string name, string property) => new(name, property) { IsHidden = true };

    private static TypeData Of(string type, string shown, params TypeMemberData[] members)
    {
        var data = new TypeData(type) { DefaultDisplayPropertySet = new PropertySetData(shown.Split(' ')) };
        foreach (var member in members)
            data.Members.Add(member.Name, member);
        return data;
    }
}
