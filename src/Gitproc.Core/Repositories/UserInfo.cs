namespace Gitproc.Repositories;

/// <summary>The user name and password in an address, and the text around them.</summary>
/// <param name="UserName">The user name; null when there is no user info.</param>
/// <param name="Password">The password; null when there is none.</param>
/// <param name="Before">The text that they follow.</param>
/// <param name="Rest">The text that follows them, a bracket of the host included that they were written in.</param>
internal sealed record UserInfo(string? UserName, string? Password, string Before, string Rest)
{
    /// <summary>
    /// Splits what stands before a path. A password may have an @ in it: the last one ends it. git takes
    /// <c>[user@::1]</c> for <c>user@[::1]</c> (connect.c, host_end).
    /// </summary>
    /// <param name="text">The address.</param>
    /// <param name="begin">Where user info or host begin in it.</param>
    /// <param name="end">Where the host and its port end.</param>
    /// <returns>The user info.</returns>
    public static UserInfo Split(string text, int begin, int end)
    {
        var at = text.LastIndexOf('@', Math.Max(end - 1, 0), end - begin);
        if (at < 0)
            return new UserInfo(null, null, text[..begin], text[begin..]);
        var bracket = text[begin] == '[' ? "[" : "";
        var user = text[(begin + bracket.Length)..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        var (name, password) = colon < 0 ? (user, null) : (user[..colon], user[(colon + 1)..]);
        return new UserInfo(name, password, text[..begin], bracket + text[(at + 1)..]);
    }

    /// <summary>Writes the address with no password.</summary>
    /// <param name="userName">The user name; null for none.</param>
    /// <returns>The address.</returns>
    public string Write(string? userName) => userName is null ? Before + Rest : $"{Before}{userName}@{Rest}";
}
