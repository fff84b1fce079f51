using System.Management.Automation.Runspaces;

namespace Gitproc.PowerShell;

/// <summary>
/// The variables of a checkout in the environment of this process, while a block runs in it. All runspaces of a process
/// share its environment, so they are set only in the session's own. Blocks that run there at the same time are nested.
/// </summary>
internal sealed class BlockVariables
{
    private const int OwnRunspace = 1;

    private readonly List<(string Name, string? Before)> _set = [];

    /// <summary>Sets the variables.</summary>
    /// <returns>A warning if variables of the user are not set; otherwise null.</returns>
    public string? Set(IReadOnlyDictionary<string, string> variables)
    {
        if (Runspace.DefaultRunspace?.Id != OwnRunspace)
        {
            var ofUser = variables.Keys.Where(name => !name.StartsWith("GITPROC_", StringComparison.Ordinal));
            return ofUser.FirstOrDefault() is { } one
                ? $"{one} is not set in this block, because all runspaces of a process share its environment. "
                    + "For a program that needs it, use the command gitproc run."
                : null;
        }

        foreach (var (name, value) in variables)
        {
            _set.Add((name, Environment.GetEnvironmentVariable(name)));
            Environment.SetEnvironmentVariable(name, value);
        }

        return null;
    }

    /// <summary>Gives the variables the values that they had before.</summary>
    public void Restore()
    {
        foreach (var (name, before) in _set)
            Environment.SetEnvironmentVariable(name, before);
    }
}
