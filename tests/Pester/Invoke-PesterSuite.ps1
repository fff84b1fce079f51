# Runs the Pester suite on the built module, in a pool and a home of its own. Called by Gitproc.Pester.csproj, which reads the
# failures out of the output: FILE(LINE): error PESTER: MESSAGE.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Pester,
    [string] $Tests = '*'
)

$ErrorActionPreference = 'Stop'
Import-Module $Pester

$configuration = New-PesterConfiguration
$configuration.Run.Path = Join-Path $PSScriptRoot "$Tests.Tests.ps1"
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
"Pester: $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped"
exit [int] ($result.Result -ne 'Passed' -or $result.TotalCount -eq 0)
