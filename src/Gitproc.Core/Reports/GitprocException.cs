using Gitproc.Text;

namespace Gitproc.Reports;

/// <summary>Why an operation was refused. The names are stable: front ends make error ids of them.</summary>
public enum ErrorReason
{
    /// <summary>The text is not an address of a repository.</summary>
    InvalidAddress,

    /// <summary>The pool knows no repository of that name, or there is none at that path.</summary>
    UnknownRepository,

    /// <summary>The pool knows more than one repository of that name.</summary>
    AmbiguousRepository,

    /// <summary>No repository was named, and the working directory is in none that has a remote.</summary>
    NoRepositoryHere,

    /// <summary>Every checkout of the repository is in use, and no new one may be made.</summary>
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

    /// <summary>A setting in git's config or in the environment has an invalid value.</summary>
    InvalidSetting,

    /// <summary>The operating system did not list the running processes.</summary>
    ProcessesNotKnown,

    /// <summary>The text cannot name a branch, tag, commit or ref, or not a new branch.</summary>
    InvalidRef,

    /// <summary>The repository has no such branch, tag or commit.</summary>
    RefNotFound,

    /// <summary>What is to be checked out is at another commit than the caller expects.</summary>
    UnexpectedCommit,

    /// <summary>
    /// Work in the checkout could not be rescued, and is not thrown away without the caller's consent.
    /// </summary>
    NotRescued,

    /// <summary>A process that this one waits for is stopped (SIGSTOP).</summary>
    ProcessStopped,

    /// <summary>Processes run in the checkout.</summary>
    InUse,

    /// <summary>A filter pattern is not a regular expression.</summary>
    InvalidPattern,

    /// <summary>Work in a checkout is larger than may be rescued.</summary>
    LeftoversTooLarge,

    /// <summary>A file in a checkout could not be removed or restored.</summary>
    CannotClean,

    /// <summary>There is no such rescue.</summary>
    RescueNotFound,

    /// <summary>The beginning of an id fits several rescues.</summary>
    AmbiguousRescue,

    /// <summary>There is no such light-weight checkout.</summary>
    LinkNotFound,

    /// <summary>No base repository of a light-weight checkout is found.</summary>
    BaseNotFound,

    /// <summary>A <c>.gitlink</c> file is invalid, leads nowhere, or is ambiguous.</summary>
    InvalidLink,

    /// <summary>Another light-weight checkout has that name.</summary>
    NameTaken,

    /// <summary>The path of a new light-weight checkout is taken.</summary>
    PathTaken,

    /// <summary>There is no CI step here whose outputs can be set.</summary>
    NoStepOutput,

    /// <summary>Two options exclude each other.</summary>
    ConflictingOptions,

    /// <summary>A duration is too short or too long for its purpose.</summary>
    InvalidDuration,

    /// <summary>A property of a lease has no name, or a name that cannot be told from its value.</summary>
    InvalidEnvironment,

    /// <summary>A command of the user that runs when a checkout is made or acquired has failed.</summary>
    HookFailed,

    /// <summary>A file of the user could not be copied into a checkout.</summary>
    CopyFailed,

    /// <summary>Uncommitted changes of a clone cannot be brought into a checkout.</summary>
    CannotCarry,

    /// <summary>The repository proposes no setup for its checkouts.</summary>
    NoSetup,

    /// <summary>What the repository proposes cannot be used, or is not what the user has seen.</summary>
    InvalidSetup,

    /// <summary>Nobody answered a question that must be answered.</summary>
    NotAnswered,

    /// <summary>The fleet's database cannot be reached.</summary>
    FleetNotReachable,

    /// <summary>The fleet's database refuses, is of another version, or knows nothing of this machine.</summary>
    FleetNotUsable,

    /// <summary>No agent runs on this machine, or it does not answer.</summary>
    AgentNotRunning,

    /// <summary>Another machine cannot be reached.</summary>
    MachineNotReachable,

    /// <summary>Another machine has no gitproc that can be used.</summary>
    MachineNotUsable,

    /// <summary>Another machine does not let its fleet do that.</summary>
    MachineRefuses,

    /// <summary>The connection to another machine has ended while it worked.</summary>
    ConnectionLost,
}

/// <summary>
/// An operation was refused or failed. The message is one or a few complete sentences for the user: what happened, and
/// to which object. The gitproc command that helps is <see cref="Hint"/>. Neither holds a password, and nothing that a
/// terminal or a CI system obeys: a name in it may be chosen by a job or a remote.
/// </summary>
public sealed class GitprocException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The stable reason.</param>
    /// <param name="message">The message for the user.</param>
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

    /// <summary>The object of the error, for example a checkout; null if there is none.</summary>
    public string? Target { get; }

    /// <summary>The gitproc command that helps, to be shown after the message; null if there is none.</summary>
    public Hint? Hint { get; init; }
}
