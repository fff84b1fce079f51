using System.Net;
using System.Text;

namespace Gitproc.Unit.Support;

/// <summary>
/// Serves a bare repository over HTTP to clients that send the password. It uses git's "dumb" protocol: plain files.
/// </summary>
public sealed class PasswordServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public PasswordServer(string folder, string userName, string password)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}"));
        for (var port = Random.Shared.Next(20_000, 40_000); !_listener.IsListening; port++)
        {
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            Host = $"127.0.0.1:{port}";
            try
            {
                _listener.Start();
            }
            catch (HttpListenerException)
            {
                // The port is taken.
            }
        }

        _ = Task.Run(() =>
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = _listener.GetContext();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var response = context.Response;
                var file = Path.Combine(folder, context.Request.Url!.AbsolutePath.TrimStart('/'));
                if (context.Request.Headers["Authorization"] != expected)
                {
                    response.StatusCode = 401;
                    response.AddHeader("WWW-Authenticate", "Basic realm=\"test\"");
                }
                else if (!File.Exists(file))
                {
                    response.StatusCode = 404;
                }
                else
                {
                    response.OutputStream.Write(File.ReadAllBytes(file));
                }
            }
        });
    }

    public string Host { get; private set; } = "";

    public void Dispose() => _listener.Close();
}
