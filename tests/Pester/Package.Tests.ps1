BeforeDiscovery {
    $root = Join-Path $PSScriptRoot ../.. | Resolve-Path
    $version = ([xml] (Get-Content -LiteralPath "$root/Directory.Build.props" -Raw)).Project.PropertyGroup.VersionPrefix
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $root = Join-Path $PSScriptRoot ../.. | Resolve-Path
    $version = ([xml] (Get-Content -LiteralPath "$root/Directory.Build.props" -Raw)).Project.PropertyGroup.VersionPrefix
    $pwsh = (Get-Process -Id $PID).Path
    $packages = Join-Path $TestDrive 'packages'
    # Packs the configuration that is already built.
    $configuration = & $pwsh -NoProfile -Command {
        [Reflection.Assembly]::LoadFrom($args[0]).GetCustomAttributes([Reflection.AssemblyConfigurationAttribute], $false).Configuration
    } -args "$root/out/Gitproc/Gitproc.Model.dll"
    # NativeAOT links with the system's C compiler; on Windows, with the one of Visual Studio.
    $kinds = 'Module', 'Tool', 'Agent'
    if (-not $IsWindows -and (Get-Command clang, gcc -CommandType Application -ErrorAction Ignore)) { $kinds += 'Native', 'Manifest' }
    # Packs before HOME changes, because NuGet's packages are in the user's home.
    $output = & $pwsh -NoProfile -NonInteractive -Command "Set-Location '$TestDrive'; & '$root/build.ps1' -Task Package -Kind $($kinds -join ',') -Configuration $configuration -Destination ./packages" 2>&1
    if ($LASTEXITCODE -ne 0) { throw "$output" }

    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')

    function Expand-Package {
        param([string] $Name)
        $folder = Join-Path $TestDrive "expanded/$Name"
        [IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $packages "$Name.$version.nupkg"), $folder)
        $folder
    }

    # Makes a package of the module with a later version.
    function New-LaterPackage {
        $path = Join-Path $TestDrive 'Gitproc.1000.0.0.nupkg'
        Copy-Item -LiteralPath (Join-Path $packages "Gitproc.$version.nupkg") -Destination $path
        $package = [IO.Compression.ZipFile]::Open($path, 'Update')
        foreach ($name in 'Gitproc.psd1', 'Gitproc.nuspec') {
            $text = (Get-Content -LiteralPath (Join-Path $module $name) -Raw).Replace($version, '1000.0.0')
            $package.GetEntry($name).Delete()
            $writer = [IO.StreamWriter]::new($package.CreateEntry($name).Open())
            $writer.Write($text)
            $writer.Dispose()
        }
        $package.Dispose()
        $path
    }

    function Get-RelativeFile {
        param([string] $Folder)
        Get-ChildItem -LiteralPath $Folder -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') } | Sort-Object
    }

    # Lists the assemblies that a folder's assemblies reference, but the folder does not contain.
    function Get-OuterReference {
        param([string] $Folder)
        $files = Get-ChildItem -LiteralPath $Folder -Recurse -Filter *.dll | Where-Object FullName -NotMatch '[\\/]native[\\/]'
        foreach ($file in $files) {
            $reader = [Reflection.PortableExecutable.PEReader]::new([IO.File]::OpenRead($file.FullName))
            try {
                $metadata = [Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($reader)
                foreach ($handle in $metadata.AssemblyReferences) {
                    $reference = $metadata.GetAssemblyReference($handle)
                    $name = $metadata.GetString($reference.Name)
                    if ($name -notin $files.BaseName) { [pscustomobject] @{ From = $file.BaseName; Name = $name; Version = $reference.Version } }
                }
            } finally {
                $reader.Dispose()
            }
        }
    }

    # Lists the shipped third-party libraries that the notices do not name with their version.
    function Get-UnnamedLibrary {
        param([string] $Folder, [string[]] $Except)
        $notices = Get-Content -LiteralPath "$root/THIRD-PARTY-NOTICES.txt"
        $versions = @{}
        ([xml] (Get-Content -LiteralPath "$root/Directory.Packages.props" -Raw)).Project.ItemGroup.PackageVersion | ForEach-Object { $versions[$_.Include] = $_.Version }
        foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -Include *.dll, *.so, *.dylib) {
            $name = $file.BaseName
            if ($name -like 'Gitproc*' -or $file.Name -in $Except) { continue }
            if ($name -match '^(lib)?git2-') {
                $line = $notices -match "^libgit2 .* $([regex]::Escape("$($versions['LibGit2Sharp.NativeBinaries'])")) "
            } elseif ($name -like '*e_sqlite3' -and $name -notlike 'SQLitePCLRaw.*') {
                $line = $notices -match "\b$name\b.* public domain "
            } else {
                $package = switch -Wildcard ($name) {
                    'SQLitePCLRaw.*' { 'SQLitePCLRaw.bundle_e_sqlite3' }
                    'Prometheus.NetStandard' { 'prometheus-net' }
                    default { $_ }
                }
                $line = $notices -match "^$([regex]::Escape($name)) +$([regex]::Escape("$($versions[$package])")) "
            }
            if (-not $line) { $name }
        }
    }

    $module = Expand-Package -Name Gitproc
    $next = New-LaterPackage
    $tool = Expand-Package -Name Gitproc.Tool
    # NuGet adds these files, and Install-PSResource does not install them.
    $ofNuGet = '^(_rels/|package/|\[Content_Types\]\.xml$|Gitproc(\.Tool)?\.nuspec$)'
    $natives = 'linux-arm', 'linux-arm64', 'linux-musl-arm64', 'linux-musl-x64', 'linux-x64', 'osx-arm64', 'osx-x64', 'win-arm64', 'win-x64', 'win-x86'
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'A package' {
    It 'of the module contains only what the module needs' {
        $files = @(Get-RelativeFile -Folder $module) -notmatch $ofNuGet
        foreach ($file in 'Gitproc.psd1', 'Gitproc.PowerShell.dll', 'dependencies/Gitproc.Core.dll', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'THIRD-PARTY-NOTICES.libgit2.txt') { $files | Should -Contain $file }
        $files -notmatch '^([\w-]+\.ps1|Gitproc\.(psd1|Format\.ps1xml)|Gitproc\.\w+\.dll|LICENSE|THIRD-PARTY-NOTICES(\.libgit2)?\.txt|en-US/[\w.]+(\.help\.txt|\.dll-Help\.xml|-help\.xml)|dependencies/(runtimes/[\w-]+/(native|lib/net10\.0)/)?[\w.-]+\.(dll|so|dylib))$' | Should -BeNullOrEmpty
        (Get-ChildItem -LiteralPath "$module/dependencies/runtimes").Name | Sort-Object | Should -Be $natives
    }

    It 'of the module is recognized by Install-PSResource' {
        $metadata = ([xml] (Get-Content -LiteralPath "$module/Gitproc.nuspec" -Raw)).package.metadata
        $manifest = Test-ModuleManifest -Path "$module/Gitproc.psd1" -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $metadata.id, $metadata.version, $metadata.description | Should -Be 'Gitproc', "$($manifest.Version)", $manifest.Description
        $metadata.license.InnerText | Should -Be 'MIT'
        $manifest.LicenseUri, $manifest.ProjectUri, $manifest.ReleaseNotes | Should -BeLike 'https://*'
        $metadata.owners, $metadata.projectUrl, $metadata.releaseNotes | Should -Be $manifest.CompanyName, "$($manifest.ProjectUri)", $manifest.ReleaseNotes
        $tags = -split $metadata.tags
        $tags | Should -Contain 'PSModule'
        $manifest.ExportedCmdlets.Keys | ForEach-Object { $tags | Should -Contain "PSCmdlet_$_" }
    }

    It 'of the module works where it is unpacked' {
        $folder = Join-Path $TestDrive "modules/Gitproc/$version"
        $null = New-Item -ItemType Directory (Split-Path $folder)
        Copy-Item -LiteralPath $module -Destination $folder -Recurse
        $env:GITPROC_TEST_REPOSITORY = $repository
        $env:GITPROC_TEST_MODULES = Split-Path (Split-Path $folder)
        $output = & $pwsh -NoProfile -NonInteractive -Command {
            $env:PSModulePath = $env:GITPROC_TEST_MODULES + [IO.Path]::PathSeparator + $env:PSModulePath
            Import-Module Gitproc
            (Get-Module Gitproc).Path
            Use-GitprocCheckout $env:GITPROC_TEST_REPOSITORY { 'works' }
        }
        $output | Should -Be (Join-Path $folder 'Gitproc.PowerShell.dll'), 'works'
    }

    It 'of the module is installed by Install-<_>, as the documentation says, and updated by Update-<_>' -ForEach 'PSResource', 'Module' {
        if ($IsWindows -or -not (Get-Command "Install-$_" -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because "Install-$_ is not installed, or would install for the user"
            return
        }
        $noun = $_
        $fence = '`' * 3
        $install = [regex]::Matches((Get-Content -LiteralPath "$root/docs/install.md" -Raw), "(?s)${fence}powershell\r?\n(.*?)$fence").ForEach{ $_.Groups[1].Value } |
            Where-Object { $_ -match "Install-$noun " }
        $place = New-Item -ItemType Directory (Join-Path $TestDrive "clone for $_/out")
        Copy-Item -LiteralPath $packages -Destination $place -Recurse
        $script = {
            $noun, $install, $clone, $next, $repository = $args
            Set-Location -LiteralPath $clone
            & ([scriptblock]::Create($install))
            (Get-Module Gitproc -ListAvailable).ModuleBase
            Copy-Item -LiteralPath $next -Destination out/packages
            & "Update-$noun" Gitproc
            Import-Module Gitproc
            (Get-Module Gitproc).ModuleBase
            Use-GitprocCheckout $repository { 'works' }
        }
        $unset = 'XDG_DATA_HOME', 'XDG_CACHE_HOME'
        $saved = @{}
        foreach ($name in $unset + 'HOME', 'PSModulePath') { $saved[$name] = [Environment]::GetEnvironmentVariable($name) }
        try {
            $env:HOME = New-Item -ItemType Directory (Join-Path $TestDrive "home of $_")
            $env:PSModulePath = $before['PSModulePath']
            foreach ($name in $unset) { [Environment]::SetEnvironmentVariable($name, $null) }
            $output = & $pwsh -NoProfile -NonInteractive -Command $script -args $_, $install, "$($place.Parent)", $next, $repository 2>&1 3>&1
        } finally {
            foreach ($name in $saved.Keys) { [Environment]::SetEnvironmentVariable($name, $saved[$name]) }
        }
        $folder = Join-Path $TestDrive "home of $_/.local/share/powershell/Modules/Gitproc"
        $output | Should -Be (Join-Path $folder $version), (Join-Path $folder '1000.0.0'), 'works'
    }

    It 'of the tool contains only what the command needs' {
        $files = @(Get-RelativeFile -Folder $tool) -notmatch $ofNuGet -replace '^tools/net\d+\.0/any/'
        foreach ($file in 'gitproc.dll', 'Gitproc.Core.dll', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'THIRD-PARTY-NOTICES.libgit2.txt') { $files | Should -Contain $file }
        $files -notmatch '^(DotnetToolSettings\.xml|gitproc\.(deps|runtimeconfig)\.json|LICENSE|THIRD-PARTY-NOTICES(\.libgit2)?\.txt|(runtimes/[\w-]+/native/)?[\w.-]+\.(dll|so|dylib))$' | Should -BeNullOrEmpty
        (Get-ChildItem -Path "$tool/tools/*/any/runtimes/*").Name | Sort-Object | Should -Be $natives
    }

    It 'of the tool is installed by dotnet tool install, and works' {
        $place = Join-Path $TestDrive 'tool'
        # Uses no package source but the folder.
        Set-Content -LiteralPath (Join-Path $TestDrive 'nuget.config') -Value '<configuration><packageSources><clear /></packageSources></configuration>'
        $cli = $env:DOTNET_CLI_HOME
        $env:DOTNET_CLI_HOME = $env:HOME
        try {
            $output = dotnet tool install Gitproc.Tool --tool-path $place --add-source $packages --configfile (Join-Path $TestDrive 'nuget.config') 2>&1
            $LASTEXITCODE | Should -Be 0 -Because "$output"
        } finally {
            $env:DOTNET_CLI_HOME = $cli
        }
        "$(& "$place/gitproc" --version)" | Should -Match "^$([regex]::Escape($version))(\+\w+)?$"
        $path = & "$place/gitproc" acquire $repository
        Get-Content -LiteralPath (Join-Path $path 'readme.txt') | Should -Be 'text'
        & "$place/gitproc" release $path
        $LASTEXITCODE | Should -Be 0
    }

    It 'has the same version everywhere' {
        $files = @(Get-ChildItem -LiteralPath $module, $tool -Recurse -Include Gitproc*.dll, gitproc.dll)
        $files | ForEach-Object { $_.VersionInfo.ProductVersion -replace '\+.*' } | Sort-Object -Unique | Should -Be $version
        (Import-PowerShellDataFile -LiteralPath "$module/Gitproc.psd1").ModuleVersion | Should -Be $version
        ([xml] (Get-Content -LiteralPath "$tool/Gitproc.Tool.nuspec" -Raw)).package.metadata.version | Should -Be $version
    }

    It 'needs nothing newer than PowerShell 7.4 and .NET 8' {
        $references = Get-OuterReference -Folder $module
        $references.Name | Should -Contain 'System.Management.Automation'
        $references | Where-Object { $_.Version -gt ($_.Name -eq 'System.Management.Automation' ? '7.4.0.0' : '8.0.0.0') } | Should -BeNullOrEmpty
        # Assemblies that neither .NET nor PowerShell has would have to be in the package.
        $references.Name | Where-Object { $_ -notmatch '^(System\.|Microsoft\.Win32\.|netstandard$|System$)' } | Should -BeNullOrEmpty
    }

    It 'names the third-party software in it' {
        Get-UnnamedLibrary -Folder $module | Should -BeNullOrEmpty
        Get-UnnamedLibrary -Folder $tool | Should -BeNullOrEmpty
        $notices = Get-Content -LiteralPath "$module/THIRD-PARTY-NOTICES.txt" -Raw
        $notices | Should -BeLike '*Apache License*'
        $notices | Should -BeLike '*Permission is hereby granted*'
        $sqlite = & $pwsh -NoProfile -Command {
            Import-Module $args[0]
            $null = Get-GitprocCheckout
            $assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' }
            [Activator]::CreateInstance($assembly.GetType('Microsoft.Data.Sqlite.SqliteConnection')).ServerVersion
        } -args "$module/Gitproc.psd1"
        $notices | Should -Match "SQLite \(.*\) +$([regex]::Escape("$sqlite")) "
    }

    It 'comes with its SHA-256' {
        $names = "Gitproc.$version.nupkg", "Gitproc.Tool.$version.nupkg" + @(Get-ChildItem "$packages/gitproc-*" | ForEach-Object Name)
        $lines = foreach ($name in $names | Sort-Object) {
            "$((Get-FileHash -LiteralPath (Join-Path $packages $name)).Hash.ToLowerInvariant())  $name"
        }
        Get-Content -LiteralPath (Join-Path $packages 'SHA256SUMS') | Should -BeExactly $lines
        (Get-ChildItem -LiteralPath $packages -File).Name | Should -HaveCount ($lines.Count + 1)
    }

    It 'of the agent contains the agent, gitproc-fleet, .NET, licenses and documents, and needs nothing else' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'it is a zip there'; return }
        $archive = (Get-Item "$packages/gitproc-agent-$version-*.tar.gz").FullName
        tar -xzf $archive -C $TestDrive
        $folder = Join-Path $TestDrive ((Split-Path -Leaf $archive) -replace '\.tar\.gz$')
        $files = Get-RelativeFile -Folder $folder
        $expected = 'docs/agent.md', 'docs/fleet.md', 'docs/settings.md', 'docs/prometheus/gitproc-alerts.yml', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'THIRD-PARTY-NOTICES.libgit2.txt'
        if ($IsLinux) { $expected += 'docs/agent/gitproc-agent@.service' }
        foreach ($file in $expected) { $files | Should -Contain $file }
        $files | Where-Object { $_ -like '*.pdb' -or $_ -like '*.xml' } | Should -BeNullOrEmpty
        $libraries = (Get-Content -LiteralPath "$folder/gitproc-agent.deps.json" -Raw | ConvertFrom-Json -AsHashtable).targets.Values
        foreach ($name in 'Microsoft.NETCore.App', 'Microsoft.AspNetCore.App') { $files | Should -Contain "THIRD-PARTY-NOTICES.$name.txt" }
        $ofDotnet = foreach ($target in $libraries) {
            foreach ($name in $target.Keys -like 'runtimepack.*') { $target[$name].Values.Keys | Split-Path -Leaf }
        }
        $ofDotnet | Should -Contain 'System.Private.CoreLib.dll'
        Get-UnnamedLibrary -Folder $folder -Except $ofDotnet | Should -BeNullOrEmpty
        $start = [System.Diagnostics.ProcessStartInfo]::new("$folder/gitproc-agent", [string[]] ('--pool', (Join-Path $TestDrive 'pool of the agent'), '--page', '0', '--only-page'))
        $start.RedirectStandardOutput = $true
        # A .NET that is there is not used.
        $start.Environment['DOTNET_ROOT'] = Join-Path $TestDrive 'no dotnet'
        $agent = [System.Diagnostics.Process]::Start($start)
        try {
            $page = $agent.StandardOutput.ReadLine()
            (Invoke-WebRequest $page).Content | Should -BeLike '*pool of the agent*'
        } finally {
            $agent.Kill()
            $agent.WaitForExit()
        }
        "$(& "$folder/gitproc-fleet" --version)" | Should -BeLike "$version*"
    }

    It 'of the native command contains the command, native libraries, licenses, manual pages and completions' {
        if ('Native' -notin $kinds) { Set-ItResult -Skipped -Because 'NativeAOT needs clang or gcc' }
        $archive = (Get-Item "$packages/gitproc-$version-*.tar.gz").FullName
        tar -xzf $archive -C $TestDrive
        $folder = Join-Path $TestDrive ((Split-Path -Leaf $archive) -replace '\.tar\.gz$')
        (Get-ChildItem -LiteralPath $folder).Name | Where-Object { $_ -notmatch '^lib(e_sqlite3|git2-\w+)\.' } | Sort-Object | Should -Be 'gitproc', 'LICENSE', 'share', 'THIRD-PARTY-NOTICES.dotnet.txt', 'THIRD-PARTY-NOTICES.libgit2.txt', 'THIRD-PARTY-NOTICES.txt'
        "$(& "$folder/gitproc" --version)" | Should -BeLike "$version*"
        # Code that the compiler trimmed is missed only at run time.
        $checkout = & "$folder/gitproc" acquire $repository
        & "$folder/gitproc" list --json | ConvertFrom-Json | Where-Object path -EQ $checkout | Should -Not -BeNullOrEmpty
        & "$folder/gitproc" release $checkout 2>$null
        $LASTEXITCODE | Should -Be 0
        Get-UnnamedLibrary -Folder $folder | Should -BeNullOrEmpty
        $pages = (Get-ChildItem "$root/docs/help/cli/*.md").BaseName | ForEach-Object { $_ -eq 'gitproc' ? 'gitproc.1' : "gitproc-$_.1" }
        $completions = @{
            bash = 'bash-completion/completions/gitproc.bash'
            zsh = 'zsh/site-functions/_gitproc'
            fish = 'fish/vendor_completions.d/gitproc.fish'
        }
        $share = @($pages | ForEach-Object { "man/man1/$_" }) + $completions.Values | Sort-Object
        Get-RelativeFile -Folder "$folder/share" | Should -Be $share
        foreach ($shell in $completions.Keys) {
            Get-Content -LiteralPath "$folder/share/$($completions[$shell])" | Should -Be (& "$folder/gitproc" completion $shell)
        }
        if ((Get-Command man -ErrorAction Ignore) -and (Get-Command groff, mandoc -ErrorAction Ignore)) {
            $page = (man "$folder/share/man/man1/gitproc-acquire.1" 2>&1 | Out-String) -replace '.\x08|\e\[[\d;]*m'
            $page | Should -Match '(?m)^NAME\r?\n +gitproc-acquire - Lock a checkout of a repository'
            $page | Should -Match '(?m)^ +-b, --new-branch BRANCH\r?$'
            $page | Should -Match '(?m)^ +checkout=\$\(gitproc acquire https://github.com/owner/repo\) && cd "\$checkout"\r?$'
        }
        $line = "$((Get-FileHash -LiteralPath $archive).Hash.ToLowerInvariant())  $(Split-Path -Leaf $archive)"
        Get-Content -LiteralPath (Join-Path (Split-Path $archive) 'SHA256SUMS') | Should -Contain $line
    }

    It 'of the native command for Linux has a formula for Homebrew with its address and hash' {
        $archive = Get-Item "$packages/gitproc-$version-linux-x64.tar.gz" -ErrorAction Ignore
        if (-not $archive) { Set-ItResult -Skipped -Because 'the archive is for another system'; return }
        $formula = Get-Content -LiteralPath "$packages/manifests/gitproc.rb" -Raw
        $formula | Should -BeLike "*url `"https://*/v$version/$($archive.Name)`"*sha256 `"$((Get-FileHash -LiteralPath $archive).Hash.ToLowerInvariant())`"*"
        $formula | Should -Not -Match '\{\w+\}"'
        # Those for Windows need its archive.
        "$packages/manifests/winget" | Should -Not -Exist
    }
}
