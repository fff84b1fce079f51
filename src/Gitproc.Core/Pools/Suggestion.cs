namespace Gitproc.Pools;

/// <summary>Something that could stand in a command line.</summary>
/// <param name="Text">What would be written, without quotes.</param>
/// <param name="Tip">What is said of it, in one line.</param>
public sealed record Suggestion(string Text, string Tip);
