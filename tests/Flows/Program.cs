using Gitproc.Flows;

// Runs what users do with gitproc, from one end to the other, on any system: on a given gitproc, and on the git that is
// on the PATH. It needs nothing else, so it shows whether Gitproc works on a machine without the SDK.
if (args is not [var gitproc, .. var wanted])
{
    Console.Error.WriteLine("Gitproc.Flows GITPROC [FLOW…]: runs all flows, or some, on a gitproc");
    return 2;
}

var failed = 0;
var flows = Flow.All.Where(flow => wanted.Length == 0 || wanted.Contains(flow.Name)).ToList();
foreach (var flow in flows)
{
    var result = flow.Run(Path.GetFullPath(gitproc));
    Console.WriteLine($"{(result is null ? "ok" : "FAILED")}  {flow.Name}{(result is null ? "" : $": {result}")}");
    failed += result is null ? 0 : 1;
}

Console.WriteLine($"{flows.Count - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
