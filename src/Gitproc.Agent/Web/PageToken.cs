using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Gitproc.Reports;

namespace Gitproc.Agent.Web;

/// <summary>
/// The secret that opens the page. Browsers ask the user for it (Basic, with any name), and programs send it as a
/// Bearer token. It comes from a file or from a variable. Everybody on a machine sees its command lines.
/// </summary>
internal sealed class PageToken
{
    /// <summary>The variable with the token.</summary>
    public const string Variable = "GITPROC_PAGE_TOKEN";

    private const int ShortestLength = 16;

    private readonly byte[] _hash;

    private PageToken(string token) => _hash = Hash(token);

    /// <summary>Reads the token. What this program starts does not get the variable.</summary>
    /// <param name="file">The file with the token; null for the variable.</param>
    /// <returns>The token; null if there is none.</returns>
    /// <exception cref="GitprocException">The file cannot be read, or the token is too short.</exception>
    public static PageToken? Read(string? file)
    {
        var token = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        var from = Variable;
        if (file is not null)
            (token, from) = (ReadFile(file), file);
        token = token?.Trim();
        return token is null ? null
            : token.Length >= ShortestLength ? new PageToken(token)
            : throw Invalid($"The token of {from} is too short: it needs {ShortestLength} characters or more.");
    }

    /// <summary>True if the header of a request has the token.</summary>
    /// <param name="authorization">The header <c>Authorization</c>; empty for none.</param>
    public bool IsIn(string authorization) =>
        AuthenticationHeaderValue.TryParse(authorization, out var header)
        && Named(header) is { } named
        && CryptographicOperations.FixedTimeEquals(Hash(named), _hash);

    private static string? Named(AuthenticationHeaderValue header)
    {
        if (string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase))
            return header.Parameter;
        if (!string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[(header.Parameter?.Length ?? 0) + 1];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static string ReadFile(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0)
                throw Invalid($"Anybody may read the token in {file}. Take that away: chmod o-r '{file}'");
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"The token cannot be read: {e.Message}");
        }
    }

    private static GitprocException Invalid(string text) => new(ErrorReason.InvalidSetting, text);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
