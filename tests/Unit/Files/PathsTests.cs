using Gitproc.Files;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Files;

public sealed class PathsTests
{
    private static readonly bool IgnoresCase = !OperatingSystem.IsLinux();

    [Theory]
    [InlineData("/pool/checkout-1", "/pool/checkout-1", true)]
    [InlineData("/pool/checkout-1/", "/pool/checkout-1", true)]
    [InlineData("/pool/checkout-1", "/pool/checkout-1/", true)]
    [InlineData("/pool/checkout-1/src", "/pool/checkout-1", true)]
    [InlineData("/pool/checkout-1/src", "/pool/checkout-1/", true)]
    [InlineData("/pool/checkout-10", "/pool/checkout-1", false)]
    [InlineData("/pool/checkout-10", "/pool/checkout-1/", false)]
    [InlineData("/pool", "/pool/checkout-1", false)]
    [InlineData("/pool/", "/pool/checkout-1", false)]
    [InlineData("/pool", "/", true)]
    [InlineData("/", "/", true)]
    [InlineData("/", "/pool", false)]
    public void A_path_is_in_a_folder_at_it_and_below_it(string path, string folder, bool expected) =>
        Assert.Equal(expected, Paths.IsIn(Native(path), Native(folder)));

    [Theory]
    [InlineData("/pool/checkout-1", "/pool/checkout-1", true)]
    [InlineData("/pool/checkout-1/", "/pool/checkout-1", true)]
    [InlineData("/pool/checkout-1", "/pool/checkout-1/", true)]
    [InlineData("/pool/checkout-1", "/pool/checkout-10", false)]
    [InlineData("/pool/checkout-1", "/pool", false)]
    [InlineData("/", "/", true)]
    [InlineData("/", "/pool", false)]
    public void Paths_are_the_same_whether_or_not_a_separator_ends_them(string path, string other, bool expected) =>
        Assert.Equal(expected, Paths.AreSame(Native(path), Native(other)));

    [Fact]
    public void Case_counts_where_the_system_says_so()
    {
        Assert.Equal(IgnoresCase, Paths.AreSame(Native("/Pool"), Native("/pool")));
        Assert.Equal(IgnoresCase, Paths.IsIn(Native("/Pool"), Native("/pool")));
        Assert.Equal(IgnoresCase, Paths.IsIn(Native("/Pool/Checkout-1/src"), Native("/pool/checkout-1")));
    }

    [Fact]
    public void A_link_is_no_folder_and_leads_to_its_real_path()
    {
        UnixTools.SkipWithoutLinks();
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real/below"]);
        Directory.CreateSymbolicLink(folder["link"], folder["real"]);
        Assert.True(Paths.IsFolder(folder["real"]));
        Assert.False(Paths.IsFolder(folder["link"]));
        Assert.False(Paths.IsFolder(folder["none"]));
        Assert.Equal(folder["real/below"], Paths.Real(folder["link/below"]));
        Assert.Equal(folder["link-target/none"], Paths.Real(folder["link-target/./none/"]));
        Assert.Equal(folder.Path, Paths.Real(folder["link/.."]));
    }

    [Theory]
    [InlineData(@"C:\pool\nul.", @"\\?\C:\pool\nul.")]
    [InlineData(@"\\server\share\x ", @"\\?\UNC\server\share\x ")]
    [InlineData(@"\\?\C:\pool", @"\\?\C:\pool")]
    public void A_path_of_Windows_can_be_written_so_that_each_character_counts(string path, string expected)
    {
        Assert.Equal(expected, Paths.WithDevice(path));
        Assert.Equal(Paths.WithoutDevice(path), Paths.WithoutDevice(expected));
    }

    [Fact]
    public void Relative_paths_have_the_slashes_of_git()
    {
        Assert.Equal("../other/below", Paths.Relative(Native("/pool/one"), Native("/pool/other/below")));
        Assert.Equal(".", Paths.Relative(Native("/pool"), Native("/pool")));
    }

    private static string Native(string path) => OperatingSystem.IsWindows() ? "C:" + path.Replace('/', '\\') : path;
}
