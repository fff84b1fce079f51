using Gitproc.Text;

namespace Gitproc.Cli.Output;

/// <summary>Prints the history on standard output.</summary>
internal static class HistoryOutput
{
    public static void Write(IReadOnlyList<HistoryEvent> events, bool asJson)
    {
        if (asJson)
            JsonOutput.WriteArray(events);
        else
            ResultWriter.WriteLines(events.Select(Line));
    }

    private static string Line(HistoryEvent one)
    {
        var time = PrintableTime.Local(one.Time);
        var why = one.Why is null ? "" : $": {one.Why}";
        return $"{time}  {one.Checkout,-12}  {one.Kind,-9}  {one.Repository}  by {one.Who}{why}";
    }
}
