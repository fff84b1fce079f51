using System.Text;
using CsCheck;
using Gitproc.Files;

namespace Gitproc.Unit.Files;

public sealed class RawTextTests
{
    [Fact]
    public void Keeps_any_bytes() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300])
            .Sample(
                (first, second) =>
                {
                    var (one, other) = (RawText.FromBytes(first), RawText.FromBytes(second));
                    Assert.Equal(first, one.ToBytes());
                    Assert.Equal(Encoding.UTF8.GetString(first), one.ToText());
                    Assert.Equal([.. first, .. second], (one + other).ToBytes());
                    Assert.Equal(first.AsSpan().SequenceEqual(second), one == other);
                    Assert.Equal(first.AsSpan().SequenceEqual(second), one == second.AsSpan());
                    Assert.Equal(
                        Math.Sign(first.AsSpan().SequenceCompareTo(second)), Math.Sign(one.CompareTo(other)));
                    Assert.True((one + other).StartsWith(first) && (one + other).EndsWith(other));
                },
                threads: 1);

    [Fact]
    public void Joins_bytes_with_the_UTF8_of_text()
    {
        var name = RawText.FromBytes([0x63, 0xE9]);
        Assert.Equal([.. "é "u8, .. name.ToBytes(), .. " 1"u8], RawText.Create($"é {name} {"1"}").ToBytes());
        Assert.Equal("é 𝄞", RawText.FromText("é 𝄞").ToText());
        Assert.Equal("a\0b\0", RawText.Concat(["a"u8, "b"u8], end: '\0').ToText());
        Assert.Equal("a/b", RawText.Join('/', ["a"u8, "b"u8]).ToText());
    }

    [Fact]
    public void Is_empty_by_default()
    {
        Assert.Equal((0, "", true), (default(RawText).Length, default(RawText).ToText(), default(RawText) == RawText.FromText("")));
        Assert.Equal(default, RawText.FromText(""));
        Assert.Equal(default(RawText).GetHashCode(), RawText.FromText("").GetHashCode());
    }

    // The last bytes of "voilà" and of "успех" are white space to .NET.
    [Theory]
    [InlineData("voilà")]
    [InlineData("успех")]
    public void Trims_what_is_white_space_to_git(string text)
    {
        var raw = RawText.Create($" \t{text}\r\n");
        Assert.Equal((text, " \t" + text), (raw.Trim().ToText(), raw.TrimEnd().ToText()));
    }

    [Theory]
    [InlineData("a/b/c", "a/b")]
    [InlineData("a", "")]
    [InlineData("", "")]
    public void Has_a_parent(string path, string parent) =>
        Assert.Equal(parent, RawText.FromText(path).ParentPath().ToText());
}
