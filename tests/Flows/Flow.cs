using System.Diagnostics;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text.Json;

namespace Gitproc.Flows;

/// <summary>Something that a user does, from one end to the other.</summary>
/// <param name="IsForThisSystem">False if this system has nothing of it.</param>
internal sealed record Flow(string Name, Action<Ground> Do, bool IsForThisSystem = true)
{
    private static readonly List<Flow> Every =
    [
        new("Acquire, list, release", AcquireListRelease),
        new("Work is rescued and restored", WorkIsRescued),
        new("Reset, remove, prune, warm, history", Care),
        new("Run", RunCommand),
        new("Links", Links),
        new("Worktrees", Worktrees),
        new("Eight at once with one clone", EightAtOnce),
        new("A queue of two", QueueOfTwo),
        new("A dead owner", DeadOwner),
        new("A launcher of the same name", Launcher),
        new("A lost and a damaged database", LostDatabase),
        new("A folder that is gone", LostFolder),
        new("A damaged base repository", DamagedBase),
        new("Read-only files and folders", ReadOnlyFiles),
        new("A file that is open at the release", OpenFile),
        new("Paths of 300 characters", LongPaths),
        new("Line ends as git for Windows sets them", LineEnds),
        new("A symbolic link in the repository", SymbolicLink),
        new("A link out of the checkout", LinkOut),
        new("A pool that is private", PrivatePool),
        new("Names that Windows keeps for itself", ReservedNames),
        new("A repository with a name that Windows keeps for itself", ReservedInRepository),
        new("A path that is not ASCII", NotAscii),
        new("Names that differ in case", Case, OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()),
        new("Spellings of paths on Windows", WindowsSpellings, OperatingSystem.IsWindows()),
        new("Short names", ShortNames, OperatingSystem.IsWindows()),
        new("Ctrl+Break", CtrlBreak, OperatingSystem.IsWindows()),
    ];

    /// <summary>The flows of this system.</summary>
    public static IReadOnlyList<Flow> All { get; } = Every.FindAll(flow => flow.IsForThisSystem);

    /// <summary>Runs the flow.</summary>
    /// <param name="gitproc">The absolute path of the program.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public string? Run(string gitproc)
    {
        try
        {
            using var ground = new Ground(gitproc);
            Do(ground);
            return null;
        }
        catch (Exception e) when (e is FlowException or IOException or UnauthorizedAccessException
            or JsonException or KeyNotFoundException)
        {
            return e.Message;
        }
    }

