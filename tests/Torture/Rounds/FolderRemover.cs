using System.Globalization;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>
/// Removes folders of checkouts behind the pool's back: mostly of free ones, and now and then of one that is held. They
/// go at once, by a new name: one that is half there would be damaged, and is set aside.
/// </summary>
/// <param name="ground">Where.</param>
/// <param name="tally">Counts.</param>
/// <param name="random">Chooses.</param>
internal sealed class FolderRemover(Ground ground, Tally tally, Random random)
{
    private const int MaxPause = 500;

    /// <summary>Removes some, again and again.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.WaitHandle.WaitOne(random.Next(MaxPause)))
        {
            var state = random.Next(5) == 0 ? CheckoutState.Locked : CheckoutState.Free;
            var rows = ground
                .Look(database => new CheckoutTable(database.Connection).All())
                .FindAll(row => row.State == state);
            if (rows.Count > 0)
                Remove(rows[random.Next(rows.Count)].Name);
        }
    }

    private void Remove(string checkout)
    {
        var trash = ground.Trash();
        // Who holds it may look before or after; it must find that it was us.
        Tell(0);
        try
        {
            Directory.Move(ground.Pool.Checkout(checkout), trash);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }
        finally
        {
            Tell(DateTime.UtcNow.Ticks);
        }

        tally.Add(Counts.Removals);
        Work.Remove(ground, trash);
        // Whoever was at work in it may still write there.
        FolderRemoval.TryRemove(trash);

        void Tell(long ticks) =>
            File.WriteAllText(ground.Removal(checkout), ticks.ToString(CultureInfo.InvariantCulture));
    }
}
