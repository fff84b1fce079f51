using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Repositories;

/// <summary>The errors about addresses. What they tell of an address holds nothing secret.</summary>
internal static class AddressError
{
    /// <summary>Makes the error of a text that is no address.</summary>
    public static GitprocException Invalid(string text, string why)
    {
        var shown = SecretText.Hide(text);
        return new GitprocException(
            ErrorReason.InvalidAddress,
            $"{(shown.Length == 0 ? "This" : $"'{shown}'")} is not the address of a repository: {why}. Give a URL, a path, or a name the pool knows.",
            shown);
    }

    /// <summary>Makes the error of a path where no repository is.</summary>
    /// <param name="path">The path, absolute.</param>
    public static GitprocException NothingAt(string path, string text) =>
        new(ErrorReason.UnknownRepository, $"There is no git repository at {SecretText.Hide(path)}.", SecretText.Hide(text));
}
