using Gitproc.Leases;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Says why a request gets no checkout, and who holds the checkouts.</summary>
internal sealed class GrantRefusal(PoolFolder folder, GrantRequest request)
{
    private const int MaxShown = 10;

    public required List<CheckoutRow> Usable { get; init; }

    public required OwnerLives Lives { get; init; }

    /// <summary>The only acceptable checkout; null for any, and if it does not exist.</summary>
    public required CheckoutRow? Wanted { get; init; }

    /// <summary>How many are held, if that is the reason; otherwise null.</summary>
    public required int? Held { get; init; }

    /// <summary>How many others wait ahead of the request.</summary>
    public required int Waiting { get; init; }

    private string Key => request.Repository.Key;

    /// <summary>Says what a request is waiting for.</summary>
    public static string Awaited(GrantRequest request, IEnumerable<CheckoutRow> usable)
    {
        var rows = usable.OrderBy(row => row.Lease is null).ToList();
        var more = rows.Count > 1 ? $", and {rows.Count - 1} more" : "";
        return rows switch
        {
            [{ Lease.IsMakingReady: true } row, ..] => $"{row.Name}, which is being made ready{more}",
            [{ Lease: { } lease } row, ..] => $"{row.Name}, held by {lease.BriefHolder()}{more}",
            [var row, ..] => $"{row.Name}, which is being cleaned{more}",
            [] => $"a checkout of {request.Repository.Key}",
        };
    }

    public GitprocException Error()
    {
        if (Usable.Count == 0 && Held is null)
            return request.Wanted is { } id ? NotUsable(id) : None();
        var used = Usable.FindAll(row => row.Lease is { } lease
            ? Held is null || Lives.WhyOver(lease) is null
            : row.State is CheckoutState.Cleaning or CheckoutState.Unknown);
        var more = used.Count > MaxShown ? $"\n  and {used.Count - MaxShown} more" : "";
        var shown = used.Take(MaxShown).Select(WhyUsed).ToList();
        var lines = string.Join("\n  ", shown.Select(row => row.Why));
        var list = used.Count == 0 ? "" : $" {used.Count} in use:\n  {lines}{more}";
        var why = request switch
        {
            _ when Held is { } held =>
                $"{held} of {Key} {(held == 1 ? "is" : "are")} held, and gitproc.maxLocked allows {request.MaxLocked}",
            { Wanted: { } wanted } => $"{CheckoutName.Of(wanted)} is not free",
            { Limit: 0 } => $"No checkout of {Key} is free and none may be made",
            { Limit: { } limit } => $"No checkout of {Key} is free and at most {limit} may be made",
            _ => $"Others wait for a checkout of {Key}",
        };
        var how = request.Count > 1 ? $" (you asked for {request.Count})" : "";
        var queue = Waiting == 0 ? "" : $" {Waiting} waiting before you.";
        return new GitprocException(ErrorReason.NoCheckoutAvailable, $"{why}{how}.{queue}{list}", Key)
        {
            Hint = shown.Exists(row => row.IsRunIn)
                ? new("\nTo end these processes: ", Command: null) { Options = [new("StopProcesses")] }
                : null,
        };
    }

    private GitprocException NotUsable(long id)
    {
        var name = CheckoutName.Of(id);
        if (Wanted?.RepositoryId != request.Repository.Id)
        {
            return new(ErrorReason.CheckoutNotFound, $"The pool has no {name} of {Key}.", name)
            {
                Hint = Hint.See("list"),
            };
        }

        var why = Wanted.State == CheckoutState.Broken
            ? $"is broken: it {Wanted.Reason}."
            : $"is of kind {Wanted.Kind}, and you asked for kind {request.Kind}.";
        return new(ErrorReason.NoCheckoutAvailable, $"{name} {why}", name);
    }

    private GitprocException None()
    {
        var kind = request.Kind is null ? "" : $" of kind {request.Kind}";
        var why = $"The pool has no checkout of {Key}{kind}, and none may be made.";
        return new(ErrorReason.NoCheckoutAvailable, why, Key);
    }

    private (string Why, bool IsRunIn) WhyUsed(CheckoutRow row)
    {
        const string runs = ", but processes still run in it: ";
        return row switch
        {
            { Lease: { IsMakingReady: true } maker } when Lives.WhyOver(maker) is null =>
                ($"{row.Name} is made ready by {maker.Owner}", false),
            { State: CheckoutState.Locked, Lease: { } held } when Lives.WhyOver(held) is { } over =>
                ($"{row.Name} by {held.Holder()}, who {over}{runs}{CheckoutProcesses.Names(Running(row))}", true),
            { State: CheckoutState.Creating } when Running(row) is [_, ..] running =>
                ($"{row.Name} was not finished{runs}{CheckoutProcesses.Names(running)}", true),
            { Lease: { } held } => ($"{row.Name} by {held.Holder()}", false),
            { State: CheckoutState.Cleaning } => Running(row) is [_, ..] running
                ? ($"{row.Name} was released{runs}{CheckoutProcesses.Names(running)}", true)
                : ($"{row.Name} is being cleaned", false),
            _ => ($"{row.Name} by an unknown owner", false),
        };
    }

    private IReadOnlyList<ProcessEntry> Running(CheckoutRow row) => ForeignProcesses.In(folder, row.Name);
}
