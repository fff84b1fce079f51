#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Makes gitproc.svg, the picture in the README, from a real session.
.DESCRIPTION
    Runs the commands below in a new pwsh in a pseudo-terminal, and draws what the terminal shows. The session uses the
    module in out/Gitproc, a new home folder and a new repository. Needs "script" of util-linux.
.PARAMETER Path
    The file to write.
.EXAMPLE
    ./build.ps1 && ./docs/images/record.ps1
#>
[CmdletBinding()]
param(
    [ValidateNotNullOrEmpty()]
    [string] $Path = (Join-Path $PSScriptRoot 'gitproc.svg')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
$columns = 100

$commands = @'
cd (gp a git@github.com:owner/app)  # a checkout of its own, locked
1..3 | ForEach-Object -Parallel { Use-GitprocCheckout owner/app { ./test.ps1 } }
gp ls
'half done' > idea.txt
gp r  # back where it was; the checkout is cleaned, and free for the next
gp rescue list  # nothing is lost
'@ -split "`n"

# Runs in the terminal. Shows a prompt and each command, as if it were typed, and then the command's output.
$session = @'
param([string] $CommandFile)
$ProgressPreference = 'SilentlyContinue'
Import-Module Gitproc
Set-Location ~
foreach ($line in Get-Content -LiteralPath $CommandFile) {
    $code, $remark = $line -split '(?= {2,}#)', 2
    $place = $PWD.Path -eq $HOME ? '~' : (Split-Path -Leaf $PWD)
    [Console]::Out.WriteLine("`e[32mPS`e[0m `e[34m$place`e[0m> `e[1m$code`e[0m`e[90m$remark`e[0m")
    Invoke-Expression $code | Out-Default
}
'@

# Splits the text of the terminal into lines, and each line into runs of one style. Wraps lines that are too long.
function ConvertFrom-TerminalText {
    param([string] $Text, [int] $Width)

    $lines = [System.Collections.Generic.List[object]]::new()
    $runs = [System.Collections.Generic.List[object]]::new()
    $column = 0
    $style = @{ Color = ''; Bold = $false; Dim = $false; Underline = $false }
    foreach ($match in [regex]::Matches($Text, '\e\[(?<codes>[\d;]*)m|\e\[[\d;?]*[A-Za-ln-z]|\e[=>]|(?<end>\r*\n)|(?<text>[^\e\r\n]+)|.')) {
        if ($match.Groups['text'].Success) {
            for ($rest = $match.Value; $rest; $rest = $rest.Substring($part.Length)) {
                if ($column -eq $Width) {
                    $lines.Add($runs)
                    $runs = [System.Collections.Generic.List[object]]::new()
                    $column = 0
                }
                $part = $rest.Substring(0, [Math]::Min($rest.Length, $Width - $column))
                $runs.Add(@{ Column = $column; Text = $part; Style = $style.Clone() })
                $column += $part.Length
            }
        } elseif ($match.Groups['end'].Success) {
            $lines.Add($runs)
            $runs = [System.Collections.Generic.List[object]]::new()
            $column = 0
        } elseif ($match.Groups['codes'].Success) {
            $codes = @($match.Groups['codes'].Value -split ';' | ForEach-Object { [int] "0$_" })
            for ($i = 0; $i -lt $codes.Count; $i++) {
                switch ($codes[$i]) {
                    0 { $style = @{ Color = ''; Bold = $false; Dim = $false; Underline = $false } }
                    1 { $style.Bold = $true }
                    2 { $style.Dim = $true }
                    4 { $style.Underline = $true }
                    22 { $style.Bold = $style.Dim = $false }
                    24 { $style.Underline = $false }
                    { $_ -in 30..37 -or $_ -in 90..97 } { $style.Color = $_ }
                    38 {
                        # The first 16 of the 256 colors are the named ones. Others are shown in the default color.
                        if ($codes[$i + 1] -eq 5) {
                            $number = $codes[$i + 2]
                            $style.Color = $number -lt 8 ? 30 + $number : $number -lt 16 ? 82 + $number : ''
                            $i += 2
                        } else {
                            $style.Color = 'rgb({0},{1},{2})' -f $codes[$i + 2], $codes[$i + 3], $codes[$i + 4]
                            $i += 4
                        }
                    }
                    39 { $style.Color = '' }
                }
            }
        }
    }
    if ($runs.Count) { $lines.Add($runs) }
    , $lines
}

function ConvertTo-Svg {
    param([object] $Line, [int] $Width)

    $colors = @{
        30 = '#484f58'; 31 = '#ff7b72'; 32 = '#7ee787'; 33 = '#e3b341'; 34 = '#79c0ff'; 35 = '#d2a8ff'; 36 = '#76e3ea'; 37 = '#c9d1d9'
        90 = '#8b949e'; 91 = '#ffa198'; 92 = '#7ee787'; 93 = '#f2cc60'; 94 = '#a5d6ff'; 95 = '#e2c5ff'; 96 = '#b3f0ff'; 97 = '#ffffff'
    }
    $cell = 8.0
    $height = 18
    $right = [int] ($Width * $cell + 32)
    $bottom = $Line.Count * $height + 28
    "<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"$right`" height=`"$bottom`" viewBox=`"0 0 $right $bottom`" font-family=`"ui-monospace,SFMono-Regular,Consolas,'DejaVu Sans Mono',monospace`" font-size=`"13`" fill=`"#c9d1d9`">"
    '<title>A session with gitproc in PowerShell</title>'
    "<rect width=`"$right`" height=`"$bottom`" rx=`"8`" fill=`"#0d1117`"/>"
    for ($row = 0; $row -lt $Line.Count; $row++) {
        foreach ($run in $Line[$row]) {
            $text = $run.Text.Trim()
            if (-not $text) { continue }
            $column = $run.Column + $run.Text.Length - $run.Text.TrimStart().Length
            $style = $run.Style
            $look = if ($style.Color -is [int]) { " fill=`"$($colors[$style.Color])`"" } elseif ($style.Color) { " fill=`"$($style.Color)`"" }
            if ($style.Bold) { $look += ' font-weight="bold"' }
            if ($style.Dim) { $look += ' opacity="0.6"' }
            if ($style.Underline) { $look += ' text-decoration="underline"' }
            # textLength keeps the columns in place with any font.
            '<text x="{0}" y="{1}" textLength="{2}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"{3}>{4}</text>' -f (16 + $column * $cell), (28 + $row * $height), ($text.Length * $cell), $look, [System.Security.SecurityElement]::Escape($text)
        }
    }
    '</svg>'
}

$module = Join-Path $PSScriptRoot '../../out/Gitproc' | Resolve-Path
$folder = Join-Path ([System.IO.Path]::GetTempPath()) "gitproc-record-$PID"
$names = 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM', 'GITPROC_POOL', 'NO_COLOR', 'TERM', 'PSModulePath'
$before = @{}
foreach ($name in $names) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
try {
    $personal = New-Item -ItemType Directory -Path (Join-Path $folder 'home') -Force
    foreach ($name in $names) { Remove-Item -LiteralPath "env:$name" -ErrorAction Ignore }
    $env:HOME = $personal
    $env:GIT_CONFIG_GLOBAL = Join-Path $personal '.gitconfig'
    $env:GIT_CONFIG_NOSYSTEM = '1'
    $env:TERM = 'xterm-256color'
    $env:PSModulePath = (Split-Path $module) + [System.IO.Path]::PathSeparator + $before['PSModulePath']
    # Replaces ssh, so that the session can show a real address without a network.
    $ssh = Join-Path $folder 'ssh.sh'
    Set-Content -LiteralPath $ssh -Value 'cd "$(dirname "$0")/remotes" && for command; do :; done && eval "git ${command#git-}"'
    Set-Content -LiteralPath $env:GIT_CONFIG_GLOBAL -Value @"
[user]
	name = You
	email = you@example.com
[init]
	defaultBranch = main
[core]
	sshCommand = sh '$ssh'
"@
    $source = Join-Path $folder 'source'
    git init --quiet $source
    Set-Content -LiteralPath (Join-Path $source 'test.ps1') -Value '"$(Split-Path -Leaf $PWD): tests passed"'
    git -C $source add .
    git -C $source commit --quiet --message 'An app'
    git clone --quiet --bare $source "$folder/remotes/owner/app"

    $script = Join-Path $folder 'session.ps1'
    $list = Join-Path $folder 'commands.txt'
    Set-Content -LiteralPath $script -Value $session
    Set-Content -LiteralPath $list -Value $commands
    $pwsh = (Get-Process -Id $PID).Path
    $shown = script --quiet --return --command "stty cols $columns rows 50; exec '$pwsh' -NoProfile -File '$script' '$list'" /dev/null
    if ($LASTEXITCODE -ne 0) { throw "The session failed: $shown" }
    $lines = ConvertFrom-TerminalText -Text ($shown -join "`n") -Width $columns
    ConvertTo-Svg -Line $lines -Width $columns | Set-Content -LiteralPath $Path
} finally {
    foreach ($name in $names) {
        if ($before[$name]) { Set-Item -LiteralPath "env:$name" -Value $before[$name] } else { Remove-Item -LiteralPath "env:$name" -ErrorAction Ignore }
    }
    Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
}
