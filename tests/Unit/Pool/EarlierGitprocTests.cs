using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>
/// An earlier gitproc, which knows nothing of records, and this one take turns on one pool. The earlier one is a build
/// of an older commit that <c>GITPROC_EARLIER</c> names.
/// </summary>
public sealed class EarlierGitprocTests : IDisposable
{
    private readonly UserFixture _user = new();

    public void Dispose() => _user.Dispose();

    [Theory]
    [InlineData("clone")]
    [InlineData("linked")]
    public void Both_hand_out_clean_checkouts_and_lose_no_work(string kind)
    {
        var earlier = Environment.GetEnvironmentVariable("GITPROC_EARLIER");
        Assert.SkipWhen(earlier is null, "GITPROC_EARLIER names no program of an earlier version.");
        _user.MakeSource(
            "mkdir d; for i in 1 2 3; do echo $i > f$i; echo $i > d/g$i; done; echo '*.o' > .gitignore; git add .; git commit -qm first"
        );
        _user.Run(
            _user.Home,
            $$"""
            export GITPROC_POOL=$HOME/pool; programs=('{{earlier}}' '{{GitprocProgram.File}}'); RANDOM=1
            for i in $(seq 24); do
              if [ $((i % 7)) = 0 ]; then (cd $SOURCE; echo $i >> f1; git commit -qam $i); fi
              path=$(${programs[RANDOM % 2]} acquire $SOURCE --fetch --kind {{kind}} --owner-pid $$ 2> error) || { cat error; exit 1; }
              git -C $path status --porcelain > status; [ ! -s status ] || { echo "round $i:"; cat status; exit 1; }
              for f in f1 f2 f3 d/g1 d/g2 d/g3 .gitignore; do cmp $path/$f $SOURCE/$f; done
              [ $(cd $path; find . -path ./.git -prune -o -type f ! -name '*.o' -print | wc -l) = 7 ] || { ls -R $path; exit 1; }
              work=1
              case $((RANDOM % 5)) in
                0) echo $i >> $path/f1;;
                1) (cd $path; echo $i > new; git add new; git commit -qm $i);;
                2) touch $path/$i.o; work=0;;
                3) (cd $path; rm f2; git checkout -q f2; chmod 600 d/g1; git status > /dev/null); work=0;;
                4) work=0;;
              esac
              ${programs[RANDOM % 2]} release $path > said 2>&1 || { cat said; exit 1; }
              [ $(grep -c 'is rescued' said || true) = $work ] || { echo "round $i: $work"; cat said; exit 1; }
            done
            """);
    }
}
