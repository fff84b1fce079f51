using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gitproc.Agent.Web;

/// <summary>Where the page is served.</summary>
/// <param name="Address">The address that is listened on.</param>
/// <param name="Port">The port; 0 for any that is free.</param>
internal sealed record PageAddress(IPAddress Address, int Port)
{
    /// <summary>The port unless another one is named.</summary>
    public const int DefaultPort = 8427;

    /// <summary>What is named to serve no page.</summary>
    public const string None = "none";

    /// <summary>The default: only programs of this machine reach it.</summary>
    public static PageAddress Default { get; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>True if only programs of this machine reach it.</summary>
    public bool IsLocal => IPAddress.IsLoopback(Address);

    /// <summary>
    /// The default, if nobody has its port: the agent of another user, or the first of two agents. To care for the pool
    /// is worth more than the page.
    /// </summary>
    /// <param name="tell">Told why there is no page.</param>
    /// <returns>The address; null for no page.</returns>
    public static PageAddress? DefaultIfFree(Action<string> tell)
    {
        try
        {
            using var port = new TcpListener(Default.Address, Default.Port);
            port.Start();
            return Default;
        }
        catch (SocketException e)
        {
            tell($"there is no page, because {Default} cannot be used ({e.Message}). Name another port with --page.");
            return null;
        }
    }

    /// <summary>Reads <c>PORT</c>, <c>ADDRESS</c>, <c>ADDRESS:PORT</c> or <c>[ADDRESS]:PORT</c>.</summary>
    /// <returns>The address; null if the text is none.</returns>
    public static PageAddress? Parse(string text)
    {
        if (text.All(char.IsAsciiDigit))
            return PortOf(text) is { } port ? new PageAddress(IPAddress.Loopback, port) : null;
        const string local = "localhost";
        if (text.StartsWith(local, StringComparison.OrdinalIgnoreCase))
            text = IPAddress.Loopback + text[local.Length..];
        var colon = text.LastIndexOf(':');
        // One in an address of version 6 is no beginning of a port.
        var hasPort = colon > 0 && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']');
        return IPAddress.TryParse(hasPort ? text[..colon] : text, out var address)
            && (hasPort ? PortOf(text[(colon + 1)..]) : DefaultPort) is { } named
                ? new PageAddress(address, named)
                : null;
    }

    /// <summary>As it is written.</summary>
    /// <returns>As <c>127.0.0.1:8427</c>.</returns>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();

    private static int? PortOf(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
