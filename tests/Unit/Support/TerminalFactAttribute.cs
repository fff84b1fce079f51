namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped where no pseudo-terminal can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (OperatingSystem.IsWindows() || ProgramPath.Find("python3") is null)
            Skip = "There is no python3, which makes the pseudo-terminal.";
    }
}
