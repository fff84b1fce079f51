using Gitproc.Pools;
using Gitproc.Torture;
using Gitproc.Torture.Fleet;
using Gitproc.Torture.Queue;
using Gitproc.Torture.Rounds;
using Gitproc.Torture.Workers;

// The first four modes are for child processes of a run.
switch (args)
{
    case [Worker.BackgroundMode, var pool, .. var words]:
        return PoolBackground.Run(pool, words) ? 0 : 1;
    case [Worker.Mode, var folder, var seed, var linked]:
        return new Worker(Ground.At(folder), new Random(Options.Number(seed)), Options.Number(linked)).Run();
    case [DatabaseHolder.Mode, var folder]:
        return DatabaseHolder.Run(Ground.At(folder));
    case [QueueWaiter.Mode, var folder, var checkouts]:
        return QueueWaiter.Run(Ground.At(folder), Options.Number(checkouts));
    default:
        if (Options.Parse(args) is not { } options)
        {
            Console.Error.WriteLine(Options.Help);
            return 2;
        }

        using (var ground = Ground.Make(options.Folder))
        {
            Environment.SetEnvironmentVariable("GITPROC_SPARE", $"{options.Spares}");
            var result = options switch
            {
                { Waiters: { } waiters } => new QueueRun(ground, waiters, options.Checkouts).Run(),
                { Machines: { } machines } => new ScaleRun(ground, machines, options.Seconds).Run(),
                _ => new TortureRun(ground, options).Run(),
            };
            if (result != 0)
                ground.Keep();
            return result;
        }
}
