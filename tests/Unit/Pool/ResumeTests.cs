using Gitproc.Leases;
using Gitproc.Pools;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>An acquire that gets the checkout which is held under a label already.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    private AcquireRequest Labelled => _pool.Request() with
    {
        Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = "task 1" },
    };

    private AcquireRequest Resume => Labelled with { Resume = true };

    [Fact]
    public void It_gives_what_is_held_and_leaves_it_as_it_is()
    {
        var first = _pool.Acquire(Resume);
        File.WriteAllText(Path.Combine(first.Path, "work"), "work");

        var again = _pool.Acquire(Resume);

        Assert.Equal((false, true), (first.IsResumed, again.IsResumed));
        Assert.Equal((first.Name, first.LeaseId, first.ExpiresAt), (again.Name, again.LeaseId, again.ExpiresAt));
        Assert.True(File.Exists(Path.Combine(first.Path, "work")));
        Assert.Single(_pool.List());
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Notice);
    }

    [Fact]
    public void What_is_released_is_not_resumed()
    {
        _pool.Release(_pool.Acquire(Resume));

        Assert.False(_pool.Acquire(Resume).IsResumed);
    }

    [Fact]
    public void Label_repository_and_kind_must_be_the_same()
    {
        var first = _pool.Acquire(Resume);
        var other = TestGit.MakeRepository(_pool["other"]);

        foreach (var request in new[]
            {
                Resume with { Terms = new LeaseTerms { Owner = PoolFixture.Self, Label = "task 2" } },
                Resume with { Repository = other },
                Resume with { Kind = CheckoutKind.Worktree },
            })
        {
            var next = _pool.Acquire(request);
            Assert.False(next.IsResumed);
            Assert.NotEqual(first.Name, next.Name);
        }
    }

    [Fact]
    public void Another_process_s_checkout_is_never_given()
    {
        using var other = TestProcess.Sleep(_pool.Home);
        var held = _pool.Acquire(Labelled with
        {
            Terms = new LeaseTerms { Owner = LeaseOwner.OfProcess(other.Id), Label = "task 1" },
        });

        var next = _pool.Acquire(Resume);

        Assert.False(next.IsResumed);
        Assert.NotEqual(held.Name, next.Name);
        Assert.DoesNotContain(_pool.Reports, report => report.Kind == ReportKind.Notice);
    }

    [Fact]
    public void One_of_a_user_without_an_owner_is_given_on_the_same_machine()
    {
        var request = Resume with { Terms = new LeaseTerms { Owner = null, Label = "task 1" } };
        var first = _pool.Acquire(request);
        Assert.Equal(first.LeaseId, _pool.Acquire(request).LeaseId);

        _pool.Execute("UPDATE checkout SET lease = json_set(lease, '$.machine', 'elsewhere')");

        Assert.False(_pool.Acquire(request).IsResumed);
    }

    [Fact]
    public void A_second_one_is_noticed_once()
    {
        var first = _pool.Acquire(Labelled);

        var second = _pool.Acquire(Labelled);

        Assert.NotEqual(first.Name, second.Name);
        var notice = Assert.Single(_pool.Reports, report => report.Kind == ReportKind.Notice);
        Assert.Contains(first.Name, notice.Text, StringComparison.Ordinal);
        Assert.Equal("Resume", Assert.Single(notice.Hint!.Options).Name);
    }

    [Fact]
    public void It_needs_a_label()
    {
        foreach (var request in new[] { _pool.Request() with { Resume = true }, Resume with { Count = 2 } })
        {
            var error = Assert.Throws<GitprocException>(() => _pool.Acquire(request));
            Assert.Equal(ErrorReason.ConflictingOptions, error.Reason);
        }

        Assert.False(Directory.Exists(_pool["pool/checkout-1"]));
    }

    [Fact]
    public void Command_says_what_it_did()
    {
        string[] acquire =
        [
            "acquire", _pool.Source, "--label", "task 1", "--owner-pid", $"{Environment.ProcessId}",
        ];
        var first = _pool.Program.Run(_pool.Home, acquire);
        var second = _pool.Program.Run(_pool.Home, acquire);
        var resumed = _pool.Program.Run(_pool.Home, [.. acquire, "--resume"]);
        var json = _pool.Program.Run(_pool.Home, [.. acquire, "--resume", "--json"]);

        Assert.Contains("--resume", second.Error, StringComparison.Ordinal);
        Assert.Equal((0, second.Output, ""), (resumed.ExitCode, resumed.Output, resumed.Error));
        Assert.Contains("\"isResumed\":true", json.Output, StringComparison.Ordinal);
        Assert.NotEqual(first.Output, second.Output);
    }
}