    private static void AcquireListRelease(Ground ground)
    {
        var first = ground.Acquire();
        Is("one\n", File.ReadAllText(Path.Combine(first, "a.txt")).ReplaceLineEndings("\n"), "a.txt");
        var second = ground.Acquire();
        Must(first != second, "Two holders have one checkout.");
        Is("locked", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
        Directory.CreateDirectory(Path.Combine(first, "bin"));
        File.WriteAllText(Path.Combine(first, "bin", "kept"), "");
        ground.Release(first);
        Is("free", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
        ground.Commit("b.txt", "two\n");
        ground.Run("acquire", ground.Source, "--hold", "--fetch").Must(0);
        Must(File.Exists(Path.Combine(first, "b.txt")), "The checkout is not at the newest commit.");
        Must(File.Exists(Path.Combine(first, "bin", "kept")), "An ignored file is gone.");
        ground.Release(second);
        ground.Run("release", "checkout-7").Must(1);
    }

    private static void WorkIsRescued(Ground ground)
    {
        var path = ground.Acquire("-b", "topic");
        File.WriteAllText(Path.Combine(path, "a.txt"), "changed\n");
        File.WriteAllText(Path.Combine(path, "new ü.txt"), "new\n");
        ground.Git(path, "commit", "--quiet", "--all", "--message", "mine");
        File.AppendAllText(Path.Combine(path, "a.txt"), "and more\n");
        ground.Release(path);
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "git status after the release");
        var rescue = ground.List("rescue", "list").Keys.Single();
        var restored = ground.Run("rescue", "restore", rescue).Must(0).Output;
        Is("changed\nand more\n", File.ReadAllText(Path.Combine(restored, "a.txt")).ReplaceLineEndings("\n"), "a.txt");
        Must(File.Exists(Path.Combine(restored, "new ü.txt")), "The new file is lost.");
        Is("mine", ground.Git(restored, "log", "-1", "--format=%s").Trim(), "the commit");
    }

    private static void Care(Ground ground)
    {
        Is("3", $"{ground.Run("warm", ground.Source, "--count", "3").Must(0).Output.Split('\n').Length}", "warm");
        File.WriteAllText(Path.Combine(ground.Pool, "checkout-2", "junk"), "");
        ground.Run("reset", "checkout-2").Must(0);
        Must(!File.Exists(Path.Combine(ground.Pool, "checkout-2", "junk")), "reset left a file.");
        ground.Run("remove", "checkout-3").Must(0);
        Must(!Directory.Exists(Path.Combine(ground.Pool, "checkout-3")), "remove left the folder.");
        ground.Run("prune", "--unused-for", "0s").Must(0);
        Is("0", $"{ground.List("list").Count}", "the number of checkouts after prune");
        var events = ground.Run("history").Must(0).Output;
        Must(events.Contains("checkout-3", StringComparison.Ordinal), "The history lacks the removal.");
        ground.Run("doctor").Must(0);
    }

    private static void RunCommand(Ground ground)
    {
        var output = ground.Run("run", ground.Source, "--", "git", "rev-parse", "--show-toplevel").Must(0).Output;
        Must(output.EndsWith("/checkout-1", StringComparison.Ordinal), $"The command ran in {output}.");
        ground.Run("run", ground.Source, "--", "git", "no-such-command").Must(1);
        ground.Run("run", ground.Source, "--", "no-such-program").Must(127);
        Is("free", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
    }

    private static void Links(Ground ground)
    {
        var path = ground.RunIn(ground.Folder, "link", "todo", "--base", ground.Source).Must(0).Output;
        Is("todo", ground.Git(path, "branch", "--show-current").Trim(), "the branch");
        ground.Run("link", "list").Must(0);
        ground.Run("link", "remove", path).Must(0);
        Must(!Directory.Exists(path), "link remove left the folder.");
    }

    private static void Worktrees(Ground ground)
    {
        ground.Git(ground.Home, "config", "--global", "gitproc.kind", "worktree");
        var path = ground.Acquire("-b", "topic");
        Must(File.Exists(Path.Combine(path, ".git")), "It is not a worktree.");
        File.WriteAllText(Path.Combine(path, "new"), "");
        ground.Release(path);
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "git status after the release");
        Is("1", $"{ground.List("rescue", "list").Count}", "the number of rescues");
        ground.Run("remove", "checkout-1").Must(0);
    }

    private static void EightAtOnce(Ground ground)
    {
        var begun = Enumerable.Range(0, 8)
            .Select(_ => ground.Begin("acquire", ground.Source, "--hold")).ToList();
        var paths = begun.Select(process => Ground.Finish(process).Must(0).Output).ToHashSet();
        Is("8", $"{paths.Count}", "the number of checkouts");
        foreach (var path in paths)
            Is("", ground.Git(path, "status", "--porcelain").Trim(), $"git status in {path}");
        Is("1", $"{Directory.GetFiles(ground.Pool, "*.pack", SearchOption.AllDirectories).Length}", "the number of packs");
    }

    private static void QueueOfTwo(Ground ground)
    {
        ground.Git(ground.Home, "config", "--global", "gitproc.maxCheckouts", "1");
        var path = ground.Acquire();
        ground.Run("acquire", ground.Source, "--hold").Must(3);
        var first = ground.Begin("acquire", ground.Source, "--hold", "--wait", "40s");
        WaitFor(() => Waiters() == 1);
        var second = ground.Begin("acquire", ground.Source, "--hold", "--wait", "40s");
        WaitFor(() => Waiters() == 2);
        ground.Release(path);
        Is(path, Ground.Finish(first).Must(0).Output, "the first one's path");
        Must(!second.HasExited, "The second one did not wait.");
        ground.Release(path);
        Is(path, Ground.Finish(second).Must(0).Output, "the second one's path");

        int Waiters() => ground.Run("top").Output.Split('\n')
            .Count(line => line.Contains("Waiting", StringComparison.Ordinal));
    }

    private static void DeadOwner(Ground ground)
    {
        var owner = ground.Idle();
        var path = ground.Run("acquire", ground.Source, "--owner-pid", $"{owner.Id}").Must(0).Output;
        File.WriteAllText(Path.Combine(path, "work"), "mine");
        ground.Run("remove", "checkout-1").Must(1);
        owner.Kill();
        owner.WaitForExit();
        Is(path, ground.Acquire(), "the path of the next one");
        Must(!File.Exists(Path.Combine(path, "work")), "The next one has the work of a dead owner.");
        Is("1", $"{ground.List("rescue", "list").Count}", "the number of rescues");
    }

    private static void LostDatabase(Ground ground)
    {
        ground.Acquire();
        foreach (var file in Directory.GetFiles(ground.Pool, "gitproc.db*"))
            File.Delete(file);
        Is("locked", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
        File.WriteAllText(Path.Combine(ground.Pool, "gitproc.db"), new string('x', 8192));
        Is("locked", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
        ground.Run("release", "checkout-1").Must(0);
    }

    private static void LostFolder(Ground ground)
    {
        ground.Release(ground.Acquire());
        Directory.Move(Path.Combine(ground.Pool, "checkout-1"), Path.Combine(ground.Folder, "away"));
        ground.Run("repair").Must(0);
        Must(File.Exists(Path.Combine(ground.Acquire(), "a.txt")), "a.txt is not there.");
    }

    // git makes what it keeps for objects read-only.
    private static void DamagedBase(Ground ground)
    {
        ground.Release(ground.Acquire());
        var basePath = Directory.GetDirectories(Path.Combine(ground.Pool, "base"), "*.git", SearchOption.AllDirectories)
            .Single();
        ground.Git(basePath, "commit-graph", "write", "--reachable");
        ground.Git(basePath, "multi-pack-index", "write");
        foreach (var file in Directory.GetFiles(Path.Combine(basePath, "objects", "pack"), "*.pack"))
        {
            var bytes = File.ReadAllBytes(file);
            bytes.AsSpan(20, bytes.Length - 40).Clear();
            File.SetAttributes(file, FileAttributes.Normal);
            File.WriteAllBytes(file, bytes);
            File.SetAttributes(file, FileAttributes.ReadOnly);
        }

        var said = ground.Run("repair").Must(0);
        Must((said.Output + said.Error).Contains("is healed", StringComparison.Ordinal), said.Output + said.Error);
        Is("", ground.Git(ground.Acquire(), "status", "--porcelain").Trim(), "git status");
    }

    private static void ReadOnlyFiles(Ground ground)
    {
        var path = ground.Acquire();
        var inner = Directory.CreateDirectory(Path.Combine(path, "made", "by", "a job")).FullName;
        var file = new FileInfo(Path.Combine(inner, "file"));
        File.WriteAllText(file.FullName, "");
        file.IsReadOnly = true;
        new FileInfo(Path.Combine(path, "a.txt")).IsReadOnly = true;
        if (OperatingSystem.IsWindows())
            File.SetAttributes(inner, FileAttributes.ReadOnly | FileAttributes.Directory);
        else
            File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ground.Release(path);
        Must(!Directory.Exists(Path.Combine(path, "made")), "A read-only folder stayed.");
        ground.Run("remove", "checkout-1").Must(0);
        Must(!Directory.Exists(path), "The folder stayed.");
    }

    // As an editor or a virus scanner on Windows has it: nobody else may write or delete it.
    private static void OpenFile(Ground ground)
    {
        var path = ground.Acquire();
        var file = Path.Combine(path, "new.txt");
        using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
        {
            stream.WriteByte(1);
            stream.Flush();
            ground.Run("release", path);
            var next = ground.Acquire();
            Must(!File.Exists(Path.Combine(next, "new.txt")), "The next one has the file.");
            ground.Release(next);
        }

        ground.Run("repair").Must(0);
        var last = ground.Acquire();
        Must(!File.Exists(Path.Combine(last, "new.txt")), "The next one has the file.");
        Is("", ground.Git(last, "status", "--porcelain").Trim(), "git status");
    }

    private static void LongPaths(Ground ground)
    {
        var name = Path.Combine([.. Enumerable.Repeat(new string('d', 30), 10), "file.txt"]);
        ground.Commit(name, "long\n");
        var path = ground.Acquire();
        var file = Path.Combine(path, name);
        Must(File.Exists(file), "The file is not there.");
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "the user's git status");
        File.WriteAllText(file, "changed\n");
        File.WriteAllText(file + "2", "new\n");
        ground.Release(path);
        Is("long\n", File.ReadAllText(file).ReplaceLineEndings("\n"), "the content");
        Must(!File.Exists(file + "2"), "A new file stayed.");
        Is("1", $"{ground.List("rescue", "list").Count}", "the number of rescues");
        ground.Run("remove", "checkout-1").Must(0);
        Must(!Directory.Exists(path), "The folder stayed.");
    }

    private static void LineEnds(Ground ground)
    {
        ground.Git(ground.Home, "config", "--global", "core.autocrlf", "true");
        var path = ground.Acquire();
        Is("one\r\n", File.ReadAllText(Path.Combine(path, "a.txt")), "a.txt");
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "git status");
        ground.Release(path);
        path = ground.Acquire();
        Is("one\r\n", File.ReadAllText(Path.Combine(path, "a.txt")), "a.txt");
        ground.Release(path);
        Is("0", $"{ground.List("rescue", "list").Count}", "the number of rescues");
    }

    // git writes a file in its place where the user may make no links, as on most Windows (core.symlinks).
    private static void SymbolicLink(Ground ground)
    {
        File.WriteAllText(Path.Combine(ground.Source, "target"), "a.txt");
        var blob = ground.Git(ground.Source, "hash-object", "-w", "target").Trim();
        File.Delete(Path.Combine(ground.Source, "target"));
        ground.Git(ground.Source, "update-index", "--add", "--cacheinfo", $"120000,{blob},link");
        ground.Git(ground.Source, "commit", "--quiet", "--message", "link");
        ground.Release(ground.Acquire());
        var path = ground.Acquire();
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "git status");
        Is("0", $"{ground.List("rescue", "list").Count}", "the number of rescues");
        File.Delete(Path.Combine(path, "link"));
        File.WriteAllText(Path.Combine(path, "link"), "mine");
        ground.Release(path);
        Is("1", $"{ground.List("rescue", "list").Count}", "the number of rescues");
        Is("", ground.Git(path, "status", "--porcelain").Trim(), "git status after the release");
    }

