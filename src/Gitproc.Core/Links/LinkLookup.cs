using Gitproc.Repositories;

namespace Gitproc.Links;

/// <summary>Finds the light-weight checkout that a caller means.</summary>
internal static class LinkLookup
{
    /// <summary>The checkout that a folder is in.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <returns>The checkout; null when the folder is in none, or in one that was moved and cannot find its base repository.</returns>
    public static LinkState? Around(string folder) =>
        LocalRepository.Around(folder) is var (place, _) ? new LinkStore(place).Find(Path.GetFileName(place.GitDirectory)) : null;

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
        if ((known.FirstOrDefault(state => state.Name == link) ?? known.FirstOrDefault(state => state.Path == path)) is { } found)
            return found;
        if (Around(path) is { } there && there.Path == path)
            return there;
        var hint = GitlinkFile.Read(Path.Combine(path, GitlinkFile.FileName)) is not null ? $" {path} has lost its base repository: gitproc link repair {link}"
            : known.Count > 0 ? $" There is {string.Join(", ", known.Select(state => state.Name))}."
            : "";
        throw new GitprocException(
            ErrorReason.LinkNotFound, $"{(place is null ? "Here" : place.Top)} is no light-weight checkout '{link}'.{hint}", link);
    }
}
