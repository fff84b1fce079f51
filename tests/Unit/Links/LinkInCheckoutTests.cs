using Gitproc.Unit.Support;

namespace Gitproc.Unit.Links;

/// <summary>
/// A light-weight checkout that a job made inside of its checkout of the pool: a nested repository to recycling.
/// </summary>
public sealed class LinkInCheckoutTests : IDisposable
{
    private readonly UserFixture _user = new();

    public LinkInCheckoutTests() => _user.MakeSource("echo a > a; git add .; git commit -qm first; git branch todo");

    public void Dispose() => _user.Dispose();

    private static string Gitproc => $"'{GitprocProgram.File}' --pool '{Path.GetTempPath()}none'";

    [Fact]
    public void One_that_holds_no_work_goes() =>
        _user.Round($"{Gitproc} link todo; {Gitproc} link in/side v1 2> /dev/null || true", isWork: false);

    [Theory]
    [InlineData("echo x > todo/x")]
    [InlineData("echo x > todo/a; git -C todo add a")]
    [InlineData("cd todo; git checkout -q --detach; git commit -q --allow-empty -m detached")]
    [InlineData("cd todo; git commit -q --allow-empty -m on-branch")]
    public void Work_in_one_comes_back(string job)
    {
        var restored = _user.Round($"{Gitproc} link todo; {job}");
        _user.Run(restored!, "git -C todo status; git -C todo fsck --no-progress 2> /dev/null; git -C todo log -1");
    }
}
