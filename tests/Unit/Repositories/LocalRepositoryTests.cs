using Gitproc.Git.Reading;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Repositories;

public sealed class LocalRepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_path_to_a_repository_finds_it()
    {
        UnixTools.SkipWithoutLinks();
        var repository = TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(repository, "worktree", "add", "--quiet", _folder["linked"], "other");
        Directory.CreateSymbolicLink(_folder["link"], repository);
        Directory.CreateDirectory(_folder["deep"]);
        Directory.CreateSymbolicLink(_folder["deep/up"], "..");

        foreach (var path in (string[])["repo", "repo/", "repo/.git", "link", "link/.git", "linked", "deep/up/repo"])
            Assert.Equal(repository, LocalRepository.Find(_folder[path]));
    }

    [Fact]
    public void Up_from_a_link_is_above_what_it_leads_to()
    {
        UnixTools.SkipWithoutLinks();
        var repository = TestGit.MakeRepository(_folder["there/repo"]);
        Directory.CreateDirectory(_folder["there/inner"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["there/inner"]);

        Assert.Equal(repository, LocalRepository.Find(_folder["link/../repo"]));
    }

    [Fact]
    public async Task A_pipe_is_not_read()
    {
        Directory.CreateDirectory(_folder["repo"]);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [_folder["repo/.git"]]))
            await mkfifo.WaitForExitAsync();

        Assert.Null(await Task.Run(() => LocalRepository.Find(_folder["repo"])).WaitAsync(Eventually.Limit));
    }

    [Fact]
    public void A_bare_repository_is_found_without_its_ending()
    {
        TestGit.Run(_folder.Path, "init", "--quiet", "--bare", "repo.git");
        Assert.Equal(_folder["repo.git"], LocalRepository.Find(_folder["repo.git"]));
        Assert.Equal(_folder["repo.git"], LocalRepository.Find(_folder["repo"]));
    }

    [Fact]
    public void With_and_without_the_ending_are_two_when_both_are_there()
    {
        TestGit.MakeRepository(_folder["repo"]);
        TestGit.Run(_folder.Path, "init", "--quiet", "--bare", "repo.git");
        Assert.Equal(_folder["repo"], LocalRepository.Find(_folder["repo"]));
        Assert.Equal(_folder["repo.git"], LocalRepository.Find(_folder["repo.git"]));
    }

    [Fact]
    public void A_folder_without_a_repository_is_none()
    {
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Null(LocalRepository.Find(_folder["empty"]));
        Assert.Null(LocalRepository.Find(_folder["missing"]));
    }

    [Fact]
    public void A_loop_of_links_ends()
    {
        UnixTools.SkipWithoutLinks();
        File.CreateSymbolicLink(_folder["a"], "b");
        File.CreateSymbolicLink(_folder["b"], "a");
        Assert.Null(LocalRepository.Find(_folder["a"]));
    }
}
