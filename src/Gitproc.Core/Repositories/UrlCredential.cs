namespace Gitproc.Repositories;

/// <summary>What was cut from a URL so that it is kept nowhere.</summary>
/// <param name="UserName">The user name; it may be a token.</param>
/// <param name="Password">The password; null when there was only a user name.</param>
internal sealed record UrlCredential(string UserName, string? Password)
{
    /// <summary>Reads a user name and password as they stand in a URL (credential.c, credential_from_url).</summary>
    /// <param name="userName">The user name, encoded.</param>
    /// <param name="password">The password, encoded; null when there is none.</param>
    /// <returns>The credential; null when both are empty.</returns>
    public static UrlCredential? Decode(string userName, string? password) =>
        userName.Length == 0 && string.IsNullOrEmpty(password)
            ? null
            : new UrlCredential(Uri.UnescapeDataString(userName), password is null ? null : Uri.UnescapeDataString(password));

    /// <summary>Shows nothing.</summary>
    /// <returns>Three stars.</returns>
    public override string ToString() => "***";
}
