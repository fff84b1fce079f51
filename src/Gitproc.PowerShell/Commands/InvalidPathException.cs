namespace Gitproc.PowerShell.Commands;

/// <summary>An argument is not a path of the file system, but should be.</summary>
/// <param name="message">The message for the user, without passwords.</param>
/// <param name="target">The argument, without passwords.</param>
internal sealed class InvalidPathException(string message, string target, Exception? inner = null)
    : Exception(message, inner)
{
    public string Target { get; } = target;
}
