namespace Gitproc.Unit.Support;

/// <summary>
/// Waits for what happens sooner or later. The limit is so long that only what never happens reaches it, even on a busy
/// machine.
/// </summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

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
