using System.Text.Json;
using Gitproc.Registry;
using Gitproc.Reports;

namespace Gitproc.Agents;

/// <summary>One request to the agent, with one answer.</summary>
internal static class AgentCall
{
    // The agent waits for PostgreSQL for less.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Asks the agent of a pool.</summary>
    /// <param name="kind">What it is to do.</param>
    /// <param name="write">Writes the other properties of the request.</param>
    /// <returns>The answer. Dispose it.</returns>
    /// <exception cref="GitprocException">
    /// <see cref="ErrorReason.AgentNotRunning"/>, or what the agent says went wrong.
    /// </exception>
    public static JsonDocument Ask(
        PoolFolder folder, string kind, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var (connection, answer) = Begin(folder, kind, write, cancellationToken);
        connection.Dispose();
        return answer;
    }

    /// <summary>Does the same, and stays connected, which the agent notices.</summary>
    /// <returns>The connection and the answer. Dispose both.</returns>
    public static (Stream Connection, JsonDocument Answer) Begin(
        PoolFolder folder, string kind, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var agent = AgentSocket.TryConnect(folder) ?? throw new GitprocException(
            ErrorReason.AgentNotRunning,
            $"No agent runs for the pool {folder.Path}, and only the agent knows the fleet. Start gitproc-agent.",
            folder.Path);
        try
        {
            return (agent, Read(agent, folder, Line(kind, write), cancellationToken));
        }
        catch
        {
            agent.Dispose();
            throw;
        }
    }

    private static JsonDocument Read(
        Stream agent, PoolFolder folder, byte[] request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(agent, leaveOpen: true);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(LongestWait);
        JsonDocument answer;
        try
        {
            agent.Write(request);
            // A part of a line is not JSON: the agent was killed while it wrote.
            answer = JsonDocument.Parse(reader.ReadLineAsync(end.Token).AsTask().GetAwaiter().GetResult() ?? "");
        }
        catch (Exception e) when (e is IOException or JsonException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new GitprocException(
                ErrorReason.AgentNotRunning, $"The agent of the pool {folder.Path} does not answer.", folder.Path, e);
        }

        if (!answer.RootElement.TryGetProperty("error", out var error))
            return answer;
        using (answer)
        {
            throw new GitprocException(
                Enum.TryParse<ErrorReason>(answer.RootElement.GetProperty("reason").GetString(), out var reason)
                    ? reason
                    : ErrorReason.FleetNotUsable,
                error.GetString()!);
        }
    }

    /// <summary>Writes a request as the line that goes to the agent.</summary>
    public static byte[] Line(string kind, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("do", kind);
            write(json);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