    private static void LinkOut(Ground ground)
    {
        var outside = Directory.CreateDirectory(Path.Combine(ground.Folder, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "precious"), "");
        var path = ground.Acquire();
        var link = Path.Combine(path, "bin");
        // Whoever may make no symbolic links on Windows may make junctions.
        if (OperatingSystem.IsWindows())
        {
            using var made = Process.Start("cmd.exe", ["/c", "mklink", "/J", link, outside]);
            made.WaitForExit();
        }
        else
            Directory.CreateSymbolicLink(link, outside);
        Must(File.Exists(Path.Combine(link, "precious")), "This system made no link.");
        ground.Run("release", path, "--clean", "full").Must(0);
        Must(!Path.Exists(link), "The link stayed.");
        Must(File.Exists(Path.Combine(outside, "precious")), "What the link leads to was deleted.");
    }

    private static void PrivatePool(Ground ground)
    {
        ground.Acquire();
        Is("ok", Permissions(), "doctor's finding");
        LetAnybody(write: false);
        Is("notice", Permissions(), "doctor's finding of a pool that anybody may read");
        LetAnybody(write: true);
        var refused = ground.Run("list").Must(1);
        Must(refused.Error.Contains("Anybody may write", StringComparison.Ordinal), refused.Error);

        string Permissions() => JsonDocument.Parse(ground.Run("doctor", "--json").Must(0).Output)
            .RootElement.EnumerateArray()
            .Single(one => one.GetProperty("subject").ToString() == "Permissions").GetProperty("state").ToString();

        void LetAnybody(bool write)
        {
            if (OperatingSystem.IsWindows())
            {
                var pool = new DirectoryInfo(ground.Pool);
                var access = pool.GetAccessControl();
                access.AddAccessRule(new FileSystemAccessRule(
                    new SecurityIdentifier(WellKnownSidType.WorldSid, null),
                    write ? FileSystemRights.Modify : FileSystemRights.ReadAndExecute,
                    AccessControlType.Allow));
                pool.SetAccessControl(access);
            }
            else
            {
                File.SetUnixFileMode(
                    ground.Pool,
                    File.GetUnixFileMode(ground.Pool)
                    | (write ? UnixFileMode.OtherWrite : UnixFileMode.OtherRead | UnixFileMode.OtherExecute));
            }
        }
    }

