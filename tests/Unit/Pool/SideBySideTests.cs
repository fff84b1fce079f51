using Gitproc.Reports;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

public sealed class SideBySideTests
{
    [Fact]
    public void What_a_step_has_reported_before_it_failed_is_heard()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "One processor does one step at a time.");
        using var hasBegun = new ManualResetEventSlim();
        using var hasFailed = new ManualResetEventSlim();
        var heard = new List<string>();
        var reports = new Receiver(text =>
        {
            hasFailed.Wait(Eventually.Limit, TestContext.Current.CancellationToken);
            heard.Add(text);
        });

        Assert.Throws<IOException>(() => SideBySide.Do(
            ["fails", "sees it"],
            reports,
            (item, told, cancellationToken) =>
            {
                if (item == "fails")
                {
                    hasBegun.Wait(Eventually.Limit, CancellationToken.None);
                    told.Report(new PoolReport(ReportKind.HookOutput, "one"));
                    told.Report(new PoolReport(ReportKind.HookOutput, "two"));
                    throw new IOException("no way");
                }

                hasBegun.Set();
                cancellationToken.WaitHandle.WaitOne(Eventually.Limit);
                hasFailed.Set();
                return true;
            },
            CancellationToken.None));

        Assert.Equal(["one", "two"], heard);
    }

    private sealed class Receiver(Action<string> hear) : IProgress<PoolReport>
    {
        public void Report(PoolReport value) => hear(value.Text);
    }
}
