using Gitproc.Pools;
using Gitproc.Processes;

namespace Gitproc.PowerShell;

/// <summary>Cleans a released checkout in a separate process, for <c>Exit-GitprocCheckout -Background</c>.</summary>
public static class BackgroundCleaning
{
    /// <summary>Cleans a released checkout. BackgroundCleaning.ps1 calls it in the new process.</summary>
    /// <param name="pool">The pool's folder.</param>
    /// <param name="checkout">The checkout's name.</param>
    /// <param name="clean">The name of a <see cref="CleanMode"/>; empty for the setting.</param>
    /// <param name="discard">True to throw work away instead of rescuing it.</param>
    public static void Run(string pool, string checkout, string clean, bool discard)
    {
        DetachedProcess.Leave();
        new Pool(pool).Checkouts.Clean(checkout, clean.Length == 0 ? null : Enum.Parse<CleanMode>(clean), discard);
    }

    // Without a pwsh, the next acquire cleans the checkout.
    internal static void Start(string pool, string checkout, CleanMode? clean, bool discard)
    {
        var (program, first) = DetachedSession.For("BackgroundCleaning.ps1");
        DetachedProcess.Start(
            program,
            [
                .. first,
                "-Pool",
                pool,
                "-Checkout",
                checkout,
                .. clean is null ? [] : (string[])["-Clean", $"{clean}"],
                .. discard ? (string[])["-Discard"] : [],
            ],
            pool);
    }
}
