using System.CommandLine;
using System.Text;
using Gitproc.Views;

namespace Gitproc.Cli.Output;

/// <summary>Prints checkouts on standard output.</summary>
internal static class CheckoutOutput
{
    /// <summary>The option that asks for JSON.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print an array of JSON." };

    /// <summary>Prints checkouts.</summary>
    public static void Write(IReadOnlyList<Checkout> checkouts, bool asJson, bool hasStatus = false)
    {
        if (asJson)
        {
            JsonOutput.WriteArray(checkouts, CheckoutJson.Write);
            return;
        }

        using var output = Console.OpenStandardOutput();
        using var writer = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 16);
        CheckoutTable.Write(checkouts, writer, Terminal.TakesColor, hasStatus, new CurrentCheckout(CurrentFolder.Path));
    }
}
