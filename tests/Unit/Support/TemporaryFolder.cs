namespace Gitproc.Unit.Support;

/// <summary>A folder of a test's own, gone when the test is over. Its path has no links in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Gitproc.Repositories.RealPath.Of(Directory.CreateTempSubdirectory("gitproc-test-").FullName);

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => FolderRemoval.TryRemove(Path);
}
