using Gitproc.Text;

namespace Gitproc.Unit;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("0", 0)]
    [InlineData("1.5s", 1.5)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("2D", 172800)]
    public void Reads(string text, double seconds) =>
        Assert.Equal(seconds, Duration.Parse(text)!.Value.TotalSeconds, 3);

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1s")]
    [InlineData("1m1h")]
    [InlineData("5 m")]
    [InlineData("99999d")]
    [InlineData("forever")]
    public void Refuses(string text) => Assert.Null(Duration.Parse(text));
}
