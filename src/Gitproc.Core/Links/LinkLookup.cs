using Gitproc.Files;
using Gitproc.Git.Reading;
using Gitproc.Reports;
using Gitproc.Text;

namespace Gitproc.Links;

/// <summary>Finds the light-weight checkout that a caller means.</summary>
internal static class LinkLookup
{
    /// <summary>The checkout in a folder. One that was moved, and that git finds its way from all the same, is recorded as being there.</summary>
    /// <param name="path">The folder, absolute and real.</param>
    /// <returns>The checkout; null when the folder is that of none, or of one that cannot find its base repository.</returns>
    /// <exception cref="GitprocException">It is a copy of one.</exception>
    public static LinkState? At(string path)
    {
        if (LocalRepository.At(Path.Combine(path, ".git")) is not { } place || new LinkStore(place).Find(Path.GetFileName(place.GitDirectory)) is not { } link)
            return null;
        return RealPath.IsSame(link.Path, path) ? link : LinkRepair.Repair(path);
    }

    /// <summary>Finds a checkout of a base repository.</summary>
    /// <param name="place">The base repository; null when only a path can be meant.</param>
    /// <param name="link">A name, or a path.</param>
    /// <param name="workingDirectory">The folder the caller stands in, absolute.</param>
    /// <returns>The checkout.</returns>
    /// <exception cref="GitprocException">There is none.</exception>
    public static LinkState Find(RepositoryPlace? place, string link, string workingDirectory)
    {
        var path = RealPath.Of(Path.GetFullPath(link, workingDirectory));
        var known = place is null ? [] : new LinkStore(place).List();
        if ((known.FirstOrDefault(state => state.Name == link) ?? known.FirstOrDefault(state => RealPath.IsSame(state.Path, path))) is { } found)
            return found;
        if (At(path) is { } there)
            return there;
        var hint = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName)) is { } file ? $" {LinkRepair.NothingYet(path, file) ?? $"{path} has lost its base repository: gitproc link repair {link}"}"
            : known.Count > 0 ? $" There is {string.Join(", ", known.Select(state => state.Name))}."
            : "";
        throw new GitprocException(
            ErrorReason.LinkNotFound, $"{(place is null ? "Here is" : place.Top + " has")} no light-weight checkout '{PrintableText.Of(link)}'.{hint}", link);
    }
}
