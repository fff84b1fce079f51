namespace Gitproc.Cli.Commands;

/// <summary>A path on another machine, as scp and rsync spell it: <c>host:/path</c>.</summary>
/// <param name="Machine">The machine, as ssh or the fleet knows it.</param>
/// <param name="Path">The path, or the name of a checkout.</param>
internal sealed record MachinePath(string Machine, string Path)
{
    /// <summary>Reads it.</summary>
    /// <returns>Null for a path or name of this machine: no colon precedes its first slash.</returns>
    public static MachinePath? Parse(string? text)
    {
        // An address of IPv6 has colons.
        var start = text is ['[', ..] ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        if (text is null || start < 0)
            return null;
        var end = text.IndexOf(':', start);
        var isDrive = OperatingSystem.IsWindows() && end == 1;
        return end < 1 || isDrive || text.AsSpan(0, end).ContainsAny('/', '\\')
            ? null
            : new MachinePath(start == 0 ? text[..end] : text[1..start], text[(end + 1)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => Machine.Contains(':', StringComparison.Ordinal)
        ? $"[{Machine}]:{Path}"
        : $"{Machine}:{Path}";
}
