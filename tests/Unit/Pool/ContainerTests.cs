using System.Diagnostics;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// What docs/ci.md says to mount into a container, so that git works there. The container is a mount namespace in which
/// the pool is empty but for that.
/// </summary>
public sealed class ContainerTests : IDisposable
{
    // A user of a container works with git. In one of these, standard output ends with "worked".
    private const string Work =
        """
        export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
        export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
        git status --short && git log --oneline -1 > /dev/null && echo change >> file-0.txt && git commit -qam container &&
        git fsck --connectivity-only > /dev/null 2>&1 && git diff --quiet HEAD && echo worked
        """;

    private readonly PoolFixture _pool = new();

    public void Dispose() => _pool.Dispose();

    public ContainerTests() =>
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Run("true", "").ExitCode == 0,
            "This system does not let this user make a mount namespace.");

    [Fact]
    public void Of_a_clone_its_folder_and_the_bases_to_read()
    {
        var checkout = Acquire(CheckoutKind.Clone);

        MustWork(
            checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; mount_at "$POOL/base" "$POOL/base" ro; cd "$CHECKOUT" """);
        MustWork(checkout, """mount_at "$CHECKOUT" "$HOME"; mount_at "$POOL/base" "$POOL/base" ro; cd "$HOME" """);
        MustNotWork(checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; cd "$CHECKOUT" """);
    }

    [Fact]
    public void Of_a_worktree_its_folder_and_the_bases_to_write()
    {
        var checkout = Acquire(CheckoutKind.Worktree);

        MustWork(checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; mount_at "$POOL/base" "$POOL/base"; cd "$CHECKOUT" """);
        MustNotWork(
            checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; mount_at "$POOL/base" "$POOL/base" ro; cd "$CHECKOUT" """);
        MustNotWork(checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; cd "$CHECKOUT" """);
    }

    [Fact]
    public void Of_a_standalone_checkout_its_folder_alone_anywhere()
    {
        var checkout = Acquire(CheckoutKind.Standalone);

        MustWork(checkout, """mount_at "$CHECKOUT" "$HOME"; cd "$HOME" """);
        MustWork(checkout, """mount_at "$CHECKOUT" "$CHECKOUT"; cd "$CHECKOUT" """);

        _pool.Release(checkout);
        var rescue = Assert.Single(_pool.Pool.Rescues.List(null, _pool.Home));
        Assert.Equal(2, rescue.Commits);
    }

    private Checkout Acquire(CheckoutKind kind) => _pool.Acquire(_pool.Request() with { Kind = kind });

    private void MustWork(Checkout checkout, string mounts)
    {
        var result = Run(mounts + "\n" + Work, checkout.Path);
        Assert.True(result.Output.EndsWith("worked", StringComparison.Ordinal), result.Output + result.Error);
    }

    private void MustNotWork(Checkout checkout, string mounts) =>
        Assert.DoesNotContain("worked", Run(mounts + "\n" + Work, checkout.Path).Output, StringComparison.Ordinal);

    // What is to be mounted is first put where the empty pool does not hide it.
    private GitprocProgram.Result Run(string script, string checkout)
    {
        var start = new ProcessStartInfo(
            "unshare",
            [
                "--mount",
                "bash",
                "-c",
                $$"""
                set -e
                mkdir -p "$POOL" "$ASIDE/checkout" "$ASIDE/base" "$POOL/base"
                [ -z "$CHECKOUT" ] || mount --bind "$CHECKOUT" "$ASIDE/checkout"
                mount --bind "$POOL/base" "$ASIDE/base"
                mount -t tmpfs none "$POOL"
                mount_at() {
                  mkdir -p "$2"
                  if [ "$1" = "$CHECKOUT" ]; then set -- checkout "$2" "$3"; else set -- base "$2" "$3"; fi
                  mount --bind "$ASIDE/$1" "$2"
                  [ -z "$3" ] || mount -o remount,bind,"$3" "$2"
                }
                {{script}}
                """,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitprocProgram.Isolate(start, _pool.Pool.Path, _pool.Home);
        (start.Environment["POOL"], start.Environment["CHECKOUT"]) = (_pool.Pool.Path, checkout);
        start.Environment["ASIDE"] = _pool["aside"];
        return GitprocProgram.Finish(Process.Start(start)!);
    }
}
