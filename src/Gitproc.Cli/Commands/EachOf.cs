using Gitproc.Cli.Output;
using Gitproc.Reports;

namespace Gitproc.Cli.Commands;

/// <summary>Does something with each of several things: one that fails does not keep the others.</summary>
internal static class EachOf
{
    /// <summary>Does it.</summary>
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
