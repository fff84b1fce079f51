#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Compares the speed of Gitproc with that of plain git.
.DESCRIPTION
    Each table has several contestants. In every round, each contestant runs once, one after the other, so that other
    load on the machine affects all of them alike. The ratio compares a contestant's median with the median of the first
    contestant. Repositories, pool and home are in a temporary folder, which is removed at the end.

    Build first: ./build.ps1 Build, Package
.PARAMETER Rounds
    The number of times each contestant runs.
.PARAMETER Files
    The number of files in the larger repository. The smaller one has 20.
.PARAMETER RecyclingFiles
    The numbers of files in the repositories that measure recycling.
.PARAMETER Jobs
    The number of jobs that acquire at the same moment.
.PARAMETER Gitproc
    The command to measure.
.PARAMETER Module
    The module to measure.
.PARAMETER Warm
    More contestants for acquiring a free checkout: names and their command lines. They run in a clone of the repository.
.PARAMETER New
    More contestants for making a new checkout: names and their command lines. {source} is replaced by a bare clone of the
    repository, and {path} by the folder to make.
.PARAMETER FileSystem
    Types of file systems on which new checkouts are measured, and nothing else: ext4, xfs, btrfs. Each one is a file
    that is mounted, so this needs root on Linux, and mkfs for the type.
.PARAMETER FileSystemFiles
    The number of files in the repository that measures file systems.
.PARAMETER Fleet
    A connection string of an empty database of PostgreSQL that you own, which lets its roles in without a password.
    What a fleet costs is measured, and nothing else.
.PARAMETER Agent
    The folder of gitproc-agent and gitproc-fleet.
.EXAMPLE
    ./bench/Measure-Gitproc.ps1 -Warm @{ treehouse = 'treehouse', 'get' } -New @{ clone = 'git', 'clone', '-q', '{source}', '{path}' }
#>
[CmdletBinding()]
param(
    [ValidateRange(3, 1000)]
    [int] $Rounds = 25,

    [ValidateRange(1, 1000000)]
    [int] $Files = 4000,

    [ValidateRange(100, 1000000)]
    [int[]] $RecyclingFiles = @(3000, 50000),

    [ValidateRange(1, 1000)]
    [int] $Jobs = 100,

    [string] $Gitproc = "$PSScriptRoot/../out/native/gitproc$($IsWindows ? '.exe' : '')",

    [string] $Module = "$PSScriptRoot/../out/Gitproc/Gitproc.psd1",

    [hashtable] $Warm = @{},

    [hashtable] $New = @{},

    [ValidateSet('ext4', 'xfs', 'btrfs')]
    [string[]] $FileSystem = @(),

    [ValidateRange(100, 1000000)]
    [int] $FileSystemFiles = 20000,

    [string] $Fleet,

    [string] $Agent = "$PSScriptRoot/../out/agent"
)

$ErrorActionPreference = 'Stop'
$Gitproc = (Resolve-Path -LiteralPath $Gitproc).Path
$Module = (Resolve-Path -LiteralPath $Module).Path
$pwsh = (Get-Process -Id $PID).Path

# Returns the milliseconds until a command has ended, and reads its output, as a script would.
function Measure-Process {
    param([string[]] $Command, [string] $Directory = $work)

    $start = [System.Diagnostics.ProcessStartInfo]::new($Command[0])
    foreach ($argument in $Command | Select-Object -Skip 1) { $start.ArgumentList.Add($argument) }
    $start.WorkingDirectory = $Directory
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $process = [System.Diagnostics.Process]::Start($start)
    $script:Output = $process.StandardOutput.ReadToEnd().TrimEnd()
    $process.WaitForExit()
    $elapsed = $watch.Elapsed.TotalMilliseconds
    if ($process.ExitCode -ne 0) { throw "$Command failed: $($process.StandardError.ReadToEnd())" }
    $elapsed
}

function Measure-Block {
    param([scriptblock] $Block)

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $script:Output = & $Block
    $watch.Elapsed.TotalMilliseconds
}

