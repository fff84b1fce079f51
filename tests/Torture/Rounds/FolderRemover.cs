using System.Globalization;
using Gitproc.Files;
using Gitproc.Registry;
using Gitproc.Torture.Workers;

namespace Gitproc.Torture.Rounds;

/// <summary>
/// Again and again removes the folder of a checkout without the pool's knowledge: usually of a free one, sometimes of a
/// held one. It renames the folder first, so that the folder disappears at once. Half a folder would make the checkout
/// Broken.
/// </summary>
internal sealed class FolderRemover(Ground ground, Tally tally, Random random)
{
    private const int MaxPause = 500;

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
        // The holder may look before the move or after it. Both times it must see that the removal is on purpose.
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
        // Processes that work in the folder may still write there.
        FolderRemoval.TryRemove(trash);

        void Tell(long ticks) =>
            File.WriteAllText(ground.Removal(checkout), ticks.ToString(CultureInfo.InvariantCulture));
    }
}
