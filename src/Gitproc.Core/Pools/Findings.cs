using Gitproc.Reports;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>Collects findings. Texts are made printable, and passwords in URLs are hidden.</summary>
/// <param name="spell">Writes the name of an option as the front end's users type it.</param>
internal sealed class Findings(Func<string, string> spell)
{
    private readonly List<PoolFinding> _all = [];

    public IReadOnlyList<PoolFinding> All => _all;

    public void Ok(string subject, string text) => Add(subject, FindingState.Ok, text);

    public void Notice(string subject, string text, Hint? hint = null) =>
        Add(subject, FindingState.Notice, text, hint);

    public void Problem(string subject, string text, Hint? hint = null) =>
        Add(subject, FindingState.Problem, text, hint);

    /// <summary>Adds a problem that a command of another program solves.</summary>
    /// <param name="text">The text up to the command.</param>
    public void Problem(string subject, string text, string command) =>
        Add(subject, FindingState.Problem, text + command, command);

    /// <summary>Runs a part of the check. If it fails, its error is a finding, and the check goes on.</summary>
    public void Try(string subject, Action part)
    {
        try
        {
            part();
        }
        catch (GitprocException e)
        {
            Problem(subject, e.Message, e.Hint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem(subject, e.Message);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            Problem(subject, $"SQLite cannot be loaded: {e.InnerException?.Message ?? e.Message}");
        }
        catch (SqliteException e)
        {
            Problem(subject, $"SQLite cannot read it: {e.Message}");
        }
    }

    private void Add(string subject, FindingState state, string text, Hint? hint = null)
    {
        var command = hint is null ? null : hint with { Lead = "", End = "" };
        Add(subject, state, text + hint?.Write(spell), command?.Write(spell));
    }

    private void Add(string subject, FindingState state, string text, string? command) => _all.Add(new PoolFinding
    {
        Subject = PrintableText.Of(subject),
        State = state,
        // What git says may have more lines than one.
        Text = PrintableText.Of(Redaction.Redact(text).ReplaceLineEndings(" ")),
        Command = command is null ? null : PrintableText.Of(command),
    });
}