# A contestant is a script block that runs once and returns the milliseconds it took.
function Measure-Table {
    param([string] $Title, [System.Collections.Specialized.OrderedDictionary] $Contestant)

    $times = [ordered] @{}
    foreach ($name in $Contestant.Keys) { $times[$name] = [System.Collections.Generic.List[double]]::new() }
    # Round 0 warms the caches and does not count.
    foreach ($round in 0..$Rounds) {
        foreach ($name in $Contestant.Keys) {
            Write-Progress -Activity $Title -Status $name -PercentComplete (100 * $round / ($Rounds + 1))
            $time = & $Contestant[$name]
            if ($round -gt 0) { $times[$name].Add($time) }
        }
    }
    Write-Progress -Activity $Title -Completed
    $floor = 0
    "`n### $Title`n"
    '| | ratio | median ms | minimum ms |'
    '| --- | ---: | ---: | ---: |'
    foreach ($name in $times.Keys) {
        $times[$name].Sort()
        $median = $times[$name][[int] [Math]::Floor($times[$name].Count / 2)]
        if (-not $floor) { $floor = $median }
        '| {0} | {1:0.00} | {2:0.00} | {3:0.00} |' -f $name, ($median / $floor), $median, $times[$name][0]
    }
}

function Initialize-Source {
    param([string] $Path, [int] $Count)

    $null = New-Item -ItemType Directory -Path $Path
    git init --quiet $Path
    foreach ($number in 1..$Count) {
        $folder = Join-Path $Path "folder$($number % 50)"
        $null = [System.IO.Directory]::CreateDirectory($folder)
        [System.IO.File]::WriteAllText((Join-Path $folder "file$number.txt"), "$number`n" + 'some text of a file ' * 100)
    }
    git -C $Path add .
    git -C $Path commit --quiet --message files
    git clone --quiet --bare $Path "$Path.git"
}

# Changes one file in a hundred, and adds as many new files.
function Edit-Tree {
    param([string] $Path, [int] $Count)

    foreach ($number in (1..$Count).Where({ $_ % 100 -eq 0 })) {
        [System.IO.File]::WriteAllText((Join-Path $Path "folder$($number % 50)/file$number.txt"), "changed`n")
        [System.IO.File]::WriteAllText((Join-Path $Path "folder$($number % 50)/new$number.txt"), "new`n")
    }
}

# Adds rows to the database instead of making so many checkouts. One row in ten is locked by this process and has a
# HEAD.
function Add-Row {
    param([string] $Folder, [int] $Count)

    $context = [System.Runtime.Loader.AssemblyLoadContext]::All.Where({ $_.Name -eq 'Gitproc' })[0]
    $sqlite = $context.LoadFromAssemblyName('Microsoft.Data.Sqlite')
    $connection = $sqlite.CreateInstance('Microsoft.Data.Sqlite.SqliteConnection')
    $connection.ConnectionString = "Data Source=$(Join-Path $Folder gitproc.db)"
    $connection.Open()
    $statement = $connection.CreateCommand()
    $statement.CommandText = @"
        WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < $Count)
        INSERT INTO checkout (id, repository_id, url, kind, state, branch, commit_id, created_at, last_used_at, lease_id, lease)
        SELECT n, repository_id, url, kind, n % 10 = 0, 'main', commit_id, created_at, last_used_at,
               iif(n % 10 = 0, 'lease-' || n, NULL), iif(n % 10 = 0, json_set(lease, '`$.id', 'lease-' || n), NULL)
        FROM checkout, number WHERE checkout.id = 1
"@
    $null = $statement.ExecuteNonQuery()
    $connection.Dispose()
    foreach ($number in (2..$Count).Where({ $_ % 10 -eq 0 })) {
        $git = Join-Path $Folder "checkout-$number/.git/refs/heads"
        $null = [System.IO.Directory]::CreateDirectory($git)
        [System.IO.File]::WriteAllText("$git/../../HEAD", "ref: refs/heads/main`n")
        [System.IO.File]::WriteAllText("$git/main", "$('0' * 40)`n")
    }
}

