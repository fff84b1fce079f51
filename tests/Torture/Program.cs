using Gitproc.Pools;
using Gitproc.Torture;
using Gitproc.Torture.Fleet;
using Gitproc.Torture.Queue;
using Gitproc.Torture.Rounds;
using Gitproc.Torture.Workers;

// The first five modes are for child processes of a run.
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
    case [FleetWorker.Mode, var folder, var machine, var repositories]:
        return new FleetWorker(Ground.At(folder), machine, Options.Number(repositories)).Run();
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
                { Scale: { } machines } => new ScaleRun(ground, machines, options.Seconds ?? 60).Run(),
                { Machines: { } machines } => new FleetTorture(ground, machines, options).Run(),
                _ => new TortureRun(ground, options).Run(),
            };
            if (result != 0)
                ground.Keep();
            return result;
        }
}
