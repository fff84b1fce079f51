using Gitproc.Checkouts.Looking;
using Gitproc.Files;

namespace Gitproc.Unit.Files;

public sealed class NameComparerTests
{
    [Theory]
    [InlineData(".git", ".GIT", true)]
    [InlineData("Source/Größe", "source/GRÖSSE", false)]
    [InlineData("Source/Größe", "source/grÖße", true)]
    [InlineData("a", "b", false)]
    // The first byte of one in UTF-8 is that of the other plus 32, like those of "A" and "a".
    [InlineData("\u00c1", "\u3042", false)]
    public void Case_counts_only_where_it_makes_other_names(string one, string other, bool areSame)
    {
        var (first, second) = (RawText.FromText(one), RawText.FromText(other));
        var comparer = new NameComparer(ignoresCase: true);
        Assert.Equal(areSame, comparer.Equals(first, second));
        Assert.Equal(areSame, comparer.GetHashCode(first) == comparer.GetHashCode(second));
        Assert.False(new NameComparer(ignoresCase: false).Equals(first, second));
    }

    [Fact]
    public void Git_is_where_the_file_system_finds_it()
    {
        Assert.True(HiddenEntries.IsGit(".git"u8));
        Assert.Equal(!OperatingSystem.IsLinux(), HiddenEntries.IsGit(".Git"u8));
        Assert.False(HiddenEntries.IsGit(".gitignore"u8));
    }
}
