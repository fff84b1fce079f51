using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Markdig.Syntax;

namespace Gitproc.Help;

/// <summary>Writes a help file in MAML, the format that Get-Help reads.</summary>
internal static class MamlFile
{
    private static readonly XNamespace File = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <param name="commands">The commands and their pages.</param>
    /// <param name="online">The online address of the pages, without a file name.</param>
    public static void Write(string path, IEnumerable<(CommandShape Shape, HelpPage Page)> commands, string online)
    {
        var root = new XElement(
            File + "helpItems",
            new XAttribute("schema", "maml"),
            commands.Select(pair => Of(pair.Shape, pair.Page, online)));
        using var writer = XmlWriter.Create(
            path,
            new XmlWriterSettings
            {
                Indent = true,
                NewLineChars = "\n",
                Encoding = new System.Text.UTF8Encoding(false),
            });
        root.Save(writer);
    }

    private static XElement Of(CommandShape shape, HelpPage page, string online)
    {
        var name = shape.Name.Split('-', 2);
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(
                Command + "details",
                new XElement(Command + "name", shape.Name),
                new XElement(Command + "verb", name[0]),
                new XElement(Command + "noun", name[1]),
                Description(page.Synopsis)),
            Description(page.Section("Description").Blocks),
            new XElement(Command + "syntax", shape.Sets.Select(set => Syntax(shape.Name, set, page))),
            new XElement(
                Command + "parameters",
                shape
                    .Parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
                    .Select(parameter => Parameter(parameter, page))),
            new XElement(Command + "inputTypes", Types(page, "Inputs", "inputType")),
            new XElement(Command + "returnValues", Types(page, "Outputs", "returnValue")),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Notes(page))),
            new XElement(Command + "examples", page.Section("Examples").Parts.Select(Example)),
            new XElement(Command + "relatedLinks", Links(page, online)));
    }

    private static XElement Syntax(string name, IReadOnlyList<ParameterShape> set, HelpPage page) =>
        new(
            Command + "syntaxItem",
            new XElement(Maml + "name", name),
            set.Select(parameter => Parameter(parameter, page)));

    private static XElement Parameter(ParameterShape parameter, HelpPage page)
    {
        var text = page.Section("Parameters").Parts.FirstOrDefault(part => part.Title == "-" + parameter.Name);
        return new XElement(
            Command + "parameter",
            new XAttribute("required", Xml(parameter.IsMandatory)),
            new XAttribute("variableLength", "true"),
            new XAttribute("globbing", Xml(parameter.TakesWildcards)),
            new XAttribute(
                "pipelineInput", parameter.PipelineInput.Length == 0 ? "False" : $"True ({parameter.PipelineInput})"),
            new XAttribute("position", parameter.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Maml + "name", parameter.Name),
            Description(
                text?.Blocks.Where(block => Value(block, "Default") is null && Value(block, "Aliases") is null) ?? []),
            parameter.Values.Count == 0
                ? null
                : new XElement(
                    Command + "parameterValueGroup",
                    parameter.Values.Select(value => new XElement(Command + "parameterValue", value))),
            parameter.Type is null
                ? null
                : new XElement(
                    Command + "parameterValue",
                    new XAttribute("required", "true"),
                    new XAttribute("variableLength", "false"),
                    parameter.Type),
            new XElement(Dev + "type", new XElement(Maml + "name", parameter.Type ?? "SwitchParameter")),
            new XElement(
                Dev + "defaultValue",
                text?.Blocks.Select(block => Value(block, "Default")).FirstOrDefault(value => value is not null)
                    ?? (parameter.Type is null ? "False" : "None")));
    }

    private static IEnumerable<XElement> Types(HelpPage page, string section, string element) =>
        page.Section(section)
            .Parts.Select(part => new XElement(
                Command + element,
                new XElement(Dev + "type", new XElement(Maml + "name", part.Title)),
                Description(part.Blocks)));

    // MAML has no element for the aliases of a command.
    private static IEnumerable<XElement> Notes(HelpPage page) =>
        HelpText.Paragraphs(page.Section("Aliases").Blocks).Take(1).Select(text => $"Aliases: {text}")
            .Concat(HelpText.Paragraphs(page.Section("Aliases").Blocks).Skip(1))
            .Concat(HelpText.Paragraphs(page.Section("Notes").Blocks))
            .Select(Paragraph);

    private static XElement Example(HelpSection part) => new(
        Command + "example",
        new XElement(Maml + "title", $"----- {part.Title} -----"),
        new XElement(Dev + "code", part.Code),
        new XElement(Dev + "remarks", Paragraphs(part.Prose)));

    private static IEnumerable<XElement> Links(HelpPage page, string online) =>
        page.Section("Related links").Links
            .Select(link => link.Url!.StartsWith("https:", StringComparison.Ordinal)
                ? Link(HelpText.Text(link) + ":", link.Url)
                : Link(HelpText.Text(link), ""))
            .Prepend(Link("Online version:", $"{online}{page.Title}.md"));

    private static XElement Link(string text, string address) =>
        new(Maml + "navigationLink", new XElement(Maml + "linkText", text), new XElement(Maml + "uri", address));

    private static XElement Description(IEnumerable<Block> body) => new(Maml + "description", Paragraphs(body));

    // Each line of a table or of code is an element of its own, because Get-Help joins and wraps the lines of an
    // element.
    private static IEnumerable<XElement> Paragraphs(IEnumerable<Block> body) =>
        HelpText.Paragraphs(body).Select(Paragraph);

    private static XElement Paragraph(string text) => new(Maml + "para", text);

    // A paragraph such as "Default: 100".
    private static string? Value(Block block, string name) =>
        HelpText.Paragraphs([block]).First() is var text && text.StartsWith(name + ": ", StringComparison.Ordinal)
            ? text[(name.Length + 2)..]
            : null;

    private static string Xml(bool value) => value ? "true" : "false";
}
