using Gitproc.Fleet.Database;
using Gitproc.Reports;
using Gitproc.Unit.Support;
using Npgsql;

namespace Gitproc.Unit.Fleet;

/// <summary>What <c>gitproc.fleet</c> may say. The variables of libpq are those of the process.</summary>
public sealed class FleetAddressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PGSERVICEFILE", null);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("postgresql://me@db.example.com:6432/fleet?sslmode=verify-full&connect_timeout=7")]
    [InlineData("postgres://me@db.example.com:6432/fleet?sslmode=verify-full&connect_timeout=7")]
    [InlineData("Host=db.example.com;Port=6432;Database=fleet;Username=me;SSL Mode=VerifyFull;Timeout=7")]
    [InlineData("host=db.example.com;port=6432;dbname=fleet;user=me;sslmode=verify-full;connect_timeout=7")]
    public void It_is_a_URL_or_a_connection_string(string text)
    {
        var address = FleetAddress.Parse(text);
        Assert.Equal("db.example.com", address.Host);
        Assert.Equal(6432, address.Port);
        Assert.Equal("fleet", address.Database);
        Assert.Equal("me", address.Username);
        Assert.Equal(SslMode.VerifyFull, address.SslMode);
        Assert.Equal(7, address.Timeout);
        Assert.Equal("db.example.com/fleet", FleetAddress.Show(address));
    }

    [Fact]
    public void A_URL_may_have_escapes_and_a_socket()
    {
        var address = FleetAddress.Parse("postgresql:///fl%20eet?host=/run/postgresql&user=a%40b");
        Assert.Equal("/run/postgresql", address.Host);
        Assert.Equal("fl eet", address.Database);
        Assert.Equal("a@b", address.Username);
    }

    [Fact]
    public void A_service_is_looked_up_in_the_file_of_services()
    {
        File.WriteAllText(
            _folder["services"],
            "[other]\nhost=other\n\n# a remark\n[ours]\nhost = db\ndbname=fleet\nuser=agent\npassword=secret\n[last]\nhost=x\n");
        Environment.SetEnvironmentVariable("PGSERVICEFILE", _folder["services"]);

        var address = FleetAddress.Parse("service=ours;user=me");

        Assert.Equal(("db", "fleet", "me", "secret"), (address.Host, address.Database, address.Username, address.Password));
        Assert.Contains("the service nobody", Refusal("service=nobody"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("Database=fleet")]
    [InlineData("postgresql://u:secret@/fleet")]
    [InlineData("postgresql://u:secret@host:99999999/fleet")]
    [InlineData("postgresql://u:secret@host/fleet?nonsense=1")]
    [InlineData("Host=db;Password=secret;Nonsense=secret")]
    [InlineData("Host=db;Password=secret;Port=secret")]
    [InlineData("Host=db;Password=\"secret")]
    public void What_cannot_be_read_is_refused_without_a_password_in_the_error(string text)
    {
        var refusal = Refusal(text);
        Assert.StartsWith("gitproc.fleet is not the address of a PostgreSQL database: ", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_named_without_user_and_password()
    {
        using var database = new FleetDatabase($"Host={_folder["none"]};Database=fleet;Username=me;Password=secret");
        var error = Assert.Throws<GitprocException>(() => database.With(_ => true));
        Assert.Equal(ErrorReason.FleetNotReachable, error.Reason);
        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_server_says_while_it_starts_is_one_line()
    {
        using var database = new FleetDatabase("Host=db;Database=fleet");
        var starting = new PostgresException("it starts", "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow, "later");
        foreach (var error in new[] { starting, new NpgsqlException("no session", starting) })
            Assert.Equal(
                "The fleet's database db/fleet cannot be reached: it starts", database.Translate(error).Message);
    }

    private static string Refusal(string text) =>
        Assert.Throws<GitprocException>(() => FleetAddress.Parse(text)).Message;
}
