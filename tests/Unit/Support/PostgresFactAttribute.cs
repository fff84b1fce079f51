using System.Runtime.CompilerServices;
using Gitproc.Support;

namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped if PostgreSQL is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute(
        [CallerFilePath] string? sourceFilePath = null,
        [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (!PostgresServer.IsInstalled)
            Skip = "PostgreSQL is not installed.";
    }
}
