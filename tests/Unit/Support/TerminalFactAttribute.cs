using System.Runtime.CompilerServices;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped if no pseudo-terminal can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute(
        [CallerFilePath] string? sourceFilePath = null,
        [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has no pseudo-terminals that python3 could make.";
        else if (ProgramPath.Find("python3") is null)
            Skip = "python3 is not installed.";
    }
}
