using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gitproc.Fleet.Database;
using Gitproc.Git.Running;
using Gitproc.Reports;
using Gitproc.Repositories;
using Gitproc.Terminal;
using Gitproc.Text;

namespace Gitproc.Fleet;

/// <summary>
/// The <c>gitproc-fleet</c> program: sets a fleet up, and changes it from a machine without an agent. It speaks to
/// PostgreSQL itself, as the user whom <c>gitproc.fleet</c> names.
/// </summary>
internal static class Program
{
    private const int Error = 1;
    private const int Usage = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    private static int Main(string[] arguments)
    {
        var parsed = Root().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors is { Count: > 0 } errors)
        {
            foreach (var error in errors)
                Tell(SecretText.Hide(error.Message));
            return Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is GitprocException or IOException or UnauthorizedAccessException)
        {
            Tell(e.Message);
            return Error;
        }
    }

    private static RootCommand Root()
    {
        var address = new Option<string?>("--fleet")
        {
            Description = "The database: postgresql://HOST/DATABASE, or a connection string of Npgsql. [default: "
                + "GITPROC_FLEET, or else gitproc.fleet in git's config]",
            HelpName = "ADDRESS",
            Recursive = true,
        };
        return new RootCommand("Sets up a fleet of machines that share limits, a queue and a list of checkouts.")
        {
            address, Init(address), Machines(address), Limit(address), Drain(address), Leave(address),
        };
    }

    private static Command Init(Option<string?> address)
    {
        var machine = new Option<string?>("--machine")
        {
            Description = "Add this machine, with a role of its own in PostgreSQL.",
            HelpName = "NAME",
            Validators =
            {
                result =>
                {
                    if (result.Tokens is [{ Value: var name }] && !IsMachineName(name))
                        result.AddError(
                            $"'{PrintableText.Of(name)}' cannot name a machine: use up to 50 letters, digits, '-', '_' and '.'.");
                },
            },
        };
        var isOperator = new Option<bool>("--operator")
        {
            Description = "Let this machine change limits, drain machines and take them out of the fleet.",
        };
        var command = new Command(
            "init",
            "Make or update the tables of the fleet, and add a machine. You must own the database, and may make roles.")
        {
            machine, isOperator,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(isOperator) && result.GetResult(machine) is null)
                result.AddError("--operator needs --machine.");
        });
        command.SetAction(parsed =>
        {
            using var database = Open(parsed.GetValue(address));
            database.With(connection =>
            {
                FleetSchema.Init(connection);
                Console.WriteLine($"The fleet is ready (schema {FleetSchema.VersionOf(connection)}).");
                if (parsed.GetValue(machine) is not { } name)
                    return true;
                var role = FleetSchema.AddMachine(connection, name, parsed.GetValue(isOperator));
                Console.WriteLine($"The machine {name} belongs to it, with the role {role}.");
                Console.WriteLine($"Give the role a password, unless the server knows it otherwise: \\password {role}");
                return true;
            });
        });
        return command;
    }

    private static Command Machines(Option<string?> address)
    {
        var command = new Command("machines", "List the machines.");
        command.SetAction(parsed =>
        {
            using var database = Open(parsed.GetValue(address));
            Write(FleetText.Lines(Read<FleetMachine>(new FleetQueries(database).Machines()), width: null));
        });
        return command;
    }

    private static Command Limit(Option<string?> address)
    {
        var repository = new Argument<string?>("repository")
        {
            Description = "The key of the repository, such as github.com/owner/repo. Without it, list the limits.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var most = new Argument<string?>("limit")
        {
            Description = "The most checkouts that may be held at once, or none for no limit.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("limit", "List or set how many checkouts of a repository the fleet may hold at once.")
        {
            repository, most,
        };
        command.SetAction(parsed =>
        {
            using var database = Open(parsed.GetValue(address));
            var queries = new FleetQueries(database);
            if (parsed.GetValue(repository) is not { } key)
                Write(FleetText.Lines(Read<FleetLimit>(queries.Limits()), width: null));
            else if (parsed.GetValue(most) == "none")
                queries.SetLimit(key, null);
            else if (int.TryParse(
                parsed.GetValue(most), NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            {
                queries.SetLimit(key, limit);
            }
            else
            {
                throw new GitprocException(
                    ErrorReason.InvalidSetting, $"Say how many checkouts of {key} may be held at once, or none.", key);
            }
        });
        return command;
    }

    private static Command Drain(Option<string?> address)
    {
        var machine = new Argument<string>("machine") { Description = "The machine." };
        var undo = new Option<bool>("--undo") { Description = "Give it slots again." };
        var command = new Command("drain", "Give a machine no new slots. What it holds goes on.") { machine, undo };
        command.SetAction(parsed =>
        {
            using var database = Open(parsed.GetValue(address));
            new FleetQueries(database).Drain(parsed.GetValue(machine)!, !parsed.GetValue(undo));
        });
        return command;
    }

    private static Command Leave(Option<string?> address)
    {
        var machine = new Argument<string>("machine") { Description = "The machine." };
        var command = new Command(
            "leave", "Take a machine out of the fleet. What it holds goes on, and does not count any longer.")
        {
            machine,
        };
        command.SetAction(parsed =>
        {
            using var database = Open(parsed.GetValue(address));
            new FleetQueries(database).Leave(parsed.GetValue(machine)!);
        });
        return command;
    }

    // PostgreSQL cuts names of more than 63 bytes, and a role has the prefix gitproc_.
    private static bool IsMachineName(string name) =>
        name.Length is > 0 and <= 50 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static FleetDatabase Open(string? address)
    {
        if (address is null)
        {
            var (config, _) = new GitConfigReader(new GitRunner(null))
                .Read(Environment.CurrentDirectory, CancellationToken.None);
            address = FleetSettings.Read(new SettingReader(config, errors: null)).Address;
        }

        return new FleetDatabase(address ?? throw new GitprocException(
            ErrorReason.InvalidSetting,
            "Which fleet? Name its database with --fleet, GITPROC_FLEET, or: git config --global gitproc.fleet ADDRESS."));
    }

    private static List<T> Read<T>(string rows) => JsonSerializer.Deserialize<List<T>>(rows, Json)!;

    private static void Write(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Console.WriteLine(line);
    }

    private static void Tell(string text) => Console.Error.WriteLine($"gitproc-fleet: {PrintableText.OfLines(text)}");
}
