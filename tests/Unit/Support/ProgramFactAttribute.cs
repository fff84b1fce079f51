using System.Runtime.CompilerServices;

namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped where a program is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program, [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Program = program;
        if (ProgramPath.Find(program) is null)
            Skip = $"{program} is not installed.";
    }

    public string Program { get; }
}
