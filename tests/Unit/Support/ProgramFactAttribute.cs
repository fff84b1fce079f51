using System.Runtime.CompilerServices;
using Gitproc.Processes;

namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped if a program is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(
        string program,
        [CallerFilePath] string? sourceFilePath = null,
        [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Program = program;
        if (ProgramPath.Find(program) is null)
            Skip = $"{program} is not installed.";
    }

    public string Program { get; }

    // If the PATH has no pwsh, the build of the tests puts one there (tests/Pester/Gitproc.Pester.csproj).
#pragma warning disable CA2255 // A test program may change its own PATH.
    [ModuleInitializer]
    internal static void AddPwshToPath() =>
#pragma warning restore CA2255
        Environment.SetEnvironmentVariable(
            "PATH",
            Environment.GetEnvironmentVariable("PATH")
                + Path.PathSeparator
                + Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../out/pwsh")));
}
