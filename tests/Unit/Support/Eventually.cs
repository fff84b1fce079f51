namespace Gitproc.Unit.Support;

/// <summary>
/// What happens sooner or later. The limit is for what never happens: a machine that has much other work is not the
/// test's concern.
/// </summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Waits until something holds.</summary>
    public static void True(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Limit;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, $"It has not happened in {Limit.TotalMinutes} minutes.");
            Thread.Sleep(5);
        }
    }
}