    private static void Case(Ground ground)
    {
        ground.Release(ground.Acquire());
        ground.Run("acquire", ground.Source.ToUpperInvariant(), "--hold").Must(0);
        Is("1", $"{ground.List("list").Count}", "the number of checkouts");
    }

    private static void WindowsSpellings(Ground ground)
    {
        var slashes = ground.Source.Replace('\\', '/');
        foreach (var spelling in new[]
        {
            @"\\?\" + ground.Source, @"\\.\" + ground.Source, "//?/" + slashes, "//./" + slashes, slashes,
            "file:///" + slashes, "file://" + ground.Source,
        })
        {
            var path = ground.Run("acquire", spelling, "--hold").Must(0).Output;
            Is("checkout-1", Path.GetFileName(path), $"the checkout of {spelling}");
            ground.Run("list", "--repo", spelling).Must(0);
            ground.Release(path);
        }

        ground.Run("acquire", @"\\.\pipe\x").Must(1);
    }

    // As Scoop and Chocolatey have one for each program. It ends with gitproc, and is no owner.
    private static void Launcher(Ground ground)
    {
        var windows = OperatingSystem.IsWindows();
        var launcher = Path.Combine(ground.Folder, "launcher", windows ? "gitproc.exe" : "gitproc");
        Directory.CreateDirectory(Path.GetDirectoryName(launcher)!);
        File.Copy(windows ? Path.Combine(Environment.SystemDirectory, "cmd.exe") : "/bin/sh", launcher);
        string[] launching = windows ? [launcher, "/c"] : [launcher, "-c", "\"$0\" \"$@\"; exit $?"];
        ground.RunBy(launching, "acquire", ground.Source).Must(0);
        Is("locked", ground.List("list")["checkout-1"].GetProperty("state").ToString(), "the state");
    }

