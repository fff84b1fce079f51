using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Gitproc.Files;
using Gitproc.Git.Running;
using Gitproc.Interop;
using Gitproc.Processes;
using Gitproc.Registry;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Text;
using Microsoft.Data.Sqlite;

namespace Gitproc.Pools;

/// <summary>
/// Tells what is odd about the pool, git and the machine, and which command helps. People paste it into bug reports.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// It changes nothing, so it works where nothing else does. It does not go through <see cref="Session.With"/>, which
/// makes folders, follows a pool that was moved, and sets a damaged database aside. It runs git only to ask for its
/// version and config, never in a base repository, whose config a job may have changed.
/// </para>
/// <para>
/// It looks at the programs first, then at the folder, and then at what is in it. Each part can fail on its own: its
/// error becomes a finding. It does not open a folder that others can write to. What takes longer for a larger pool
/// ends after <see cref="MaxTime"/>, and a finding says so.
/// </para>
/// </remarks>
public sealed partial class PoolCheck
{
    /// <summary>The time for base repositories. The check as a whole takes a little longer.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    // git with GIT_CONFIG_COUNT, without which it ignores that Gitproc switches hooks off.
    private static readonly Version LeastGit = new(2, 31);

    private static readonly TimeSpan GitTimeout = TimeSpan.FromSeconds(10);

    // A clone of a small repository needs this much, and SQLite's log.
    private const long LeastFree = 100L << 20;
    private const long LittleFree = 1L << 30;

    private const int BusyTimeoutMilliseconds = 2_000;

    private readonly Session _session;
    private readonly GitRunner _git;

    internal PoolCheck(Session session)
    {
        _session = session;
        // Without healing.
        _git = new GitRunner(session.Reports) { SilenceTimeout = GitTimeout };
    }

    private PoolFolder Folder => _session.Folder;

    /// <summary>Looks at everything. Changes nothing, and makes no pool.</summary>
    /// <param name="request">Who asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The findings, in the order in which things are looked at.</returns>
    public IReadOnlyList<PoolFinding> Run(PoolCheckRequest request, CancellationToken cancellationToken = default)
    {
        var findings = new Findings(request.SpellOption);
        findings.Ok("Gitproc", OwnVersion());
        findings.Ok(
            "Runtime",
            string.Join(
                ", ",
                ((string?[])
                [
                    request.Host,
                    RuntimeInformation.FrameworkDescription,
                    RuntimeInformation.OSDescription,
                    RuntimeInformation.RuntimeIdentifier,
                ]).OfType<string>()));
        var hasGit = false;
        findings.Try("Git", () => hasGit = CheckGit(findings, cancellationToken));
        findings.Try("SQLite", () => findings.Ok("SQLite", PoolDatabase.SqliteVersion));
        PoolSettings? settings = null;
        findings.Try(
            "Settings",
            () => settings = CheckSettings(hasGit, request.WorkingDirectory, findings, cancellationToken));
        findings.Try(
            "Pool",
            () =>
            {
                if (CheckFolder(hasGit, settings?.Spares, findings))
                    findings.Try("Database", () => CheckDatabase(settings, findings, cancellationToken));
            });
        return findings.All;
    }

    private static string OwnVersion() =>
        typeof(PoolCheck).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? $"{typeof(PoolCheck).Assembly.GetName().Version}";

    private bool CheckGit(Findings findings, CancellationToken cancellationToken)
    {
        const string subject = "Git";
        if (ProgramPath.Find("git") is not { } program)
        {
            findings.Problem(subject, $"git is not on the PATH. Install git {LeastGit} or newer.");
            return false;
        }

        // git reads the user's config even for this, and an error in it is one of the settings.
        var asking = new GitCall("--version")
        {
            WorkingDirectory = Path.GetPathRoot(Folder.Path)!,
            Environment = [("GIT_CONFIG_GLOBAL", GitCall.NoHooks.Value), ("GIT_CONFIG_NOSYSTEM", "1")],
        };
        var said = _git.Run(asking, cancellationToken).Output.Trim();
        if (Number().Match(said) is not { Success: true } number)
        {
            findings.Problem(subject, $"{program} does not tell its version. It says: {said}");
            return false;
        }

        if (Version.Parse(number.Value) < LeastGit)
        {
            findings.Problem(
                subject,
                $"{number.Value} in {program} is too old. Install git {LeastGit} or newer: older versions ignore that "
                    + "Gitproc switches hooks off.");
            return false;
        }

        findings.Ok(subject, $"{said["git version ".Length..]}, {program}");
        return true;
    }

