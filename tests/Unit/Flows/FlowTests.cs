using Gitproc.Flows;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Flows;

/// <summary>The flows of tests/Flows, which on a machine without the SDK are run by hand.</summary>
public sealed class FlowTests
{
    public static TheoryData<string> Names => [.. Flow.All.Select(flow => flow.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_works_from_one_end_to_the_other(string flow) =>
        Assert.Null(Flow.All.Single(one => one.Name == flow).Run(GitprocProgram.File));
}
