#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packs Gitproc.
.DESCRIPTION
    Build    the module into out/Gitproc, ready for Import-Module, and the command into out/bin
    Test     all tests: tests/Unit, and tests/Pester in the pwsh that is on the PATH
    Package  out/packages: the module for any system, and the native command for this one, for which a C compiler's
             linker must be there (learn.microsoft.com/dotnet/core/deploying/native-aot)
    Clean    removes what the others have made
.PARAMETER Task
    What to do, in this order.
.PARAMETER Configuration
    Release, unless you debug.
.EXAMPLE
    ./build.ps1 Build, Test
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$output = Join-Path $PSScriptRoot 'out'

function Invoke-Dotnet {
    dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args failed with exit code $LASTEXITCODE." }
}

function New-Archive {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Folder, [string] $Name)

    $packages = Join-Path $output 'packages'
    $archive = Join-Path $packages "$Name.zip"
    if ($PSCmdlet.ShouldProcess($archive)) {
        $null = New-Item -ItemType Directory -Path $packages -Force
        Remove-Item -LiteralPath $archive -Force -ErrorAction Ignore
        # Unlike Compress-Archive, it keeps what may be executed executable.
        [System.IO.Compression.ZipFile]::CreateFromDirectory($Folder, $archive)
        Get-Item -LiteralPath $archive
    }
}

Push-Location -LiteralPath $PSScriptRoot
try {
    switch ($Task) {
        'Build' {
            Invoke-Dotnet build --configuration $Configuration
        }
        'Test' {
            Invoke-Dotnet test --configuration $Configuration
        }
        'Package' {
            $version = (Import-PowerShellDataFile -LiteralPath Gitproc.psd1).ModuleVersion
            $system = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier
            $native = Join-Path $output 'native'
            Remove-Item -LiteralPath (Join-Path $output 'Gitproc'), $native -Recurse -Force -ErrorAction Ignore
            Invoke-Dotnet build src/Gitproc.PowerShell --configuration $Configuration
            Invoke-Dotnet publish src/Gitproc.Cli --configuration $Configuration --use-current-runtime --output $native
            Get-ChildItem -LiteralPath $native -Recurse -Include *.pdb, *.xml, *.dbg | Remove-Item
            New-Archive -Folder (Join-Path $output 'Gitproc') -Name "Gitproc.$version"
            New-Archive -Folder $native -Name "gitproc-$version-$system"
        }
        'Clean' {
            Remove-Item -LiteralPath $output -Recurse -Force -ErrorAction Ignore
            Get-ChildItem -LiteralPath src, tests -Directory | ForEach-Object {
                Remove-Item -LiteralPath (Join-Path $_.FullName 'bin'), (Join-Path $_.FullName 'obj') -Recurse -Force -ErrorAction Ignore
            }
        }
    }
} finally {
    Pop-Location
}
