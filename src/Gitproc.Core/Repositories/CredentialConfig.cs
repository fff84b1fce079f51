namespace Gitproc.Repositories;

/// <summary>Gives a password from a URL to one git call, so that no file and no list of processes shows it.</summary>
internal static class CredentialConfig
{
    private const string UserNameVariable = "GITPROC_URL_USERNAME";
    private const string PasswordVariable = "GITPROC_URL_PASSWORD";

    // gitcredentials(7), "CUSTOM HELPERS": git's own shell runs it. It holds no text of the user's.
    private const string Helper =
        $"!f() {{ test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"${UserNameVariable}\" \"${PasswordVariable}\"; }}; f";

    /// <summary>The config entries that make git use the credential for the host of a URL, and ask no other helper:
    /// those would be told to store it.</summary>
    /// <param name="url">The URL, without user info.</param>
    public static IReadOnlyList<(string Key, string Value)> For(string url, UrlCredential credential)
    {
        var host = new Uri(url).GetLeftPart(UriPartial.Authority);
        // As the URL was written no insteadOf fits it; without its user info one might. This one is the longest.
        (string, string) asWritten = ($"url.{url}.insteadOf", url);
        return credential.Password is null
            ? [asWritten, ($"credential.{host}.username", credential.UserName)]
            : [asWritten, ($"credential.{host}.helper", ""), ($"credential.{host}.helper", Helper)];
    }

    /// <summary>The variables that the config entries read.</summary>
    public static IReadOnlyList<(string Name, string Value)> Variables(UrlCredential credential) =>
        credential.Password is null
            ? []
            : [(UserNameVariable, credential.UserName), (PasswordVariable, credential.Password)];
}

/// <summary>The user name and password that were cut from a URL, so that they are stored nowhere.</summary>
/// <param name="Password">The password; null if there was only a user name.</param>
internal sealed record UrlCredential(string UserName, string? Password)
{
    /// <summary>Reads a user name and password as a URL has them (credential.c, credential_from_url).</summary>
    /// <param name="password">The password, encoded; null if there is none.</param>
    /// <returns>The credential; null if both are empty.</returns>
    public static UrlCredential? Decode(string userName, string? password) =>
        userName.Length == 0 && string.IsNullOrEmpty(password)
            ? null
            : new UrlCredential(
                Uri.UnescapeDataString(userName), password is null ? null : Uri.UnescapeDataString(password));

    /// <summary>Shows nothing.</summary>
    public override string ToString() => "***";
}
