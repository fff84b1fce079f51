using Gitproc.Checkouts.Recycling;
using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

public sealed class PristineFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // What was written into refs/heads/main is in refs/heads/Main, where case makes no other file.
    [Fact]
    public void What_has_its_name_in_another_case_stays_and_gets_the_name_that_it_should_have()
    {
        Write("refs/heads/Main", "id");
        Write("Logs/HEAD", "log");
        using (var folder = RawFolder.Open(_folder.Path))
        {
            var pristine = new PristineFolder(folder, new NameComparer(ignoresCase: true));
            foreach (var path in (string[])["refs", "refs/heads", "refs/heads/main", "logs", "logs/HEAD"])
                pristine.Keep(RawText.FromText(path));
            pristine.RemoveRest();
        }

        Assert.Equal(["logs/HEAD", "refs/heads/main"], Files().Order());
        Assert.Equal("id", File.ReadAllText(_folder["refs/heads/main"]));
    }

    [Fact]
    public void Where_case_counts_it_is_not_taken_for_what_was_written()
    {
        Write("HOOKS/pre-commit", "job");
        Write("CONFIG", "job");
        using (var folder = RawFolder.Open(_folder.Path))
        {
            Assert.SkipWhen(folder.Find("config"u8) is not null, "Case does not count here.");
            var pristine = new PristineFolder(folder, new NameComparer(ignoresCase: true));
            pristine.MakeFolder("hooks"u8);
            pristine.Write("config"u8, "pool"u8);
            pristine.RemoveRest();
        }

        Assert.Equal(["config"], Files());
        Assert.Equal("pool", File.ReadAllText(_folder["config"]));
    }

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], content);
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Select(file => Paths.Relative(_folder.Path, file));
}
