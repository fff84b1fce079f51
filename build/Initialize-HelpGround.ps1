<#
.SYNOPSIS
    Prepares the environment in which the examples of docs/help run, and sets the location to it.
.DESCRIPTION
    Makes a home with a clone of https://github.com/owner/repo, whose remote is a local folder, and a pool in which
    checkout-1 is free and has a rescue.
#>
param(
    [Parameter(Mandatory)]
    [string] $Folder
)

$personal = Join-Path $Folder 'home'
$remote = Join-Path $Folder 'remotes/owner/repo'
$null = New-Item -ItemType Directory -Path $personal, $remote -Force
$env:HOME = $personal
$env:XDG_CONFIG_HOME = Join-Path $personal '.config'
$env:GITPROC_POOL = Join-Path $personal '.gitproc_pool'
$env:GIT_CONFIG_GLOBAL = Join-Path $personal '.gitconfig'
$env:GIT_CONFIG_NOSYSTEM = '1'

# Stands in for ssh to github.com. The last argument is git-upload-pack '/owner/repo'.
$ssh = Join-Path $Folder 'ssh'
Set-Content -LiteralPath $ssh -Value '#!/bin/sh', 'for last; do :; done', "eval `"`$(echo `"`$last`" | sed `"s#'/*#'$Folder/remotes/#`")`""
chmod +x $ssh
Set-Content -LiteralPath $env:GIT_CONFIG_GLOBAL -Value @"
[user]
    name = Me
    email = me@example.com
[init]
    defaultBranch = main
[core]
    sshCommand = $ssh
[url "ssh://git@github.com/"]
    insteadOf = https://github.com/
"@

# Fixed dates make the ids of the commits the same each time.
$env:GIT_AUTHOR_DATE = $env:GIT_COMMITTER_DATE = '2026-01-02T03:04:05Z'
git init --quiet --bare $remote
git clone --quiet https://github.com/owner/repo "$personal/repo" 2>$null
Set-Location -LiteralPath "$personal/repo"
Set-Content -LiteralPath Makefile -Value "test:`n`ttrue"
Set-Content -LiteralPath .gitignore -Value '*.tmp'
git add .
git commit --quiet --message First
git push --quiet
git remote set-head origin main
Use-GitprocCheckout https://github.com/owner/repo { Set-Content -LiteralPath work.txt -Value work } 3>$null
