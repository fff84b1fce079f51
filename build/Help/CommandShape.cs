namespace Gitproc.Help;

/// <summary>The metadata of a command.</summary>
/// <param name="Sets">The parameter sets, the default one first; at least one.</param>
internal sealed record CommandShape(string Name, IReadOnlyList<IReadOnlyList<ParameterShape>> Sets)
{
    /// <summary>The parameters of all sets, without duplicates.</summary>
    public IEnumerable<ParameterShape> Parameters =>
        Sets.SelectMany(set => set).DistinctBy(parameter => parameter.Name);
}

/// <summary>The metadata of a parameter.</summary>
/// <param name="Type">The type, as scripts write it; null for a switch.</param>
/// <param name="Position">The position, from 0; null if the parameter is only given by name.</param>
/// <param name="PipelineInput">
/// How it binds pipeline input: ByValue, ByPropertyName or both; empty if it does not.
/// </param>
/// <param name="Values">The allowed values of an enum or a ValidateSet; otherwise empty.</param>
internal sealed record ParameterShape(
    string Name,
    string? Type,
    bool IsMandatory,
    int? Position,
    string PipelineInput,
    IReadOnlyList<string> Aliases,
    bool TakesWildcards,
    IReadOnlyList<string> Values);
