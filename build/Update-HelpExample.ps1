#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Runs the examples of docs/help with the module in out/Gitproc. Writes their output and the syntax into the pages.
.DESCRIPTION
    The examples of a page run one after the other in one session, and each page has its own session. Emits the names of
    the pages that changed, and the differences.
.PARAMETER Name
    Names of pages, with wildcards.
.PARAMETER Check
    Compare only, and change no page. Differences in times, ids and sizes are ignored.
.EXAMPLE
    ./build/Update-HelpExample.ps1
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [SupportsWildcards()]
    [string] $Name = '*',

    [switch] $Check
)

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
Import-Module "$root/out/Gitproc/Gitproc.psd1"
# A short path, because tables truncate long ones.
$ground = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "g$PID")

function Get-Syntax([string] $Command) {
    if ($Command -eq 'Invoke-Gitproc') { return 'gitproc COMMAND [ARGUMENT...]' }
    ((Get-Command $Command -Syntax) -split '\r?\n' | Where-Object { $_ }) -join "`n"
}

# Removes what differs each time.
function Get-Stable([string] $Text) {
    $Text -replace '[0-9a-f]{40}|[0-9a-f]{32}|\d{8}T\d{6}Z-[0-9a-f]{12}|(?m)^[0-9a-f]{7} |(?m)(?<=rescue restore )[0-9a-f]{7}$', 'ID' -replace '\d+', '0' -replace '[ -]+', ' '
}

# What needs another machine is marked as not run.
$code = [regex] '(?s)(?<=(?<!<!-- not run: [^\n]*\n)```powershell\n)(.*?)(?=\n```\n)'
$codeAndOutput = [regex] '(?s)((?<!<!-- not run: [^\n]*\n)```powershell\n.*?\n```\n)(\n```text\n.*?\n```\n)?'
try {
    $pages = Get-ChildItem -Path "$root/docs/help/*-*.md" | Where-Object BaseName -Like $Name
    $outputs = $pages | ForEach-Object -Parallel {
        $folder = New-Item -ItemType Directory -Path (Join-Path $using:ground $_.BaseName)
        $i = 0
        # A page shows everything that a reader sees, so errors are part of the output.
        $blocks = ($using:code).Matches((Get-Content -LiteralPath $_ -Raw)) | ForEach-Object {
            "'--- EXAMPLE $((++$i)) ---'", ". {`n$($_.Value)`n} 2>&1 | Out-String -Width 100"
        }
        $script = Join-Path $folder 'run.ps1'
        Set-Content -LiteralPath $script -Value @(
            "`$env:PSModulePath = '$using:root/out$([IO.Path]::PathSeparator)' + `$env:PSModulePath"
            '$PSStyle.OutputRendering = "PlainText"; $ProgressPreference = "SilentlyContinue"'
            ". '$using:root/build/Initialize-HelpGround.ps1' '$folder'"
            $blocks
        )
        # HOME is set before PowerShell starts, because it resolves ~ at startup.
        $text = (env "HOME=$folder/home" (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script) -join "`n"
        $text = $text.Replace("$folder/home", '/home/me') -replace "\b$([Environment]::UserName)\b", 'me' -replace '(?m) +$'
        @{ Page = $_; Outputs = @($text -split '--- EXAMPLE \d+ ---' | Select-Object -Skip 1 | ForEach-Object { $_.Trim("`n") }) }
    } -ThrottleLimit 2
    foreach ($item in $outputs) {
        $before = Get-Content -LiteralPath $item.Page -Raw
        $script:i = 0
        $after = $codeAndOutput.Replace($before, {
                param($match)
                $output = $item.Outputs[$script:i++]
                $match.Groups[1].Value + $(if ($output) { "`n``````text`n$output`n```````n" })
            })
        $syntax = Get-Syntax $item.Page.BaseName
        $after = ([regex] '(?s)(?<=\n## Syntax\n\n```\n).*?(?=```\n)').Replace($after, { "$syntax`n" }, 1)
        if ((Get-Stable $after) -ne (Get-Stable $before)) {
            if (-not $Check -and $PSCmdlet.ShouldProcess($item.Page.Name)) { [IO.File]::WriteAllText($item.Page, $after) }
            $item.Page.Name
            Compare-Object ((Get-Stable $before) -split "`n") ((Get-Stable $after) -split "`n") | ForEach-Object { "  $($_.SideIndicator) $($_.InputObject)" }
        }
    }
} finally {
    Remove-Item -LiteralPath $ground -Recurse -Force
}