    private PoolSettings CheckSettings(
        bool hasGit, string workingDirectory, Findings findings, CancellationToken cancellationToken)
    {
        const string subject = "Settings";
        var config = hasGit
            ? new GitConfigReader(_git).Read(workingDirectory, cancellationToken).Config
            : new GitConfig([], null, null);
        if (config.HasRepositoryError)
        {
            findings.Notice(
                "Working directory", $"git refuses the repository of {workingDirectory}: {config.WhyNoRepository}");
        }

        var errors = new List<GitprocException>();
        var reader = new SettingReader(config, errors);
        var settings = PoolSettings.Read(reader);
        foreach (var error in settings.Hooks.Hooks.Select(hook => hook.BackgroundError).OfType<string>())
            findings.Problem(subject, error);
        foreach (var error in errors)
            findings.Problem(subject, error.Message);
        var known = reader.Known.ToDictionary(one => $"gitproc.{one.Name.ToLowerInvariant()}", one => one.Name);
        var keys = config.Entries.Select(entry => entry.Key).Distinct().ToList();
        foreach (var key in keys.Where(key => key.StartsWith("gitproc.", StringComparison.Ordinal)))
        {
            if (!known.ContainsKey(key) && !HookSettings.IsHook(key) && !CopySettings.IsSetting(key)
                && !VariableSettings.IsVariable(key) && !SpareSettings.IsSetting(key))
            {
                var meant = Spelling.Closest(key, known.Values.Select(name => $"gitproc.{name}"));
                findings.Notice(
                    subject,
                    $"There is no setting {key}.{Spelling.Ask(meant)} Where it is set: "
                        + $"git config --show-origin --get-all {key}");
            }
        }

        // Their values are nobody's business.
        string[] set =
        [
            .. known.Where(one => keys.Contains(one.Key)).Select(one => $"gitproc.{one.Value}"),
            .. reader.Known.Select(one => one.Variable).Append("GITPROC_POOL")
                .Where(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }),
        ];
        if (errors.Count == 0)
        {
            findings.Ok(
                subject, set.Length == 0 ? "all have their defaults" : $"set: {string.Join(", ", set.Order())}");
        }

