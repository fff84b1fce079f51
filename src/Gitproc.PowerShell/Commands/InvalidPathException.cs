namespace Gitproc.PowerShell.Commands;

/// <summary>An argument that should be a path of the file system is none.</summary>
/// <param name="message">What the user is told; without a password.</param>
/// <param name="target">The argument; without a password.</param>
internal sealed class InvalidPathException(string message, string target, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The argument.</summary>
    public string Target { get; } = target;
}
