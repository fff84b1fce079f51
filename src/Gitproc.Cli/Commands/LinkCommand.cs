using System.CommandLine;
using Gitproc.Cli.Output;
using Gitproc.Pools;
using Gitproc.Text;

namespace Gitproc.Cli.Commands;

/// <summary><c>gitproc link</c> and its subcommands, for light-weight checkouts.</summary>
internal static class LinkCommand
{
    public static Command Create(GlobalOptions options)
    {
        var path = new Argument<string?>("path")
        {
            Description = "The folder to make the checkout in. It must be new or empty.",
            HelpName = "PATH",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var wanted = new Argument<string?>("ref")
        {
            Description =
                "A branch, tag, commit or other ref; START:BRANCH for a new branch. [default: the branch with the folder's name, which is created if there is none]",
            HelpName = "REF",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var start = new Option<string?>("--ref")
        {
            Description = "REF as an option, as in gitproc acquire. With --new-branch, the branch begins there.",
            HelpName = "REF",
        };
        var (baseRepository, newBranch) = (Base(), NewBranch());
        var name = new Option<string?>("--name")
        {
            Description = "The name of the checkout. [default: its path relative to the base repository]",
            HelpName = "NAME",
        };
        var command = new Command(
            "link",
            "Make a light-weight checkout: a folder that has a HEAD and an index of its own, and uses the objects and refs of a base repository."
        )
        {
            path,
            wanted,
            start,
            baseRepository,
            name,
            newBranch,
            List(options),
            Repair(options),
            Restore(options),
            Remove(options),
        };
        command.Check(result =>
        {
            if (result.GetValue(wanted) is not null && result.GetValue(start) is not null
                && !result.GetValue(newBranch))
                result.AddError("REF and --ref exclude each other, unless REF is a new branch (-b).");
        });
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(path) is not { } folder)
            {
                Messages.WriteLine(
                    "gitproc: name the folder to make: gitproc link PATH [REF]. To list light-weight checkouts: gitproc link list"
                );
                return ExitCode.Usage;
            }

            using var interruption = new Interruption();
            var isNew = parsed.GetValue(newBranch);
            var link = options.Open(parsed).Links.Create(
                new LinkRequest
                {
                    Path = folder,
                    WorkingDirectory = CurrentFolder.Path,
                    Ref = parsed.GetValue(wanted) ?? (isNew ? null : parsed.GetValue(start)),
                    NewBranch = isNew,
                    Start = isNew ? parsed.GetValue(start) : null,
                    Base = parsed.GetValue(baseRepository),
                    Name = parsed.GetValue(name),
                },
                interruption.Token);
            ResultWriter.WriteLines([link.Path]);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>gitproc checkout</c>.</summary>
    public static Command CreateCheckout(GlobalOptions options)
    {
        var wanted = new Argument<string>("ref")
        {
            Description = "A branch, tag, commit or other ref; START:BRANCH for a new branch.",
            HelpName = "REF",
        };
        var newBranch = NewBranch();
        var command = new Command(
            "checkout",
            "Check out a ref in the current folder, which has a .gitlink file. Make it a light-weight checkout if it is not one yet."
        )
        {
            wanted,
            newBranch,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var link = options
                .Open(parsed)
                .Links.Switch(
                    CurrentFolder.Path,
                    parsed.GetRequiredValue(wanted),
                    parsed.GetValue(newBranch),
                    interruption.Token);
            Messages.WriteLine(
                $"gitproc: {link.Path} is at {PrintableText.Of(link.Branch ?? link.Commit ?? "no commit")}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options)
    {
        var (baseRepository, json) = (Base(), CheckoutOutput.JsonOption());
        var command = new Command(
            "list", "List the light-weight checkouts of the repository in the working directory, or of the whole pool.")
        {
            baseRepository,
            json,
        };
        command.Aliases.Add("ls");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            LinkOutput.Write(
                options
                    .Open(parsed)
                    .Links.List(parsed.GetValue(baseRepository), CurrentFolder.Path, interruption.Token),
                parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Repair(GlobalOptions options)
    {
        var paths = new Argument<string[]>("path")
        {
            Description =
                "A folder that was moved. [default: the current checkout; in a base repository, all of its light-weight checkouts]",
            HelpName = "PATH",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "repair", "Reconnect a light-weight checkout and its base repository after one of them was moved.")
        {
            paths,
        };
        command.SetAction(parsed =>
        {
            foreach (var path in parsed.GetValue(paths) is [_, ..] named ? named : new string?[] { null })
            {
                foreach (var link in PoolLinks.Repair(path, CurrentFolder.Path))
                    Messages.WriteLine(
                        $"gitproc: {link.Path} is {(link.Missing ? $"missing; to restore it: gitproc link restore {link.Name}" : $"of {link.Base}")}"
                    );
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Restore(GlobalOptions options)
    {
        var link = new Argument<string>("name")
        {
            Description =
                "The name of the checkout, the path that it had, or the id of the rescue that was made when it was removed.",
            HelpName = "NAME",
        };
        var path = new Argument<string?>("path")
        {
            Description = "The folder to restore it to. [default: the path that it had]",
            HelpName = "PATH",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var baseRepository = Base();
        var command = new Command(
            "restore",
            "Restore a light-weight checkout whose folder is gone, with its HEAD and index, and print its path.")
        {
            link,
            path,
            baseRepository,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            ResultWriter.WriteLines([
                options
                    .Open(parsed)
                    .Links.Restore(
                        parsed.GetRequiredValue(link),
                        parsed.GetValue(path),
                        parsed.GetValue(baseRepository),
                        CurrentFolder.Path,
                        interruption.Token)
                    .Path,
            ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(GlobalOptions options)
    {
        var links = new Argument<string[]>("name")
        {
            Description = "The name or path of the checkout.",
            HelpName = "NAME",
            Arity = ArgumentArity.OneOrMore,
        };
        var discard = new Option<bool>("--discard")
        {
            Description = "Throw away uncommitted work instead of rescuing it.",
        };
        var force = new Option<bool>("--force", "-f") { Description = "Remove it even if processes run in it." };
        var baseRepository = Base();
        var command = new Command("remove", "Remove light-weight checkouts. Uncommitted work is rescued first.")
        {
            links,
            discard,
            force,
            baseRepository,
        };
        command.Aliases.Add("rm");
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            var pool = options.Open(parsed);
            foreach (var link in parsed.GetRequiredValue(links))
            {
                var removed = pool.Links.Remove(
                    new RemoveLinkRequest
                    {
                        Link = link,
                        WorkingDirectory = CurrentFolder.Path,
                        Base = parsed.GetValue(baseRepository),
                        Discard = parsed.GetValue(discard),
                        Force = parsed.GetValue(force),
                    },
                    interruption.Token);
                Messages.WriteLine($"gitproc: {removed.Name} is removed");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string?> Base() =>
        new("--base")
        {
            Description =
                "The base repository: a path in it, or a repository of the pool. [default: the repository around the folder]",
            HelpName = "REPO",
        };

    private static Option<bool> NewBranch() =>
        new("--new-branch", "-b") { Description = "REF is the name of a branch to create." };
}
