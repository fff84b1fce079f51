namespace Gitproc.Repositories;

/// <summary>Hands a password from a URL to one git call, so that it stands in no file and no process list.</summary>
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
    /// <param name="credential">What was cut from it.</param>
    /// <returns>The entries.</returns>
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
    /// <param name="credential">What was cut from the URL.</param>
    /// <returns>Names and values.</returns>
    public static IReadOnlyList<(string Name, string Value)> Variables(UrlCredential credential) =>
        credential.Password is null
            ? []
            : [(UserNameVariable, credential.UserName), (PasswordVariable, credential.Password)];
}
