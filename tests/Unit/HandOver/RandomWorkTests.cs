using System.Text;

namespace Gitproc.Unit.HandOvers;

/// <summary>Whatever a job does in whatever order: the checkout is clean after it, and the work comes back.</summary>
public sealed class RandomWorkTests : IDisposable
{
    private static readonly string[] Steps =
    [
        "echo $RANDOM >> file-$N.txt", "git add -A .", "git commit -q --allow-empty -am c$I", "git checkout -q -b b$I", "git stash push -q -u -m s$I",
        "git rm -q --cached file-$N.txt", "git mv file-$N.txt moved-$I", "chmod +x file-$N.txt", "rm -f file-$N.txt; ln -s file-1.txt file-$N.txt",
        "git tag -a -m t t$I", "git tag l$I", "mkdir -p d$N/e; echo $I > d$N/e/f", "git merge -q origin/other", "git rebase -q origin/other", "git cherry-pick origin/other",
        "git checkout -q --detach", "git checkout -q main", "rm -rf folder", "echo $I > folder", "git init -q n$N; (cd n$N; echo x > x; git add x; git commit -qm x)",
        "git notes add -f -m n$I", "git reset -q HEAD~", "git update-index --assume-unchanged file-$N.txt", "git add -p < /dev/null", "touch x$I.o", "git config user.name n$I",
        "git branch -f other origin/other; git branch -u origin/other other", "git add -N d$N/e/f", "printf 'a\\r\\nb\\0' > bin$I", "rm -f .gitignore",
    ];

    private readonly HandOverFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Is_gone_and_comes_back(int seed)
    {
        var fresh = HandOverFixture.Snapshot(_fixture.Path);
        var random = new Random(seed);
        var script = new StringBuilder("set +e\n");
        for (var i = 0; i < 12; i++)
            script.Append($"RANDOM={random.Next(9999)} I={i} N={random.Next(3)}\n{Steps[random.Next(Steps.Length)]}\n");
        script.Append("true");
        _fixture.Job(script.ToString());
        var answers = HandOverFixture.Answers(_fixture.Path);

        var rescue = _fixture.HandOver();

        var left = HandOverFixture.Snapshot(_fixture.Path);
        foreach (var ignored in left.Keys.Where(key => key.EndsWith(".o", StringComparison.Ordinal)).ToList())
            left.Remove(ignored);
        Assert.Equal(fresh, left);
        if (rescue is not null)
            _fixture.Restore(rescue, _fixture.Path);
        if (rescue is not null)
            Assert.True(answers == HandOverFixture.Answers(_fixture.Path), $"{script}\n{answers}\n---\n{HandOverFixture.Answers(_fixture.Path)}");
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(int.Parse(Environment.GetEnvironmentVariable("GITPROC_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture), 30)];
}
