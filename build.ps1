#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packs Gitproc.
.DESCRIPTION
    Build    the module into out/Gitproc, ready for Import-Module, and the command into out/bin
    Test     all tests: tests/Unit, and tests/Pester in the pwsh of the PATH or, if there is none, in the .NET tool
    Package  packages in out/packages, with their SHA-256 hashes in SHA256SUMS:
             Module  Gitproc.VERSION.nupkg, which Install-PSResource and Install-Module install; for any system
             Tool    Gitproc.Tool.VERSION.nupkg for "dotnet tool install"; for any system with .NET 10 or newer
             Native  gitproc-VERSION-SYSTEM.tar.gz or .zip, the native command for one system; the former with manual
                     pages and completions. This needs the linker of a C compiler
                     (learn.microsoft.com/dotnet/core/deploying/native-aot). For another system than this one, it is
                     one file with .NET in it
             Agent   gitproc-agent-VERSION-SYSTEM.tar.gz or .zip, gitproc-agent and gitproc-fleet for one system, with .NET
             Manifest  manifests/: a formula for Homebrew, and manifests for Scoop and winget, of those native archives
                     in out/packages that they install
    Clean    removes what the other tasks made
    On a machine without pwsh, run dotnet tool restore, then dotnet pwsh ./build.ps1
.PARAMETER Task
    The tasks to run, in this order.
.PARAMETER Configuration
    Release, or Debug for debugging.
.PARAMETER Kind
    The packages to make. If omitted, all.
.PARAMETER Runtime
    The system of the native command or the agent, if it is not this one. The agent can be for any: linux-x64, osx-arm64,
    win-x64; the native command, too. On Linux x64, gcc-aarch64-linux-gnu links it for linux-arm64.
.PARAMETER Destination
    The folder for the packages.
.EXAMPLE
    ./build.ps1 Build, Test
.EXAMPLE
    ./build.ps1 -Task Package -Kind Module
.EXAMPLE
    ./build.ps1 Package -Kind Native, Agent -Runtime linux-arm64
