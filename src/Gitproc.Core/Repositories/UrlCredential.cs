namespace Gitproc.Repositories;

/// <summary>What was cut from a URL so that it is kept nowhere.</summary>
/// <param name="UserName">The user name; it may be a token.</param>
/// <param name="Password">The password; null when there was only a user name.</param>
internal sealed record UrlCredential(string UserName, string? Password)
{
    /// <summary>Shows nothing.</summary>
    /// <returns>Three stars.</returns>
    public override string ToString() => "***";
}
