using Gitproc.Cli.Output;
using Gitproc.Reports;

namespace Gitproc.Cli.Commands;

/// <summary>
/// Runs a step for each of several items. If the step fails for one item, the others are still processed.
/// </summary>
internal static class EachOf
{
    /// <returns>The exit code: <see cref="ExitCode.Error"/> if the step failed for any item.</returns>
    public static int Do<T>(IEnumerable<T> items, Action<T> step)
    {
        var code = ExitCode.Done;
        foreach (var item in items)
        {
            try
            {
                step(item);
            }
            catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
            {
                Messages.WriteError(e);
                code = ExitCode.Error;
            }
        }

        return code;
    }
}
