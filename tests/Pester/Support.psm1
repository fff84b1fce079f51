# Shared by the test files: imports the built module, and makes a pool, a home and repositories separate from the
# user's.

$script:Module = Join-Path $PSScriptRoot '../../out/Gitproc/Gitproc.psd1' | Resolve-Path

function Initialize-TestPool {
    param([Parameter(Mandatory)] [string] $Folder)

    $unset = 'NO_COLOR', 'GITPROC_MAX_CHECKOUTS', 'GITPROC_AUTO_CREATE', 'GITPROC_CASE_INSENSITIVE_HOST'
    $set = 'GITPROC_POOL', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM', 'PSModulePath', 'PATH'
    $before = @{}
    foreach ($name in $unset + $set) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    foreach ($name in $unset) { [Environment]::SetEnvironmentVariable($name, $null) }
    $personal = New-Item -ItemType Directory -Path (Join-Path $Folder 'home') -Force
    $config = Join-Path $personal '.gitconfig'
    Set-Content -LiteralPath $config -Value "[user]`n`tname = Test`n`temail = test@example.com`n[init]`n`tdefaultBranch = main"
    $env:HOME = $personal
    $env:XDG_CONFIG_HOME = Join-Path $personal '.config'
    $env:GIT_CONFIG_GLOBAL = $config
    $env:GIT_CONFIG_NOSYSTEM = '1'
    $env:GITPROC_POOL = Join-Path $Folder 'pool'
    $modules = Split-Path (Split-Path $script:Module)
    $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $env:PSModulePath
    # Makes "pwsh" the PowerShell that this runs in.
    $env:PATH = (Split-Path ([Environment]::ProcessPath)) + [IO.Path]::PathSeparator + $env:PATH
    Import-Module $script:Module -Global -Force
    $before
}

function Reset-TestPool {
    param([Parameter(Mandatory)] [hashtable] $Before)

    Remove-Module Gitproc -Force -ErrorAction Ignore
    foreach ($name in $Before.Keys) { [Environment]::SetEnvironmentVariable($name, $Before[$name]) }
}

function New-TestRepository {
    param([Parameter(Mandatory)] [string] $Path)

    git init --quiet $Path
    Set-Content -LiteralPath (Join-Path $Path 'readme.txt') -Value 'text'
    git -C $Path add .
    git -C $Path commit --quiet --message first
    git -C $Path branch other
    (Get-Item -LiteralPath $Path).FullName
}

Export-ModuleMember -Function Initialize-TestPool, Reset-TestPool, New-TestRepository
