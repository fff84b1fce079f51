using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>Errors about addresses. They show no secret of an address.</summary>
internal static class AddressError
{
    public static GitprocException Invalid(string text, string why)
    {
        var shown = SecretText.Hide(text);
        return new GitprocException(
            ErrorReason.InvalidAddress,
            $"{(shown.Length == 0 ? "This" : $"'{shown}'")} is not the address of a repository: {why}. Give a URL, a path, or a name the pool knows.",
            shown);
    }

    public static GitprocException NothingAt(string path, string text) =>
        new(
            ErrorReason.UnknownRepository,
            $"There is no git repository at {SecretText.Hide(path)}.",
            SecretText.Hide(text));
}