    // WSL, Cygwin and programs that write paths as this one make such files on Windows. git cannot have them there.
    private static void ReservedNames(Ground ground)
    {
        var path = ground.Acquire();
        var exact = OperatingSystem.IsWindows() ? @"\\?\" + path : path;
        foreach (var name in new[] { "nul.txt", "dot.", "space ", "com1" })
            File.WriteAllText(exact + Path.DirectorySeparatorChar + name, "");
        Directory.CreateDirectory(exact + Path.DirectorySeparatorChar + "aux");
        File.WriteAllText(exact + Path.DirectorySeparatorChar + "aux" + Path.DirectorySeparatorChar + "prn.", "");
        ground.Release(path);
        Is(".git .gitignore a.txt", Names(), "what is there after the release");
        ground.Run("remove", "checkout-1").Must(0);
        Must(!Directory.Exists(path), "The folder stayed.");

        string Names() => string.Join(' ', Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order());
    }

    // git for Windows refuses to write it (git-config(1), core.protectNTFS).
    private static void ReservedInRepository(Ground ground)
    {
        var blob = ground.Git(ground.Source, "rev-parse", "main:a.txt").Trim();
        ground.Git(
            ground.Source,
            "-c", "core.protectNTFS=false", "update-index", "--add", "--cacheinfo", $"100644,{blob},aux.txt");
        ground.Git(ground.Source, "-c", "core.protectNTFS=false", "commit", "--quiet", "--message", "aux");
        if (!OperatingSystem.IsWindows())
        {
            Must(File.Exists(Path.Combine(ground.Acquire(), "aux.txt")), "aux.txt is not there.");
            return;
        }

        var refused = ground.Run("acquire", ground.Source, "--hold").Must(1).Error;
        Must(refused.Contains("aux.txt", StringComparison.Ordinal), refused);
        Must(
            ground.List("list").Values.All(one => one.GetProperty("state").ToString() != "locked"),
            "A checkout stayed locked.");
    }