.EXAMPLE
    ./build.ps1 Package -Kind Native -Runtime win-x64; ./build.ps1 Package -Kind Manifest
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [ValidateSet('Module', 'Tool', 'Native', 'Agent', 'Manifest')]
    [string[]] $Kind = @('Module', 'Tool', 'Native', 'Agent', 'Manifest'),

    [ValidateNotNullOrEmpty()]
    [string] $Runtime = [System.Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier,

    [ValidateNotNullOrEmpty()]
    [string] $Destination = (Join-Path $PSScriptRoot 'out/packages')
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$output = Join-Path $PSScriptRoot 'out'

# Makes the module's nuspec for NuGet. Install-PSResource reads from the tags that it is a module, and what it exports.
function Get-ModuleNuspec {
    param([System.Management.Automation.PSModuleInfo] $Manifest)

    $commands = @($Manifest.ExportedCmdlets.Keys) + @($Manifest.ExportedFunctions.Keys) | Sort-Object
    $tags = @('PSModule') + $Manifest.Tags + 'PSIncludes_Cmdlet' + 'PSIncludes_Function' +
    @($Manifest.ExportedCmdlets.Keys | Sort-Object | ForEach-Object { "PSCmdlet_$_" }) +
    @($Manifest.ExportedFunctions.Keys | Sort-Object | ForEach-Object { "PSFunction_$_" }) +
    @($commands | ForEach-Object { "PSCommand_$_" })
    $text = @{
        Id = $Manifest.Name
        Version = "$($Manifest.Version)"
        Authors = $Manifest.Author
        Owners = $Manifest.CompanyName
        ProjectUrl = "$($Manifest.ProjectUri)"
        ReleaseNotes = $Manifest.ReleaseNotes
        Description = $Manifest.Description
        Copyright = $Manifest.Copyright
        Tags = $tags -join ' '
    }
    foreach ($name in @($text.Keys)) { $text[$name] = [System.Security.SecurityElement]::Escape($text[$name]) }
    @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>$($text.Id)</id>
    <version>$($text.Version)</version>
    <authors>$($text.Authors)</authors>
    <owners>$($text.Owners)</owners>
    <projectUrl>$($text.ProjectUrl)</projectUrl>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <license type="expression">MIT</license>
    <description>$($text.Description)</description>
    <releaseNotes>$($text.ReleaseNotes)</releaseNotes>
    <copyright>$($text.Copyright)</copyright>
    <tags>$($text.Tags)</tags>
  </metadata>
  <files>
    <file src="**" target="" />
  </files>
</package>
"@
}

function Export-ModulePackage {
    # A separate folder: a session may have loaded out/Gitproc, which may also contain files of an older build.
    $stage = Join-Path $output 'stage'
    $module = Join-Path $stage 'Gitproc'
    Remove-Item -LiteralPath $module -Recurse -Force -ErrorAction Ignore
    dotnet build src/Gitproc.PowerShell --configuration $Configuration "-p:ModuleFolder=$module/" -p:AllImages=true | Out-Host
    $manifest = Test-ModuleManifest -Path (Join-Path $module 'Gitproc.psd1')
    $nuspec = Join-Path $stage 'Gitproc.nuspec'
    Set-Content -LiteralPath $nuspec -Value (Get-ModuleNuspec -Manifest $manifest)
    dotnet pack src/Gitproc.PowerShell --no-build --configuration $Configuration --output $Destination "-p:NuspecFile=$nuspec" "-p:NuspecBasePath=$module" | Out-Host
    "Gitproc.$($manifest.Version).nupkg"
}

function Export-ToolPackage {
    # In two steps, because packing without NativeAOT must not also restore without it.
    dotnet build src/Gitproc.Cli --configuration $Configuration | Out-Host
    dotnet pack src/Gitproc.Cli --no-build --configuration $Configuration --output $Destination -p:PackAsTool=true -p:PublishAot=false | Out-Host
    "Gitproc.Tool.$version.nupkg"
}

function Export-NativeArchive {
    $native = Join-Path $output 'native'
    Remove-Item -LiteralPath $native -Recurse -Force -ErrorAction Ignore
    # Runs on this machine, whatever the runtime is.
    if ($Runtime -notlike 'win-*') { dotnet build src/Gitproc.Cli --configuration $Configuration | Out-Host }
    dotnet publish src/Gitproc.Cli --configuration $Configuration --runtime $Runtime --output $native | Out-Host
    if ($Runtime -notlike 'win-*') { Export-Share -Folder (Join-Path $native 'share') }
    Export-Archive -Folder $native -Name "gitproc-$version-$Runtime"
}

# Has .NET with it, so that the machines of a fleet need none.
function Export-AgentArchive {
    $agent = Join-Path $output 'stage/agent'
    Remove-Item -LiteralPath $agent -Recurse -Force -ErrorAction Ignore
    dotnet publish src/Gitproc.Agent --configuration $Configuration --runtime $Runtime --self-contained --output $agent | Out-Host
    # In these folders, their links to one another work.
    $files = 'agent.md', 'fleet.md', 'settings.md', 'prometheus/*'
    if ($Runtime -like 'linux-*') { $files += 'agent/*.service' }
    foreach ($file in Get-Item -Path ($files | ForEach-Object { Join-Path 'docs' $_ })) {
        $target = Join-Path $agent ([System.IO.Path]::GetRelativePath($PSScriptRoot, $file.FullName))
        $null = New-Item -ItemType Directory -Path (Split-Path $target) -Force
        Copy-Item -LiteralPath $file.FullName -Destination $target
    }
    Export-Archive -Folder $agent -Name "gitproc-agent-$version-$Runtime"
}

# Fills in the templates of build/Manifest/SYSTEM if the native archive for that system is there.
function Export-Manifest {
    $homepage = (Import-PowerShellDataFile -LiteralPath Gitproc.psd1).PrivateData.PSData.ProjectUri
    foreach ($system in Get-ChildItem -LiteralPath build/Manifest -Directory) {
        $archive = Get-Item -Path (Join-Path $Destination "gitproc-$version-$($system.Name).*")
        if (-not $archive) { continue }
        $values = @{
            '{version}' = $version
            '{homepage}' = $homepage
            '{url}' = "$homepage/releases/download/v$version/$($archive.Name)"
            '{hash}' = (Get-FileHash -LiteralPath $archive.FullName -Algorithm SHA256).Hash.ToLowerInvariant()
        }
        foreach ($template in Get-ChildItem -LiteralPath $system.FullName -File -Recurse) {
            $text = Get-Content -LiteralPath $template.FullName -Raw
            foreach ($name in $values.Keys) { $text = $text.Replace($name, $values[$name]) }
            $file = Join-Path 'manifests' ([System.IO.Path]::GetRelativePath($system.FullName, $template.FullName))
            $null = New-Item -ItemType Directory -Path (Join-Path $Destination $file | Split-Path) -Force
            Set-Content -LiteralPath (Join-Path $Destination $file) -Value $text -NoNewline
            $file
        }
    }
}

# Returns the name of the archive's file.
function Export-Archive {
    param([string] $Folder, [string] $Name)

    if ($Runtime -like 'win-*') {
        $archive = "$Name.zip"
        Remove-Item -LiteralPath (Join-Path $Destination $archive) -ErrorAction Ignore
        [System.IO.Compression.ZipFile]::CreateFromDirectory($Folder, (Join-Path $Destination $archive))
    } else {
        $archive = "$Name.tar.gz"
        Export-Tar -Folder $Folder -Root $Name -Path (Join-Path $Destination $archive)
    }
    $archive
}

# Makes manual pages and completions, in folders in which man, bash, zsh and fish search below /usr/local/share or
# ~/.local/share.
function Export-Share {
    param([string] $Folder)

    dotnet (Join-Path $output 'bin/gitproc.dll') help --man-pages (Join-Path $Folder 'man/man1')
    $completions = @{
        'gitproc.bash' = 'bash-completion/completions/gitproc.bash'
        'gitproc.zsh' = 'zsh/site-functions/_gitproc'
        'gitproc.fish' = 'fish/vendor_completions.d/gitproc.fish'
    }
    foreach ($completion in $completions.GetEnumerator()) {
        $target = Join-Path $Folder $completion.Value
        $null = New-Item -ItemType Directory -Path (Split-Path $target) -Force
        Copy-Item -LiteralPath (Join-Path 'src/Gitproc.Cli/Completion' $completion.Key) -Destination $target
    }
}

# Archives one top folder, without the names of users of this machine.
function Export-Tar {
    param([string] $Folder, [string] $Root, [string] $Path)

    $file = [System.IO.File]::Create($Path)
    $zip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionLevel]::SmallestSize)
    $tar = [System.Formats.Tar.TarWriter]::new($zip)
    try {
        foreach ($item in Get-ChildItem -LiteralPath $Folder -File -Recurse | Sort-Object FullName) {
            $name = [System.IO.Path]::GetRelativePath($Folder, $item.FullName)
            $entry = [System.Formats.Tar.PaxTarEntry]::new('RegularFile', "$Root/$name")
            $entry.Mode = $name -in 'gitproc', 'gitproc-agent', 'gitproc-fleet', 'createdump' ? 493 : 420 # 755, 644
            $entry.ModificationTime = $item.LastWriteTimeUtc
            $entry.DataStream = $item.OpenRead()
            try { $tar.WriteEntry($entry) } finally { $entry.DataStream.Dispose() }
        }
    } finally {
        $tar.Dispose()
        $zip.Dispose()
        $file.Dispose()
    }
}

