namespace Gitproc.Terminal;

/// <summary>Colours the findings of a check of the pool.</summary>
public static class FindingText
{
    /// <summary>Gives a text the colour of a state.</summary>
    /// <param name="text">The text.</param>
    /// <param name="state">The state of a finding.</param>
    /// <returns>The text, with escape sequences around it.</returns>
    public static string Color(string text, FindingState state)
    {
        var color = state switch
        {
            FindingState.Ok => 32,
            FindingState.Notice => 33,
            _ => 31,
        };
        return $"\e[{color}m{text}\e[0m";
    }
}
