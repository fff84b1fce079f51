# Prepares the environment in which the commands of the documentation run: FOLDER/home; FOLDER/bin with programs that a
# reader has, but this machine may lack; FOLDER/repo, a clone of https://github.com/owner/repo, whose remote is a
# repository in FOLDER; and a rescue. Usage: bash New-DocumentationGround.sh FOLDER FOLDER-OF-GITPROC
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

# A fake dotnet: the real one would run the tests of this repository, which call this script.
printf '#!/bin/sh\ntest "$1" = test || test "$1" = build\n' >"$folder/bin/dotnet"
printf '#!/bin/sh\necho "$1" >"$1.txt" && git add . && git commit --quiet --message "$1"\n' >"$folder/bin/my-agent"
chmod +x "$folder/bin/dotnet" "$folder/bin/my-agent"

git init --quiet "$folder/source"
cd "$folder/source"
printf 'test:\n\ttest -f Makefile\n' >Makefile
printf "'built'\n" >build.ps1
chmod +x build.ps1
echo out >.gitignore
mkdir -p src/web docs
touch src/web/index.html docs/index.md
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