# Measures new checkouts on a file system of a type, with the repositories and the pool on it.
function Measure-FileSystem {
    param([string] $Type, [string] $Source)

    if (-not ($IsLinux -and [Environment]::IsPrivilegedProcess -and (Get-Command "mkfs.$Type" -ErrorAction Ignore))) {
        "`n${Type}: not measured, because that needs root on Linux and mkfs.$Type"
        return
    }
    $image = Join-Path $work "$Type.img"
    $mount = Join-Path $work $Type
    $null = New-Item -ItemType Directory -Path $mount
    try {
        truncate --size 4G $image
        & "mkfs.$Type" -q $image > $null 2> $null
        mount -o loop $image $mount
        if ($LASTEXITCODE -ne 0) {
            "`n${Type}: not measured, because it cannot be mounted here"
            return
        }
        git clone --quiet --bare $Source "$mount/source.git"
        $env:GITPROC_POOL = "$mount/pool"
        $script:Number = 0
        $worktree = {
            param([string[]] $Option)

            $path = "$mount/new/$(($script:Number++))"
            Measure-Process (@('git') + $Option + @('-C', "$mount/source.git", 'worktree', 'add', '--quiet', '--detach', $path))
            git -C "$mount/source.git" worktree remove --force $path
        }
        $acquire = {
            $time = Measure-Process $Gitproc, acquire, "file://$mount/source.git", --owner-pid, $PID, --no-fetch
            $path = $Output
            $null = Measure-Process $Gitproc, remove, $path, --force
            $time
        }
        Measure-Table -Title "A new checkout of $FileSystemFiles files on $Type" -Contestant ([ordered] @{
            'git worktree add' = { & $worktree @() }
            'git -c checkout.workers=0 worktree add' = { & $worktree '-c', 'checkout.workers=0' }
            'gitproc acquire' = $acquire
            'gitproc acquire, copyOnWrite never' = {
                $env:GITPROC_COPY_ON_WRITE = 'never'
                try { & $acquire } finally { $env:GITPROC_COPY_ON_WRITE = $null }
            }
        })
        $used = { sync; [long] (df --output=used -B1 $mount | Select-Object -Last 1) }
        $null = Measure-Process $Gitproc, acquire, "file://$mount/source.git", --owner-pid, $PID, --no-fetch
        $before = & $used
        $null = Measure-Process $Gitproc, acquire, "file://$mount/source.git", --owner-pid, $PID, --no-fetch
        $size = (& $used) - $before
        "`nA second checkout takes $('{0:0}' -f ($size / $FileSystemFiles)) bytes of disk a file."
    } finally {
        umount --lazy $mount 2> $null
        Remove-Item -LiteralPath $image -ErrorAction Ignore
    }
}