    private static void NotAscii(Ground ground)
    {
        ground.Variables["MSYSTEM"] = "MINGW64";
        ground.Pool = Path.Combine(ground.Folder, "püøl 日本");
        var path = ground.Acquire();
        Is(Path.Combine(ground.Pool, "checkout-1"), path, "the path");
        Must(ground.Run("list").Must(0).Output.Contains("checkout-1", StringComparison.Ordinal), "The list lacks it.");
        ground.Release(path);
        var error = ground.Run("acquire", "/no ü").Must(1).Error;
        Must(error.Contains("no ü", StringComparison.Ordinal), error);
    }

    // TEMP has one on the runners of GitHub. A volume may have none, and Wine does not write them out.
    private static void ShortNames(Ground ground)
    {
        var (home, source) = (ShortName.Of(ground.Home), ShortName.Of(ground.Source));
        if (source == Path.GetFullPath(source))
            return;
        var path = ground.Acquire();
        var pool = ground.Pool;
        ground.Pool = ShortName.Of(pool);
        var second = ground.RunIn(home, "acquire", ground.Source, "--hold").Must(0).Output;
        Is(Path.Combine(pool, "checkout-2"), second, "the path");
        ground.RunIn(ShortName.Of(path), "release").Must(0);
        Is(path, ground.Run("acquire", source, "--hold").Must(0).Output, "the path");
        Is("2", $"{ground.List("list").Count}", "the number of checkouts");
    }

    private static void CtrlBreak(Ground ground)
    {
        var run = ground.BeginGroup("run", ground.Source, "--", "git", "cat-file", "--batch");
        WaitFor(() => State() == "locked");
        // Without a console nobody can send it. In Wine no group gets it.
        if (!ConsoleBreak.Send(run.Id))
        {
            run.StandardInput.Close();
            Ground.Finish(run).Must(0);
            return;
        }

        Ground.Finish(run);
        Is("free", State() ?? "", "the state after Ctrl+Break");
        ground.Git(ground.Home, "config", "--global", "gitproc.maxCheckouts", "1");
        ground.Acquire();
        var waiting = ground.BeginGroup("acquire", ground.Source, "--hold", "--wait", "1h");
        WaitFor(() => ground.Run("top").Output.Contains("Waiting", StringComparison.Ordinal));
        ConsoleBreak.Send(waiting.Id);
        Ground.Finish(waiting).Must(130);

        string? State() => ground.List("list").TryGetValue("checkout-1", out var one)
            ? one.GetProperty("state").ToString()
            : null;
    }

    private static void WaitFor(Func<bool> isThere)
    {
        for (var waiting = Stopwatch.StartNew(); !isThere(); Thread.Sleep(50))
            Must(waiting.Elapsed < TimeSpan.FromSeconds(30), "What is waited for does not come.");
    }

    private static void Is(string expected, string found, string what) =>
        Must(expected == found, $"{what} is '{found}' and not '{expected}'.");

    private static void Must(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new FlowException(otherwise);
    }
}
