using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Reports;

namespace Gitproc.Checkouts;

/// <summary>Asks git which of some paths it ignores (git-check-ignore(1)).</summary>
internal static class IgnoreCheck
{
    // With this in front, git takes no path for a pattern. It refuses GIT_LITERAL_PATHSPECS here.
    private static readonly RawText Here = "./"u8;

    /// <param name="makeCall">Makes a call of git in the work tree.</param>
    /// <param name="run">Runs it.</param>
    /// <returns>Those that git ignores, in their order.</returns>
    public static IReadOnlyList<RawText> Filter(
        IEnumerable<RawText> paths, Func<string[], GitCall> makeCall, Func<GitCall, GitResult> run)
    {
        var input = RawText.Concat(paths.Select(path => Here + path), end: '\0').ToBytes();
        if (input.Length == 0)
            return [];
        // Without the index: it cannot name a path in a submodule.
        var call = makeCall(["check-ignore", "--no-index", "-z", "--stdin"]);
        var result = run(
            call with
            {
                MayFail = true,
                Input = stream => stream.Write(input),
                Environment = [.. call.Environment, ("GIT_LITERAL_PATHSPECS", "0")],
            });
        // 1: it ignores none.
        return result.ExitCode <= 1
            ? [
                .. result.RawOutput.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                    .Select(path => path[Here.Length..]),
            ]
            : throw new GitprocException(
                ErrorReason.GitFailed,
                $"git check-ignore failed in {call.WorkingDirectory}: {result.Error}",
                call.Subject);
    }
}
