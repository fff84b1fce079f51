namespace Gitproc.Help;

/// <summary>What PowerShell knows of a command.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sets">Its parameter sets, the default one first; one at least.</param>
internal sealed record CommandShape(string Name, IReadOnlyList<IReadOnlyList<ParameterShape>> Sets)
{
    /// <summary>All parameters, each once.</summary>
    public IEnumerable<ParameterShape> Parameters => Sets.SelectMany(set => set).DistinctBy(parameter => parameter.Name);
}

/// <summary>What PowerShell knows of a parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as it is written in scripts; null for a switch.</param>
/// <param name="IsMandatory">Whether it has to be given.</param>
/// <param name="Position">Its place, from 0; null when it is given by name only.</param>
/// <param name="PipelineInput">By what it takes what comes through the pipeline; empty when it does not.</param>
/// <param name="Aliases">Its other names.</param>
/// <param name="TakesWildcards">Whether a value may be a pattern.</param>
/// <param name="Values">The values it may have; none when there are too many.</param>
internal sealed record ParameterShape(
    string Name,
    string? Type,
    bool IsMandatory,
    int? Position,
    string PipelineInput,
    IReadOnlyList<string> Aliases,
    bool TakesWildcards,
    IReadOnlyList<string> Values);
