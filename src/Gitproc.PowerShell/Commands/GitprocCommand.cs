using System.Management.Automation;
using Gitproc.Files;
using Gitproc.Pools;
using Gitproc.PowerShell.Loading;
using Gitproc.Reports;

namespace Gitproc.PowerShell.Commands;

/// <summary>What all cmdlets of the module have in common.</summary>
public abstract class GitprocCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Makes the cmdlet, before its parameters are bound: some are read by Core.</summary>
    protected GitprocCommand() => DependencyContext.Require();

    /// <summary>The pool's folder; <c>GITPROC_POOL</c>, else <c>~/.gitproc_pool</c>, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pool { get; set; }

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The session's working directory in the file system. That of the process may be another.</summary>
    private protected string Location => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Where the cmdlet writes, for errors of the file system; null when that is not one place.</summary>
    private protected virtual string? WrittenTo => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what runs.</summary>
    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>Ends the command, before it has changed anything, when two parameters are given that exclude each other.</summary>
    private protected void RefuseBoth(bool areBoth, string one, string other)
    {
        if (areBoth)
            Refuse(new GitprocException(ErrorReason.ConflictingOptions, $"-{one} and -{other} exclude each other."));
    }

    /// <summary>Ends the command.</summary>
    private protected void Refuse(GitprocException error) => ThrowTerminatingError(ErrorRecords.Of(error));

    /// <summary>Does a step; where it fails, writes the error, so that the next item is gone on with.</summary>
    private protected void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (!ErrorRecords.IsOfPowerShell(e))
        {
            WriteError(ErrorRecords.Of(e, WrittenTo));
        }
    }

    /// <summary>Does a step with the pool; where it fails, writes the error, so that the next item is gone on with.</summary>
    /// <param name="ownFolder">The folder of the one pool that can be meant; null when none is known.</param>
    private protected void WithPool(Action<Pool> step, string? ownFolder = null) => Attempt(() =>
    {
        var reports = new CommandReports(this);
        try
        {
            step(OpenPool(ownFolder, reports));
        }
        finally
        {
            reports.Complete();
        }
    });

    /// <summary>Does a step with each checkout that is named, or that the session stands in when none is; where it fails, the next is gone on with.</summary>
    /// <param name="items">Names, patterns of names, paths, checkouts; null for none.</param>
    private protected void ForEachCheckout(PSObject[]? items, Action<CheckoutArgument> step) =>
        ForEach(items, item => CheckoutArgument.OfAny(item, SessionState.Path), _ => true, step);

    /// <summary>The same for a step that only those with a lease are fit for: a pattern does not mean others.</summary>
    /// <param name="items">Names, patterns of names, paths, checkouts; null for none.</param>
    /// <param name="leaseId">The lease that is meant; null for any.</param>
    private protected void ForEachLeased(PSObject[]? items, string? leaseId, Action<CheckoutArgument> step) => ForEach(
        items,
        item => CheckoutArgument.Of(item, SessionState.Path),
        checkout => leaseId is null ? checkout.LeaseId is not null || checkout.State == CheckoutState.Unknown : checkout.LeaseId == leaseId,
        step);

    /// <summary>Changes a checkout, unless <c>-WhatIf</c> or <c>-Confirm</c> keep it as it is.</summary>
    /// <param name="action">What is done, for these two.</param>
    /// <param name="isEmitted">Whether what the change returns is written out.</param>
    private protected void Change(
        CheckoutArgument argument, string action, bool isEmitted, Func<Pool, CheckoutArgument, Checkout> change)
    {
        if (!ShouldProcess(argument.Text ?? Location, action))
            return;
        WithPool(
            pool =>
            {
                var checkout = change(pool, argument);
                if (isEmitted)
                    WriteObject(checkout);
            },
            argument.PoolFolder);
    }

    private void ForEach(PSObject[]? items, Func<PSObject, CheckoutArgument> read, Func<Checkout, bool> isMeant, Action<CheckoutArgument> step)
    {
        if (items is null)
            Attempt(() => step(new CheckoutArgument(Text: null, LeaseId: null, PoolFolder: null)));
        foreach (var item in items ?? [])
        {
            if (item.BaseObject is string text && CheckoutArgument.IsPattern(text))
            {
                foreach (var found in Find(text, isMeant))
                    Attempt(() => step(CheckoutArgument.AsItIs(found)));
            }
            else
            {
                Attempt(() => step(read(item)));
            }
        }
    }

    private List<Checkout> Find(string text, Func<Checkout, bool> isMeant)
    {
        var found = new List<Checkout>();
        WithPool(pool =>
        {
            var pattern = WildcardNames.Read(text);
            found.AddRange(pool.Checkouts.List(repository: null, Location, Cancellation).Where(checkout => pattern.IsMatch(checkout.Name) && isMeant(checkout)));
        });
        return found;
    }

    private Pool OpenPool(string? ownFolder, CommandReports reports)
    {
        var pool = new Pool(Pool is null ? ownFolder : FileSystemPath.Resolve(Pool, SessionState.Path), reports);
        if (ownFolder is not null && !Paths.AreSame(Paths.Real(ownFolder), pool.Path))
        {
            throw new GitprocException(
                ErrorReason.CheckoutNotFound, $"The checkout is of the pool {ownFolder}, not of {pool.Path}. Leave -Pool out.", ownFolder);
        }

        return File.Exists(pool.Path)
            ? throw new GitprocException(ErrorReason.PoolNotUsable, $"The pool {pool.Path} is a file. Name a folder.", pool.Path)
            : pool;
    }
}
