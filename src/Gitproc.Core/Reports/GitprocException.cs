using Gitproc.Text;

namespace Gitproc.Reports;

/// <summary>Why an operation was refused. The names are stable: front ends make error ids of them.</summary>
public enum ErrorReason
{
    /// <summary>The text is not an address of a repository.</summary>
    InvalidAddress,

    /// <summary>No repository of that name is known to the pool, or nothing is at that path.</summary>
    UnknownRepository,

    /// <summary>More than one repository known to the pool has that name.</summary>
    AmbiguousRepository,

    /// <summary>No address was given and the caller stands in no repository with a remote to infer it from.</summary>
    NoRepositoryHere,

    /// <summary>Every checkout of the repository is taken and none may be made.</summary>
    NoCheckoutAvailable,

    /// <summary>The pool has no such checkout.</summary>
    CheckoutNotFound,

    /// <summary>The checkout is not locked.</summary>
    NotLocked,

    /// <summary>The lease of the checkout belongs to another live process tree.</summary>
    HeldByOther,

    /// <summary>The process that should own a lease does not run.</summary>
    OwnerNotRunning,

    /// <summary>A git command failed.</summary>
    GitFailed,

    /// <summary>There is no git on the PATH.</summary>
    GitNotFound,

    /// <summary>The pool folder cannot be made or used.</summary>
    PoolNotUsable,

    /// <summary>The pool's database was written by a newer version, or cannot be read.</summary>
    DatabaseNotUsable,

    /// <summary>A setting in git's config or in the environment has a value that makes no sense.</summary>
    InvalidSetting,

    /// <summary>The operating system did not tell which processes run.</summary>
    ProcessesNotKnown,

    /// <summary>The text is no name of a branch, tag, commit or ref, or cannot be that of a new branch.</summary>
    InvalidRef,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    RefNotFound,

    /// <summary>What a job left in the checkout could not be rescued, and is not thrown away without being told to.</summary>
    NotRescued,

    /// <summary>A process that this one waits for was stopped, and does not go on.</summary>
    ProcessStopped,

    /// <summary>Processes run in the checkout.</summary>
    InUse,

    /// <summary>A filter pattern is not a regular expression.</summary>
    InvalidPattern,

    /// <summary>What a job left in a checkout takes more than may be rescued.</summary>
    LeftoversTooLarge,

    /// <summary>Something in a checkout could not be removed or put back.</summary>
    CannotClean,

    /// <summary>There is no such rescue.</summary>
    RescueNotFound,

    /// <summary>There is no such light-weight checkout.</summary>
    LinkNotFound,

    /// <summary>No base repository of a light-weight checkout is found.</summary>
    BaseNotFound,

    /// <summary>A <c>.gitlink</c> file is garbage, or leads nowhere, or to two places.</summary>
    InvalidLink,

    /// <summary>Another light-weight checkout has that name.</summary>
    NameTaken,

    /// <summary>Something is in the way where a light-weight checkout is to be.</summary>
    PathTaken,

    /// <summary>The outputs of a CI step cannot be set here.</summary>
    NoStepOutput,

    /// <summary>Two things are wanted that exclude each other.</summary>
    ConflictingOptions,

    /// <summary>A span of time is too short or too long for what it is given for.</summary>
    InvalidDuration,

    /// <summary>What is to be shown with a lease has no name, or one that cannot be told from its value.</summary>
    InvalidEnvironment,
}

/// <summary>
/// An operation was refused or failed. The message is one or a few complete sentences for the user: what happened, and
/// to which object. The gitproc command that helps is <see cref="Hint"/>. Neither holds a password, and nothing that a terminal or a CI system
/// obeys: a name in it may be chosen by a job or a remote.
/// </summary>
public sealed class GitprocException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The stable reason.</param>
    /// <param name="message">What the user is told.</param>
    /// <param name="target">What it is about: a checkout's name, a repository's key, a path; null if nothing.</param>
    /// <param name="inner">The cause, if another exception is one.</param>
    public GitprocException(ErrorReason reason, string message, string? target = null, Exception? inner = null)
        : base(PrintableText.OfLines(message), inner)
    {
        Reason = reason;
        Target = target;
    }

    /// <summary>The stable reason.</summary>
    public ErrorReason Reason { get; }

    /// <summary>What the error is about; null if nothing.</summary>
    public string? Target { get; }

    /// <summary>The gitproc command that helps, to be shown after the message; null if there is none.</summary>
    public Hint? Hint { get; init; }
}