# Writes the format that sha256sum --check reads. All packages share one file, whose name does not begin with the name
# of a package: Install-PSResource takes a file that begins with the name of a package for a version of it, and fails.
function Export-Checksum {
    $packages = Get-ChildItem -Path (Join-Path $Destination '*') -File -Include 'Gitproc.*.nupkg', 'gitproc-*.tar.gz', 'gitproc-*.zip' | Sort-Object Name
    $lines = $packages | ForEach-Object { "$((Get-FileHash -LiteralPath $_.FullName -Algorithm SHA256).Hash.ToLowerInvariant())  $($_.Name)`n" }
    [System.IO.File]::WriteAllText((Join-Path $Destination 'SHA256SUMS'), -join $lines)
}

# Relative to the caller's location.
$Destination = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
Push-Location -LiteralPath $PSScriptRoot
try {
    switch ($Task) {
        'Build' {
            dotnet build src/Gitproc.PowerShell --configuration $Configuration | Out-Host
            dotnet build src/Gitproc.Cli --configuration $Configuration | Out-Host
        }
        'Test' {
            dotnet test --configuration $Configuration | Out-Host
        }
        'Package' {
            $version = ([xml] (Get-Content -LiteralPath Directory.Build.props -Raw)).Project.PropertyGroup.VersionPrefix
            $null = New-Item -ItemType Directory -Path $Destination -Force
            foreach ($one in $Kind) {
                $package = switch ($one) {
                    'Module' { Export-ModulePackage }
                    'Tool' { Export-ToolPackage }
                    'Native' { Export-NativeArchive }
                    'Agent' { Export-AgentArchive }
                    'Manifest' { Export-Manifest }
                }
                $package | ForEach-Object { Get-Item -LiteralPath (Join-Path $Destination $_) }
            }
            Export-Checksum
        }
        'Clean' {
            Remove-Item -LiteralPath $output -Recurse -Force -ErrorAction Ignore
            Get-ChildItem -LiteralPath build, src, tests -Directory | ForEach-Object {
                Remove-Item -LiteralPath (Join-Path $_.FullName 'bin'), (Join-Path $_.FullName 'obj') -Recurse -Force -ErrorAction Ignore
            }
        }
    }
} finally {
    Pop-Location
}
