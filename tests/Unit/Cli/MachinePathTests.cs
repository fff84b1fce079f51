using Gitproc.Cli.Commands;

namespace Gitproc.Unit.Cli;

/// <summary>Paths on other machines, as scp spells them.</summary>
public sealed class MachinePathTests
{
    [Theory]
    [InlineData("box:/pool/checkout-1", "box", "/pool/checkout-1")]
    [InlineData("me@box:checkout-1", "me@box", "checkout-1")]
    [InlineData("box:C:\\pool\\checkout-1", "box", "C:\\pool\\checkout-1")]
    [InlineData("[fe80::1]:/pool/checkout-1", "fe80::1", "/pool/checkout-1")]
    public void Is_read_and_written(string text, string machine, string path)
    {
        var read = MachinePath.Parse(text)!;
        Assert.Equal((machine, path), (read.Machine, read.Path));
        Assert.Equal(text, read.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("checkout-1")]
    [InlineData("/pool/a:b")]
    [InlineData("./a:b")]
    [InlineData(":a")]
    [InlineData("[a")]
    public void A_path_of_this_machine_is_none(string? text) => Assert.Null(MachinePath.Parse(text));
}
