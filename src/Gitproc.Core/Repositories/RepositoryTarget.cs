using Gitproc.Registry;

namespace Gitproc.Repositories;

/// <summary>The repository that a caller means.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Url">Its URL, without a password.</param>
/// <param name="Credential">The password that was in the URL; null when none was.</param>
/// <param name="Known">Its row; null when the pool has not met it.</param>
/// <param name="IsByName">Whether it was named by its name in the pool, so that any URL of it is as good.</param>
internal sealed record RepositoryTarget(
    string Key, string Url, UrlCredential? Credential, RepositoryRow? Known, bool IsByName);
