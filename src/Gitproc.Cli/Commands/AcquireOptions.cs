using System.CommandLine;
using Gitproc.Leases;

namespace Gitproc.Cli.Commands;

/// <summary>What <c>acquire</c> and <c>run</c> are told alike.</summary>
internal sealed class AcquireOptions
{
    private readonly Argument<string?> _repository = new("repo")
    {
        Description = "A URL, a path, or a name the pool knows. [default: the origin of the repository you stand in]",
        HelpName = "REPO",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _noCreate = new("--no-create")
    {
        Description = "Fail when none is free instead of making one. [setting: gitproc.autoCreate]",
    };

    private readonly Option<int?> _maxCheckouts = new("--max-checkouts")
    {
        Description = "Make at most this many for the repository. [setting: gitproc.maxCheckouts]",
        HelpName = "N",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_repository);
        command.Add(_noCreate);
        command.Add(_maxCheckouts);
    }

    /// <summary>Makes the request that a command line means.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="owner">Who will own the lease.</param>
    /// <returns>The request.</returns>
    public AcquireRequest Request(ParseResult parsed, LeaseOwner owner) => new()
    {
        Repository = parsed.GetValue(_repository),
        WorkingDirectory = CurrentFolder.Path,
        Owner = owner,
        NoCreate = parsed.GetValue(_noCreate),
        MaxCheckouts = parsed.GetValue(_maxCheckouts),
    };
}
