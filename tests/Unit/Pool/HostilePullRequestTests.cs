using Gitproc.Unit.Recycling;
using Gitproc.Unit.Support;

namespace Gitproc.Unit.Pools;

/// <summary>A stranger's commit that tries everything.</summary>
public sealed class HostilePullRequestTests : IDisposable
{
    private readonly UserFixture _user = new();

    public void Dispose() => _user.Dispose();

    // Its commit cannot set config. So the user's own config names what it has, as careless as a user may be.
    [Theory]
    [InlineData("refs/pull/1/head", "--ref")]
    [InlineData("1", "--pr")]
    [InlineData("stranger:evil", "--pr")]
    public void A_hostile_pull_request_runs_copies_and_leaves_nothing(string pull, string option)
    {
        _user.Config(
            """
            [core]
            	hooksPath = .husky/hooks
            [gitproc]
            	copy = .env
            	copy = secrets/
            [gitproc "onAcquire"]
            [include]
            	path = .gitconfig-of-commit
            """);
        var marker = _user["ran"];
        var source = Directory.CreateDirectory(_user["host/owner/repo"]).FullName;
        _user.Run(
            source,
            "git init -q; printf '.env\\nsecrets/\\n*.log\\n' > .gitignore; echo one > one; git add .; git commit -qm first");
        Directory.CreateDirectory(_user["outside"]);
        File.WriteAllText(_user["outside/keep"], "mine");
        _user.Run(_user.Home, $"git clone -q '{source}' clone; cd clone; echo SECRET > .env; mkdir secrets; echo SECRET > secrets/key");
        var clone = Path.Combine(_user.Home, "clone");
        var fresh = Acquire();
        Assert.Equal("SECRET\n", File.ReadAllText(Path.Combine(fresh, ".env")));
        _user.Release(fresh);
        var plain = Acquire("--no-copy");
        var clean = RecyclingFixture.Snapshot(plain);
        _user.Release(plain);

        Directory.CreateDirectory(_user["host/stranger"]);
        _user.Run(
            _user["host"],
            $$"""
            git clone -q '{{source}}' stranger/repo
            cd stranger/repo
            git switch -qc evil
            run='touch {{marker}}'
            printf '.env\nsecrets/\n*\n' > .worktreeinclude
            mkdir -p .husky/hooks .gitproc hooks secrets.d
            for hook in post-checkout pre-commit post-merge reference-transaction fsmonitor-watchman post-index-change; do
              printf '#!/bin/sh\n%s\n' "$run" > .husky/hooks/$hook; cp .husky/hooks/$hook hooks/
            done
            chmod +x .husky/hooks/* hooks/*
            echo '* filter=evil diff=evil merge=evil ident' > .gitattributes
            printf '[filter "evil"]\n\tsmudge = %s\n\tclean = %s\n\tprocess = %s\n[core]\n\tfsmonitor = %s\n' "$run" "$run" "$run" "$run" > .gitconfig
            cp .gitconfig .gitconfig-of-commit
            printf '[gitproc]\n\tonAcquire = %s\n' "$run" > .gitprocconfig; cp .gitprocconfig .gitproc/config
            printf '{"base":"{{_user["outside"]}}","name":"../../x"}' > .gitlink
            echo "$run" > .envrc; echo "$run" > .tool-versions
            ln -s '{{_user["outside"]}}' out; ln -s '{{_user["outside"]}}/new' new; ln -s ../../../outside/keep up
            ln -s .git/config config
            printf '[submodule "../../evil"]\n\tpath = sub\n\turl = ext::sh -c %s\n\tupdate = !%s\n[submodule "b"]\n\tpath = ../../outside/sub\n\turl = ./\n[submodule "c"]\n\tpath = sub2\n\turl = -u{{marker}}\n' "touch% {{marker}}" "$run" > .gitmodules
            echo theirs > one
            git -c core.hooksPath=/dev/null add -f .
            git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub --cacheinfo 160000,$(git rev-parse HEAD),sub2
            git -c core.hooksPath=/dev/null commit -qm evil
            git push -q '{{source}}' HEAD:refs/pull/1/head 2> /dev/null
            rm -f '{{marker}}'
            """);
        var outside = Directory.GetFileSystemEntries(_user["outside"], "*", SearchOption.AllDirectories);

        foreach (var more in new[] { "--no-submodules", "--submodules" })
        {
            var result = _user.TryFrom(clone, "acquire", option, pull, more);
            Assert.False(File.Exists(marker), result.Error);
            // Submodules of such addresses are refused.
            if (result.ExitCode == 0)
            {
                var path = result.Output;
                Assert.Equal("theirs", File.ReadAllText(Path.Combine(path, "one")).Trim());
                Assert.False(Path.Exists(Path.Combine(path, ".env")));
                Assert.False(Path.Exists(Path.Combine(path, "secrets")));
                _user.Run(path, "echo build > build.log; echo more > untracked");
                _user.Release(path);
            }
            else
            {
                Assert.Equal("--submodules", more);
            }

            Assert.False(File.Exists(marker));
            Assert.Equal(
                outside, Directory.GetFileSystemEntries(_user["outside"], "*", SearchOption.AllDirectories));
            Assert.Equal("mine", File.ReadAllText(_user["outside/keep"]));
        }

        var next = Acquire("--no-copy", "--clean", "full", "--name", Path.GetFileName(plain));
        LeftoverTests.AssertSame(clean, RecyclingFixture.Snapshot(next));
        Assert.False(File.Exists(marker));

        string Acquire(params string[] options)
        {
            var result = _user.TryFrom(clone, ["acquire", .. options]);
            Assert.True(result.ExitCode == 0, result.Error);
            return result.Output;
        }
    }
}
