# Makes what the documents' commands are run on: FOLDER/home, FOLDER/bin with what a reader has and this machine may not
# have, FOLDER/repo, a clone of https://github.com/owner/repo, which stands for a repository in FOLDER, and work that was rescued.
# bash New-DocumentationGround.sh FOLDER FOLDER-OF-GITPROC
set -eo pipefail
folder=$1
export HOME="$folder/home"
mkdir -p "$HOME" "$folder/bin" "$folder/remotes/owner"
cat >"$HOME/.gitconfig" <<END
[user]
	name = User
	email = user@example.com
[init]
	defaultBranch = main
[url "$folder/remotes/"]
	insteadOf = https://github.com/
END

# A build of this repository would run the tests that run this.
printf '#!/bin/sh\ntest "$1" = test || test "$1" = build\n' >"$folder/bin/dotnet"
printf '#!/bin/sh\necho "$1" >"$1.txt" && git add . && git commit --quiet --message "$1"\n' >"$folder/bin/my-agent"
chmod +x "$folder/bin/dotnet" "$folder/bin/my-agent"

git init --quiet "$folder/source"
cd "$folder/source"
printf 'test:\n\ttest -f Makefile\n' >Makefile
printf "'built'\n" >build.ps1
chmod +x build.ps1
echo out >.gitignore
git add .
git commit --quiet --message first
git branch todo
git branch next
git tag v1.0
git clone --quiet --bare . "$folder/remotes/owner/repo"
git commit --quiet --allow-empty --message request
git push --quiet "$folder/remotes/owner/repo" HEAD:refs/pull/123/head

git clone --quiet https://github.com/owner/repo "$folder/repo"
mkdir "$folder/repo/out"
ln -s "$2" "$folder/repo/out/bin"
[ -z "$3" ] || ln -s "$3" "$folder/repo/out/Gitproc"

cd "$("$2/gitproc" acquire https://github.com/owner/repo)"
echo work >work.txt
"$2/gitproc" release 2>/dev/null