# Measures a free checkout in a pool of its own, and in that of a machine of a fleet, without and with a limit.
function Measure-Fleet {
    param([string] $Address, [string] $Source)

    $extension = $IsWindows ? '.exe' : ''
    $folder = (Resolve-Path -LiteralPath $Agent).Path
    $alone = Join-Path $work 'alone'
    $machine = Join-Path $work 'machine'
    git clone --quiet --bare "$Source.git" "$Source-limited.git"
    $env:GITPROC_FLEET = $Address
    $running = $null
    try {
        $owner = & (Join-Path $folder "gitproc-fleet$extension") init --machine bench --operator
        if ($LASTEXITCODE -ne 0) { throw "The fleet cannot be made: $owner" }
        # The last word for a key counts.
        $env:GITPROC_FLEET = "$Address;Username=gitproc_bench"
        $running = Start-Process (Join-Path $folder "gitproc-agent$extension") -PassThru -ArgumentList @(
            '--page', 'none', '--pool', "`"$machine`"")
        $env:GITPROC_POOL = $machine
        foreach ($try in 1..100) {
            & $Gitproc fleet limit "file://$Source-limited.git" 10 > $null 2> $null
            if ($LASTEXITCODE -eq 0) { break }
            Start-Sleep -Milliseconds 200
        }
        if ($LASTEXITCODE -ne 0) { throw 'The agent does not reach the fleet.' }
        $acquire = {
            param([string] $Pool, [string] $Of)

            $env:GITPROC_POOL = $Pool
            Measure-Process $Gitproc, acquire, "file://$Of.git", --owner-pid, $PID, --no-fetch
            $null = Measure-Process $Gitproc, release, $Output
        }
        Measure-Table -Title 'A free checkout, and a fleet' -Contestant ([ordered] @{
            'gitproc acquire without a fleet' = { & $acquire $alone $Source }
            'in a fleet, without a limit' = { & $acquire $machine $Source }
            'in a fleet, with a limit' = { & $acquire $machine "$Source-limited" }
        })
    } finally {
        if ($running) { $running.Kill() }
    }
}

$work = Join-Path ([System.IO.Path]::GetTempPath()) "gitproc-bench-$PID"
$null = New-Item -ItemType Directory -Path $work
$variables = 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM', 'GITPROC_POOL', 'GITPROC_MAX_CHECKOUTS', 'GITPROC_AUTO_CREATE', 'GITPROC_COPY_ON_WRITE', 'GITPROC_FLEET'
$before = @{}
foreach ($name in $variables) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
try {
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $null) }
    $env:HOME = $work
    $env:GIT_CONFIG_GLOBAL = Join-Path $work '.gitconfig'
    $env:GIT_CONFIG_NOSYSTEM = '1'
    git config --global user.name Bench
    git config --global user.email bench@example.com
    git config --global init.defaultBranch main
    "$((git --version)), PowerShell $($PSVersionTable.PSVersion), $([Environment]::ProcessorCount) processors, $([System.Runtime.InteropServices.RuntimeInformation]::OSDescription)"

    if ($FileSystem) {
        $source = Join-Path $work 'file-system'
        Initialize-Source -Path $source -Count $FileSystemFiles
        foreach ($type in $FileSystem) { Measure-FileSystem -Type $type -Source "$source.git" }
        return
    }

    $small = Join-Path $work 'small'
    if ($Fleet) {
        Initialize-Source -Path $small -Count 20
        Measure-Fleet -Address $Fleet -Source $small
        return
    }

    $large = Join-Path $work 'large'
    Initialize-Source -Path $small -Count 20
    Initialize-Source -Path $large -Count $Files
    Import-Module $Module

    $env:GITPROC_POOL = Join-Path $work 'pool'
    $floor = { Measure-Process git, --version }
    $contestants = [ordered] @{
        'git --version' = $floor
        'gitproc acquire URL' = {
            Measure-Process $Gitproc, acquire, "file://$small", --owner-pid, $PID
            $script:Held = $Output
        }
        'gitproc release PATH' = { Measure-Process $Gitproc, release, $Held }
        'gitproc acquire, in a clone' = {
            Measure-Process $Gitproc, acquire, --owner-pid, $PID -Directory $stand
            $null = Measure-Process $Gitproc, release, $Output
        }
    }
    $stand = Join-Path $work 'stand'
    git clone --quiet "file://$small" $stand
    foreach ($name in $Warm.Keys) {
        $command = $Warm[$name]
        $contestants[$name] = { Measure-Process $command -Directory $stand }.GetNewClosure()
    }
    Measure-Table -Title 'A free checkout' -Contestant $contestants

    foreach ($source in $small, $large) {
        $count = $source -eq $small ? 20 : $Files
        $script:Number = 0
        $contestants = [ordered] @{
            'git -c checkout.workers=0 worktree add' = {
                $path = Join-Path $work "new/$(($script:Number++))"
                Measure-Process git, -c, checkout.workers=0, -C, "$source.git", worktree, add, --quiet, --detach, $path
                git -C "$source.git" worktree remove --force $path
            }
            'git clone --shared' = {
                $path = Join-Path $work "new/$(($script:Number++))"
                Measure-Process git, clone, --quiet, --shared, "$source.git", $path
                Remove-Item -LiteralPath $path -Recurse -Force
            }
            # The earlier checkouts are still held, though their folders are gone, so each acquire makes a new one.
            'gitproc acquire' = {
                Measure-Process $Gitproc, acquire, "file://$source", --owner-pid, $PID
                Remove-Item -LiteralPath $Output -Recurse -Force
            }
            'gitproc acquire --kind worktree' = {
                Measure-Process $Gitproc, acquire, "file://$source", --owner-pid, $PID, --kind, worktree
                Remove-Item -LiteralPath $Output -Recurse -Force
            }
        }
        foreach ($name in $New.Keys) {
            $command = $New[$name]
            $contestants[$name] = {
                $path = Join-Path $work "new/$(($script:Number++))"
                Measure-Process ($command -replace '{source}', "$source.git" -replace '{path}', $path)
                Remove-Item -LiteralPath $path -Recurse -Force
            }.GetNewClosure()
        }
        $env:GITPROC_POOL = Join-Path $work "new-$count"
        Measure-Table -Title "A new checkout of $count files" -Contestant $contestants
        Remove-Item -LiteralPath $env:GITPROC_POOL -Recurse -Force

        $commit = git -C $source rev-parse HEAD
        Measure-Table -Title "A light-weight checkout of $count files" -Contestant ([ordered] @{
            'git worktree add' = {
                $path = Join-Path $work "new/$(($script:Number++))"
                Measure-Process git, -C, "$source.git", worktree, add, --quiet, --detach, $path
                git -C "$source.git" worktree remove --force $path
            }
            'gitproc link' = {
                $path = Join-Path $work "new/$(($script:Number++))"
                Measure-Process $Gitproc, link, $path, $commit, --base, "$source.git"
                & $Gitproc link remove --discard --base "$source.git" $path 2> $null
            }
        })
    }

    foreach ($count in $RecyclingFiles) {
        $source = Join-Path $work "hand-over-$count"
        Initialize-Source -Path $source -Count $count
        $env:GITPROC_POOL = Join-Path $work "hand-over-pool-$count"
        # Work trees that change are separate, because git takes longer for files that changed in the second in which it
        # last wrote the index.
        $pool = $env:GITPROC_POOL
        $clone = Join-Path $work "hand-over-clone-$count"
        foreach ($path in $clone, "$clone-changed") { git clone --quiet --shared "$source.git" $path }
        $clean = {
            param([string] $Path)

            (Measure-Process git, reset, --quiet, --hard -Directory $Path) + (Measure-Process git, clean, --quiet, -fd -Directory $Path)
        }
        $hold = {
            param([string] $Pool, [string] $Kind = 'clone')

            $null = Measure-Process $Gitproc, acquire, "file://$source", --owner-pid, $PID, --no-fetch, --kind, $Kind, --pool, $Pool
            $Output
        }
        Measure-Table -Title "Cleaning $count files" -Contestant ([ordered] @{
            'git reset --hard && git clean -fd' = { & $clean $clone }
            'gitproc release' = { $path = & $hold $pool; Measure-Process $Gitproc, release, $path, --pool, $pool }
            'gitproc release, worktree' = { $path = & $hold "$pool-worktree" worktree; Measure-Process $Gitproc, release, $path, --pool, "$pool-worktree" }
            'gitproc acquire, at the same commit' = {
                Measure-Process $Gitproc, acquire, "file://$source", --owner-pid, $PID, --no-fetch
                $null = Measure-Process $Gitproc, release, $Output
            }
            'git reset --hard && git clean -fd, 1 % changed' = { Edit-Tree -Path "$clone-changed" -Count $count; & $clean "$clone-changed" }
            'gitproc release --discard, 1 % changed' = {
                $path = & $hold "$pool-changed"
                Edit-Tree -Path $path -Count $count
                Measure-Process $Gitproc, release, $path, --discard, --pool, "$pool-changed"
            }
            'gitproc release, 1 % changed and rescued' = {
                $path = & $hold "$pool-changed"
                Edit-Tree -Path $path -Count $count
                Measure-Process $Gitproc, release, $path, --pool, "$pool-changed"
            }
        })
        Remove-Item -LiteralPath $pool, "$pool-worktree", "$pool-changed", $clone, "$clone-changed", $source, "$source.git" -Recurse -Force
    }

    $env:GITPROC_POOL = Join-Path $work 'jobs'
    $null = Measure-Process $Gitproc, warm, "file://$small", --count, $Jobs
    git config --global gitproc.fetchMaxAge 5s
    Start-Sleep -Seconds 6
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $said = 1..$Jobs | ForEach-Object -ThrottleLimit $Jobs -Parallel { & $using:Gitproc acquire "file://$using:small" --owner-pid $using:PID --verbose 2>&1 }
    $elapsed = $watch.Elapsed.TotalMilliseconds
    git config --global --unset gitproc.fetchMaxAge
    "`n$Jobs jobs that acquire at the same moment, with an old last fetch: $((@($said) -match '^\S*/checkout-').Count) checkouts, $((@($said) -match ' fetch --prune').Count) fetches, $('{0:0}' -f $elapsed) ms in all"

    $contestants = [ordered] @{ 'git --version' = $floor }
    foreach ($count in 1, 100, 10000) {
        $pool = Join-Path $work "list-$count"
        $null = Invoke-GitprocAcquire -Repository $small -Pool $pool
        if ($count -gt 1) { Add-Row -Folder $pool -Count $count }
        $contestants["gitproc list, $count rows"] = { Measure-Process $Gitproc, list, --pool, $pool }.GetNewClosure()
        $contestants["gitproc list --json, $count rows"] = { Measure-Process $Gitproc, list, --json, --pool, $pool }.GetNewClosure()
        $contestants["Get-GitprocCheckout, $count rows"] = { Measure-Block { Get-GitprocCheckout -Pool $pool } }.GetNewClosure()
    }
    Measure-Table -Title 'The list' -Contestant $contestants

    $env:GITPROC_POOL = Join-Path $work 'pool'
    Measure-Table -Title 'In a running pwsh' -Contestant ([ordered] @{
        'git --version' = $floor
        'Invoke-GitprocAcquire and Exit-GitprocCheckout' = { Measure-Block { Invoke-GitprocAcquire $small | Exit-GitprocCheckout } }
        'Use-GitprocCheckout { }' = { Measure-Block { Use-GitprocCheckout $small { } } }
    })

    $modules = Join-Path $work 'modules'
    Copy-Item -LiteralPath (Split-Path $Module) -Destination "$modules/Gitproc" -Recurse
    $null = New-Item -ItemType Directory -Path "$modules/Empty"
    New-ModuleManifest -Path "$modules/Empty/Empty.psd1" -FunctionsToExport @() -CmdletsToExport @() -AliasesToExport @()
    $listed = Join-Path $work 'list-1'
    Measure-Table -Title 'Importing the module' -Contestant ([ordered] @{
        'pwsh -NoProfile -Command exit' = { Measure-Process $pwsh, -NoProfile, -Command, exit }
        'Import-Module of a module with nothing in it' = { Measure-Process $pwsh, -NoProfile, -Command, "Import-Module '$modules/Empty'" }
        'Import-Module Gitproc' = { Measure-Process $pwsh, -NoProfile, -Command, "Import-Module '$modules/Gitproc'" }
        'the same, and a first Get-GitprocCheckout' = { Measure-Process $pwsh, -NoProfile, -Command, "Import-Module '$modules/Gitproc'; `$null = Get-GitprocCheckout -Pool '$listed'" }
        'Import-Module Microsoft.PowerShell.ThreadJob, by its name' = { Measure-Process $pwsh, -NoProfile, -Command, 'Import-Module Microsoft.PowerShell.ThreadJob' }
        'Import-Module Microsoft.PowerShell.PSResourceGet, by its name' = { Measure-Process $pwsh, -NoProfile, -Command, 'Import-Module Microsoft.PowerShell.PSResourceGet' }
    })
} finally {
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    Remove-Module Gitproc -ErrorAction Ignore
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction Ignore
}