        return settings;
    }

    // Nobody would notice that such a hook never runs.
    private static void CheckPrefixes(PoolSettings settings, PoolDatabase database, Findings findings)
    {
        var keys = database.Repositories.All().ConvertAll(repository => repository.Key);
        var some = settings.Hooks.Hooks.Select(hook => (hook.Name, hook.Setting))
            .Concat(settings.Copy.Patterns.Select(pattern => (Name: "copy", Setting: pattern)))
            .Concat(settings.Copy.Sources.Select(source => (Name: "copyFrom", Setting: source)))
            .Where(one => one.Setting.Repository is not null && keys.Count > 0 && !keys.Exists(one.Setting.IsFor))
            .Select(one => $"gitproc.{one.Setting.Repository}.{one.Name}");
        foreach (var name in some.Distinct())
        {
            findings.Notice(
                "Settings", $"{name} is for no repository that the pool knows", new(". To see these: ", "repositories"));
        }
    }

    // Returns true if what is in the folder can be looked at.
    private bool CheckFolder(bool hasGit, SpareSettings? spares, Findings findings)
    {
        const string subject = "Pool";
        const string permissions = "Permissions";
        if (File.Exists(Folder.Path))
        {
            findings.Problem(
                subject, $"{Folder.Path} is a file, and a pool is a folder. Name another one with GITPROC_POOL.");
            return false;
        }

        var isThere = Directory.Exists(Folder.Path);
        findings.Ok(
            subject, isThere ? Folder.Path : $"{Folder.Path} does not exist yet; the first acquire makes it");
        // Where it will be made.
        var existing = Folder.Path;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        var isSafe = true;
        if (Folder.FindDanger(path => hasGit && _session.IsTrusted(path)) is var (danger, command))
        {
            findings.Problem(permissions, danger, command);
            isSafe = false;
        }

        string[] closed = [.. Closed(existing)];
        if (closed.Length > 0)
        {
            findings.Problem(
                permissions,
                $"You cannot write to {string.Join(", ", closed)}. Make it yours and writable, or name "
                    + "another pool with GITPROC_POOL.");
        }
        else if (isSafe)
        {
            CheckPrivacy(existing, isThere, findings);
        }

        findings.Try("FileSystem", () => CheckVolume(existing, spares, findings));
        return isThere && isSafe;
    }

    private IEnumerable<string> Closed(string existing)
    {
        string[] needed = [existing, Folder.Database, Folder.Temporary, Folder.Queue, Folder.Rescues, Folder.Base("")];
        return needed.Where(path => Path.Exists(path) && !MayWrite(path));
    }

    // Asks the system, which knows of read-only mounts and access lists. Windows does not tell without a try.
    private static bool MayWrite(string path)
    {
        return OperatingSystem.IsWindows()
            || LibC.FAccessAt(LibC.CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), LibC.MayWrite, 0) == 0;
    }

    private static void CheckPrivacy(string existing, bool isThere, Findings findings)
    {
        const string subject = "Permissions";
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if (!isThere)
            findings.Ok(subject, $"you may write to {existing}");
        else if (OperatingSystem.IsWindows()
            ? WindowsAccess.MayAnybodyRead(existing)
            : (File.GetUnixFileMode(existing) & others) != 0)
        {
            var command = OperatingSystem.IsWindows() ? WindowsAccess.MakePrivate(existing) : $"chmod 700 '{existing}'";
            findings.Notice(subject, $"Other users may enter the pool. To keep them out: {command}");
        }
        else
            findings.Ok(subject, "only you may enter and write");
    }

    private static void CheckVolume(string folder, SpareSettings? spares, Findings findings)
    {
        var volume = Volume.Of(folder);
        var copies = volume.CanCopyOnWrite(folder) switch
        {
            true => "can copy on write",
            false => "cannot copy on write",
            null => "copy on write unknown",
        };
        if (volume.IsOfNetwork)
        {
            findings.Notice(
                "FileSystem",
                $"{volume.Type}, {copies}. Use the pool on one machine only: SQLite does not work over a network.");
        }
        else
        {
            findings.Ok("FileSystem", $"{volume.Type}, {copies}");
        }

        var free = $"{PrintableSize.Of(volume.Free)} of {PrintableSize.Of(volume.Size)} free";
        var prune = new Hint(". To remove what nobody uses: ", "prune");
        if (volume.Free < LeastFree)
            findings.Problem("FreeSpace", free, prune);
        else if (volume.Free < LittleFree)
            findings.Notice("FreeSpace", free, prune);
        else if (spares is { AreWanted: true } && volume.Free < spares.MinFree.Of(volume.Size))
            findings.Notice("FreeSpace", $"{free}, less than gitproc.minFreeSpace, so no spares are made", prune);
        else
            findings.Ok("FreeSpace", free);
    }

    private void CheckDatabase(PoolSettings? settings, Findings findings, CancellationToken cancellationToken)
    {
        const string subject = "Database";
        try
        {
            using var database = PoolDatabase.OpenToRead(Folder.Database, out var version, BusyTimeoutMilliseconds);
            if (database is null)
            {
                CheckVersion(version, findings);
                return;
            }

            if (!database.IsWhole())
            {
                findings.Problem(subject, Damaged("It is not complete"), Repair);
                return;
            }

            findings.Ok(
                subject,
                $"schema {version}, {PrintableSize.Of(new FileInfo(Folder.Database).Length)}");
            if (settings is not null)
                CheckPrefixes(settings, database, findings);
            new PoolCheckContents(Folder, database, findings).Run(cancellationToken);
        }
        catch (SqliteException e) when (PoolDatabase.IsDamage(e))
        {
            findings.Problem(subject, Damaged(e.Message), Repair);
        }
        catch (SqliteException e)
        {
            throw PoolDatabase.NotUsable(Folder.Database, e);
        }

        string Damaged(string why) =>
            $"{Folder.Database} is damaged: {why.TrimEnd('.')}. The next command sets it aside, and makes a new one "
                + "from what the checkouts say.";
    }

    private void CheckVersion(long? version, Findings findings)
    {
        const string subject = "Database";
        if (version is null or 0)
        {
            if (Folder.CheckoutFolders().Any())
            {
                findings.Problem(
                    subject,
                    $"{Folder.Database} is {(version is null ? "gone" : "empty")}. The next command makes it "
                        + "from what the checkouts say.",
                    Repair);
            }
            else
            {
                findings.Ok(subject, "the first acquire makes it");
            }
        }
        else if (version > Schema.Version)
        {
            findings.Problem(subject, PoolDatabase.TooNew(Folder.Database, version.Value).Message);
        }
        else
        {
            findings.Notice(
                subject,
                $"It was written by an older gitproc (schema {version}). The next command brings it to schema "
                    + $"{Schema.Version}.");
        }
    }

    internal static Hint Repair { get; } = new(" To do it now: ", "repair");

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();
}

/// <summary>Who asks for a check of the pool.</summary>
public sealed record PoolCheckRequest
{
    /// <summary>The absolute path of the working directory, whose git config counts.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The program that Gitproc runs in and its version, for example PowerShell; null for its own.</summary>
    public string? Host { get; init; }

    /// <summary>Writes the name of an option, for example <c>Force</c>, as the front end's users type it.</summary>
    public required Func<string, string> SpellOption { get; init; }
}
