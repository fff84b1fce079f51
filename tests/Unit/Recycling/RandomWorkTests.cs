using System.Text;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Recycling;

/// <summary>Whatever a job does in whatever order: the checkout is clean after it, and the work comes back.</summary>
public sealed class RandomWorkTests : IDisposable
{
    private static readonly string[] Steps =
    [
        "echo $RANDOM >> file-$N.txt",
        "git add -A .",
        "git commit -q --allow-empty -am c$I",
        "git checkout -q -b b$I",
        "git stash push -q -u -m s$I",
        "git rm -q --cached file-$N.txt",
        "git mv file-$N.txt moved-$I",
        "chmod +x file-$N.txt",
        "rm -f file-$N.txt; ln -s file-1.txt file-$N.txt",
        "git tag -a -m t t$I",
        "git tag l$I",
        "mkdir -p d$N/e; echo $I > d$N/e/f",
        "git merge -q origin/other",
        "git rebase -q origin/other",
        "git cherry-pick origin/other",
        "git checkout -q --detach",
        "git checkout -q main",
        "rm -rf folder",
        "echo $I > folder",
        "git init -q n$N; (cd n$N; echo x > x; git add x; git commit -qm x)",
        "git notes add -f -m n$I",
        "git reset -q HEAD~",
        "git update-index --assume-unchanged file-$N.txt",
        "git add -p < /dev/null",
        "touch x$I.o",
        "git config user.name n$I",
        "git branch -f other origin/other; git branch -u origin/other other",
        "git add -N d$N/e/f",
        "printf 'a\\r\\nb\\0' > bin$I",
        "rm -f .gitignore",
        "echo $I > k$I; chmod 600 k$I",
        "mkdir -p m$I/e; chmod 700 m$I",
        "rm -f folder/*",
        "git init -q --bare bare$N.git",
        "git replace HEAD origin/other",
        "git reset -q --hard HEAD~",
        "git clone -q $BASE cl$N; (cd cl$N; echo x >> file-0.txt; git stash -q; git gc -q)",
        "git worktree add -q --detach wt$N; (cd wt$N && echo s > s$I && git add s$I && echo l >> s$I)",
        "git -c protocol.file.allow=always submodule --quiet add $BASE sm$N; echo w > sm$N/w$I",
        "rm -rf sm$N; echo f > sm$N",
        "(cd sm$N/.git/.. && echo x > x && git add x && git commit -qm x && echo y > y && git add y)",
        "git stash drop -q",
    ];

    private readonly RecyclingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Is_gone_and_comes_back(int seed)
    {
        var script = Script(seed);
        var fresh = RecyclingFixture.Snapshot(_fixture.Path);
        _fixture.Job(script);
        var (answers, tree) = (RecyclingFixture.Answers(_fixture.Path), ExactRestoreTests.Whole(_fixture.Path));

        var rescue = _fixture.Recycle(_fixture.Request() with { KeepsUndone = true });

        Assert.Equal(fresh, WithoutIgnored(RecyclingFixture.Snapshot(_fixture.Path)));
        if (rescue is null)
            return;
        _fixture.Restore(rescue, _fixture.Path);
        Assert.True(
            answers == RecyclingFixture.Answers(_fixture.Path),
            $"{script}\n{answers}\n---\n{RecyclingFixture.Answers(_fixture.Path)}");
        LeftoverTests.AssertSame(tree, ExactRestoreTests.Whole(_fixture.Path), script);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Of_a_linked_checkout_too(int seed)
    {
        var script = Script(seed);
        var place = _fixture.MakeWorktree("checkout-2");
        var fresh = RecyclingFixture.Snapshot(place.Path);
        _fixture.Job(
            place.Path,
            script
                .Replace("$BASE", "\"$(dirname $BASE)/clone.git\"", StringComparison.Ordinal)
                .Insert(0, "git clone -q --bare $BASE $(dirname $BASE)/clone.git\n"));
        var (status, tree) = (Status(place.Path), ExactRestoreTests.Whole(place.Path));

        var rescue = _fixture.Recycle(
            _fixture.Request() with
            {
                Place = place,
                Target = _fixture.Target.In(CheckoutKind.Worktree),
                KeepsUndone = true,
            });

        LeftoverTests.AssertSame(fresh, WithoutIgnored(RecyclingFixture.Snapshot(place.Path)), script);
        if (rescue is null)
            return;
        _fixture.Restore(rescue, place);
        Assert.True(status == Status(place.Path), $"{script}\n{status}\n---\n{Status(place.Path)}");
        LeftoverTests.AssertSame(tree, ExactRestoreTests.Whole(place.Path), script);
    }

    private static string Script(int seed)
    {
        var random = new Random(seed);
        var script = new StringBuilder("set +e\n");
        for (var i = 0; i < 12; i++)
            script.Append($"RANDOM={random.Next(9999)} I={i} N={random.Next(3)}\n{Steps[random.Next(Steps.Length)]}\n");
        return script.Append("true").ToString();
    }

    private static string Status(string path) =>
        TestGit.Run(path, "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--untracked-files=all");

    private static SortedDictionary<string, string> WithoutIgnored(SortedDictionary<string, string> left)
    {
        foreach (var ignored in left.Keys.Where(key => key.EndsWith(".o", StringComparison.Ordinal)).ToList())
            left.Remove(ignored);
        return left;
    }

    public static TheoryData<int> Seeds =>
        [
            .. Enumerable.Range(
                int.Parse(
                    Environment.GetEnvironmentVariable("GITPROC_SEED") ?? "1",
                    System.Globalization.CultureInfo.InvariantCulture),
                30),
        ];
}
