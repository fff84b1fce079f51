# Runs the Pester suite on the built module, with separate pools and homes. Gitproc.Pester.csproj calls it, and MSBuild
# takes failures from output lines of the form FILE(LINE): error PESTER: MESSAGE.
#
# A test mostly waits for one process, so one pwsh for each processor runs test files in parallel. They are processes
# rather than threads, because tests change environment variables. To take a file, a process creates an entry with its
# name in a shared folder. If the entry exists, another process has the file.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Pester,
    [string] $Tests = '*',
    # The shared folder with the names of the taken files. Only the processes that run test files get it.
    [string] $Taken
)

$ErrorActionPreference = 'Stop'

function Invoke-TestFile {
    param([string] $Path)

    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $Path
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'None'
    $result = Invoke-Pester -Configuration $configuration

    foreach ($test in $result.Failed) {
        $record = $test.ErrorRecord | Select-Object -First 1
        $message = "$($record.Exception.Message)" -replace '\s+', ' '
        "$($test.ScriptBlock.File)($($test.StartLine)): error PESTER: $($test.ExpandedPath): $message"
    }
    foreach ($container in $result.FailedContainers) {
        "$($container.Item): error PESTER: $($container.ErrorRecord -join ' ' -replace '\s+', ' ')"
    }
    foreach ($block in $result.FailedBlocks) {
        "$($block.ScriptBlock.File)($($block.StartLine)): error PESTER: $($block.ExpandedPath): $($block.ErrorRecord -join ' ' -replace '\s+', ' ')"
    }
    foreach ($test in $result.Skipped) {
        "skipped: $($test.ExpandedPath)$(if ($test.ErrorRecord) { ': ' + ($test.ErrorRecord[0].Exception.Message -replace '\s+', ' ') })"
    }
    "ran $(Split-Path -Leaf $Path): $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped in $([int] $result.Duration.TotalSeconds) s: $($result.Result)"
}

# Files that take longest start first.
$long = 'Package', 'Documentation', 'Help', 'Views', 'Convention', 'Checkout', 'Links', 'Module'
$files = @(Get-ChildItem -Path (Join-Path $PSScriptRoot "$Tests.Tests.ps1") | Sort-Object { $place = $long.IndexOf(($_.Name -replace '\..*')); $place -lt 0 ? $long.Count : $place }, Name)
if (-not $files) { throw "tests/Pester has no $Tests.Tests.ps1." }

if ($Taken) {
    Import-Module $Pester
    foreach ($file in $files) {
        try {
            [IO.File]::Open((Join-Path $Taken $file.Name), 'CreateNew').Dispose()
        } catch [IO.IOException] {
            continue
        }
        Invoke-TestFile -Path $file.FullName
    }
    return
}

$folder = Join-Path ([IO.Path]::GetTempPath()) "gitproc-pester-$PID"
# In memory where there is room, as tests/Unit/Support/TemporaryFolder.cs does.
if (
    $IsLinux -and -not $env:TMPDIR -and
    (Select-String -Quiet -Path /proc/self/mounts -Pattern '^\S+ /dev/shm tmpfs (?!\S*\bnoexec\b)') -and
    [IO.DriveInfo]::new('/dev/shm').AvailableFreeSpace -gt 4GB
) {
    $folder = $env:TMPDIR = "/dev/shm/gitproc-pester-$PID"
}

$null = New-Item -ItemType Directory -Path $folder
$workers = [Math]::Min([Environment]::ProcessorCount, $files.Count)
try {
    1..$workers | ForEach-Object -ThrottleLimit $workers -Parallel {
        # Quoted: otherwise PowerShell expands "*" to the names of files.
        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File $using:PSCommandPath -Pester $using:Pester -Tests "$using:Tests" -Taken $using:folder 2>&1 | ForEach-Object ToString
    } | Tee-Object -Variable lines
} finally {
    Remove-Item -LiteralPath $folder -Recurse -Force
}

$ran = @($lines | Where-Object { $_ -match '^ran .+: (\d+) passed, (\d+) failed, (\d+) skipped in \d+ s: (\w+)$' } | ForEach-Object { , $Matches.Clone() })
$passed, $failed, $skipped = 1..3 | ForEach-Object { $group = $_; ($ran | ForEach-Object { [int] $_[$group] } | Measure-Object -Sum).Sum }
"Pester: $passed passed, $failed failed, $skipped skipped"
exit [int] ($ran.Count -ne $files.Count -or $passed + $failed -eq 0 -or @($ran | Where-Object { $_[4] -ne 'Passed' }))
