BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The module' {
    It 'exports only what its manifest names' {
        $manifest = Import-PowerShellDataFile "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1"
        $module = Get-Module Gitproc
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $module.ExportedFunctions.Keys | Sort-Object | Should -Be ($manifest.FunctionsToExport | Sort-Object)
        $module.ExportedAliases.Keys | Sort-Object | Should -Be ($manifest.AliasesToExport | Sort-Object)
        Test-ModuleManifest "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" | Should -Not -BeNullOrEmpty
    }

    It 'has types that scripts can name' {
        [Gitproc.Checkout].Assembly.GetName().Name | Should -Be 'Gitproc.Model'
        [Gitproc.CheckoutState]::Free | Should -Be 'Free'
    }

    It 'uses its own SQLite whatever another module has loaded' {
        $script = @'
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
            $name = [Reflection.AssemblyName]::new('Microsoft.Data.Sqlite, Version=99.0.0.0')
            $builder = [Reflection.Emit.PersistedAssemblyBuilder]::new($name, [object].Assembly)
            $null = $builder.DefineDynamicModule('other').DefineType('Other').CreateType()
            $file = Join-Path $folder 'Microsoft.Data.Sqlite.dll'
            $builder.Save($file)
            $other = [Reflection.Assembly]::LoadFrom($file)
            Import-Module Gitproc
            Use-GitprocCheckout REPOSITORY { 'works' }
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' } | ForEach-Object {
                '{0} {1}' -f $_.GetName().Version.Major, [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name
            }
            Remove-Item $folder -Recurse -Force
'@
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command $script.Replace('REPOSITORY', "'$repository'")
        $output | Should -Be 'works', '99 Default', '10 Gitproc'
    }

    It 'reads trusted repositories by its own libgit2, loaded once' {
        Invoke-GitprocAcquire $repository | Exit-GitprocCheckout
        $commit = git -C $repository rev-parse --short HEAD
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command {
            Import-Module Gitproc
            $repository, $commit = $args
            1..2 | ForEach-Object { Invoke-GitprocAcquire $repository -Ref $commit | Exit-GitprocCheckout }
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'LibGit2Sharp' } | ForEach-Object {
                [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name
            }
            (Get-Process -Id $PID).Modules.FileName -match '[\\/](lib)?git2-' | Select-Object -Unique
        } -args $repository, $commit
        $output[0] | Should -Be 'Gitproc'
        $output | Should -HaveCount 2
        Split-Path (Split-Path (Split-Path (Split-Path $output[1]))) | Should -Be (Resolve-Path (Join-Path (Get-Module Gitproc).ModuleBase dependencies)).Path
    }

    It 'loads no other module, which would take longer than the import' {
        & (Get-Process -Id $PID).Path -NoProfile -Command { Import-Module Gitproc; (Get-Module).Name } | Should -Be 'Gitproc'
    }

    It 'loads only what a list needs, and the image for this system if there is one' {
        Invoke-GitprocAcquire $repository | Exit-GitprocCheckout
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command {
            Import-Module Gitproc
            [Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ Gitproc | ForEach-Object { @($_.Assemblies).Count }
            $null = Get-GitprocCheckout
            ([Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ Gitproc).Assemblies.Location
        }
        $output[0] | Should -Be 0
        $files = $output | Select-Object -Skip 1
        Split-Path $files -Leaf | Sort-Object | Should -Be 'Gitproc.Core.dll', 'Microsoft.Data.Sqlite.dll', 'SQLitePCLRaw.batteries_v2.dll', 'SQLitePCLRaw.core.dll', 'SQLitePCLRaw.provider.e_sqlite3.dll'
        $images = Join-Path (Get-Module Gitproc).ModuleBase "dependencies/runtimes/$([Runtime.InteropServices.RuntimeInformation]::RuntimeIdentifier)/lib/net$([Environment]::Version.Major).0"
        if (Test-Path $images) { Split-Path $files | Select-Object -Unique | Should -Be (Resolve-Path $images).Path }
    }

    It 'gives back the aliases that it replaced, its exports too' {
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command {
            function Show-Alias { (Get-Alias a, gitproc, gp, list, ls, r -ErrorAction Ignore | ForEach-Object { "$($_.Name)=$($_.Definition)$($_.Description)" }) -join ' ' }
            Set-Alias a Get-Process -Description mine
            Set-Alias list Get-Date
            Set-Alias ls Get-ChildItem -Option ReadOnly
            $before = Show-Alias
            Import-Module Gitproc
            Enable-GitprocAlias
            Show-Alias
            Import-Module Gitproc -Force
            Remove-Module Gitproc
            (Show-Alias) -eq $before
            Import-Module Gitproc
            Set-Alias a Get-Item -Force
            Remove-Module Gitproc
            (Get-Alias a).Definition
            New-Module -Name Other { Import-Module Gitproc } | Import-Module
            Remove-Module Other, Gitproc
            (Get-Alias a).Definition
        }
        $output | Should -Be @(
            'a=Invoke-GitprocAcquire gitproc=Invoke-Gitproc gp=Invoke-Gitproc list=Get-GitprocCheckout ls=Get-GitprocCheckout r=Exit-GitprocCheckout'
            $true, 'Get-Item', 'Get-Item'
        )
    }

    It 'adds only its exports and gp to the session' {
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command {
            Import-Module Microsoft.PowerShell.Management
            $before = @(Get-Variable -Scope Global | ForEach-Object Name)
            $aliases = @(Get-Alias | ForEach-Object { "$($_.Name)=$($_.Definition)" })
            Import-Module Gitproc
            $after = @(Get-Alias | ForEach-Object { "$($_.Name)=$($_.Definition)" })
            ($after | Where-Object { $_ -notin $aliases } | Sort-Object) -join ' '
            (Get-Variable -Scope Global | ForEach-Object Name | Where-Object { $_ -notin $before -and $_ -notin 'before', 'aliases', 'after', '_' }) -join ' '
            Remove-Module Gitproc
            $end = @(Get-Alias | ForEach-Object { "$($_.Name)=$($_.Definition)" })
            ($end | Where-Object { $_ -notin $aliases }) -join ' '
            ($aliases | Where-Object { $_ -notin $end }) -join ' '
        }
        $output | Should -Be 'a=Invoke-GitprocAcquire gitproc=Invoke-Gitproc gp=Invoke-Gitproc list=Get-GitprocCheckout', '', '', ''
    }
}

Describe 'A module that lacks a file' {
    BeforeAll {
        # Runs in a separate pwsh, because assemblies stay loaded. One pwsh is enough for all cases, because nothing is
        # loaded from a module that lacks a file.
        $copy = Join-Path $TestDrive 'incomplete/Gitproc'
        Copy-Item -LiteralPath "$PSScriptRoot/../../out/Gitproc" -Destination $copy -Recurse
        $native = (Get-ChildItem "$copy/dependencies/runtimes" -Recurse -File -Filter '*e_sqlite3.*').FullName
        $dependency = (Get-ChildItem "$copy/dependencies" -File -Filter '*.dll').FullName
        $script = {
            param($Module, $Case)
            Import-Module $Module
            function Show-Error {
                param($Name, $Command)
                try { & $Command; "$Name works" } catch {
                    "$Name|$($_.FullyQualifiedErrorId)|$($_.CategoryInfo.Category)|$([IO.Path]::GetFileName($_.TargetObject))|$($_.Exception.Message)"
                }
            }
            foreach ($one in $Case) {
                $paths = $one -split ';'
                foreach ($path in $paths) { [IO.Directory]::Move($path, "$path.gone") }
                Show-Error "ls $one" { $null = gp ls -ErrorAction Stop }
                Show-Error "history $one" { $null = Get-GitprocHistory -Since 3d -ErrorAction Stop }
                Show-Error "unknown $one" { gitproc nonsense -ErrorAction Stop }
                Show-Error "acquire $one" { $null = Invoke-GitprocAcquire -Pool $one -ErrorAction Stop }
                $null = TabExpansion2 'Exit-GitprocCheckout -Checkout ' 31
                foreach ($path in $paths) { [IO.Directory]::Move("$path.gone", $path) }
            }
            Show-Error 'mended' { $null = gp ls -ErrorAction Stop }
            Remove-Item -LiteralPath (Split-Path $Module) -Recurse
            Show-Error 'loaded' { $null = gp ls -ErrorAction Stop }
            'alive'
        }
        $case = @("$copy/dependencies", $copy) + $dependency + ($native -join ';')
        $output = pwsh -NoProfile -Command $script -args "$copy/Gitproc.psd1", $case
    }

    It 'reports an error, whichever file is missing, and leaves the session alone' {
        $output[-1] | Should -Be 'alive'
        $failures = @($output | Where-Object { $_ -match '^(ls|history|unknown|acquire) ' })
        $failures | Should -HaveCount (4 * $case.Count)
        $failures | Should -Match '\|ModuleIncomplete(,[\w.]+)?\|ResourceUnavailable\|[\w.]+\.(dll|so|dylib)\|.* is missing: .*Install it again'
    }

    It 'names the file' {
        foreach ($file in $dependency) {
            $output | Should -Contain ($output -like "ls $file|*|$(Split-Path $file -Leaf)|*")[0]
        }
        $output -like "ls *;*" | Should -Match 'e_sqlite3\.(dll|so|dylib)\|'
    }

    It 'works as soon as the file is back, and still works if it disappears again' {
        $output | Should -Contain 'mended works'
        $output | Should -Contain 'loaded works'
    }
}

Describe 'gp' {
    It 'is Get-ItemProperty for anything that is not a subcommand' {
        (gp $TestDrive Name).Name | Should -Be (Split-Path $TestDrive -Leaf)
        (gp -Path $TestDrive -Name Name).Name | Should -Be (Split-Path $TestDrive -Leaf)
        (gp -LiteralPath $TestDrive).Name | Should -Be (Split-Path $TestDrive -Leaf)
        gp "$TestDrive/source/*.txt" | ForEach-Object Name | Should -Be 'readme.txt'
    }

    It 'is Get-ItemProperty for the pipeline' {
        (Get-Item $TestDrive | gp -Name Name).Name | Should -Be (Split-Path $TestDrive -Leaf)
        (Get-ChildItem "$TestDrive/source" | gp list -ErrorAction Ignore) | Should -BeNullOrEmpty
        (Get-ChildItem "$TestDrive/source" -File | gp).Name | Should -Be 'readme.txt'
    }

    It 'keeps the error handling of its caller' {
        gp /no/such/path -ErrorAction SilentlyContinue -ErrorVariable records
        $records[0].FullyQualifiedErrorId | Should -Be 'PathNotFound,Microsoft.PowerShell.Commands.GetItemPropertyCommand'
        & {
            $ErrorActionPreference = 'Stop'
            { gp /no/such/path } | Should -Throw -ErrorId 'PathNotFound,*'
        }
    }

    It 'passes the errors of the command to its caller' {
        $ErrorActionPreference = 'Continue'
        function Invoke-Inside { [CmdletBinding()] param() gp r checkout-99; gp /no/such/path }
        function Invoke-Outside { [CmdletBinding()] param() Invoke-Inside }
        Invoke-Outside -ErrorVariable records -ErrorAction SilentlyContinue
        $records.FullyQualifiedErrorId | Should -HaveCount 2
        $records[0].FullyQualifiedErrorId | Should -BeLike 'CheckoutNotFound,*'
        $records[1].FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
        { Invoke-Outside -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
        { gp r checkout-99 -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
        (gp r checkout-99 2>&1).FullyQualifiedErrorId | Should -BeLike 'CheckoutNotFound,*'
    }

    It 'passes output to the pipeline once, without delay' {
        $checkout = gp a $repository
        try {
            function Get-Inside { [CmdletBinding()] param() gp ls -OutVariable own; $own.Count }
            Get-Inside -OutVariable all | Should -HaveCount 2
            $all | Should -HaveCount 2
            $all[1] | Should -Be 1
            gp ls | Select-Object -First 1 | ForEach-Object Name | Should -Be $checkout.Name
            $order = [Collections.Generic.List[string]]::new()
            1..2 | ForEach-Object { $order.Add("in $_"); $TestDrive } | gp | ForEach-Object { $order.Add('out') }
            $order | Should -Be 'in 1', 'out', 'in 2', 'out'
            Push-Location (gp a $repository)
            gp r
            Pop-Location
        } finally {
            gp r $checkout
        }
    }

    It 'works under strict mode' {
        Set-StrictMode -Version Latest
        (gp $TestDrive Name).Name | Should -Be (Split-Path $TestDrive -Leaf)
        { gp ls } | Should -Not -Throw
        { gp help } | Should -Not -Throw
    }

    It 'is gitproc for <Arguments>' -ForEach @(
        @{ Arguments = 'ls' }, @{ Arguments = 'list' }, @{ Arguments = 'LIST -Locked' }, @{ Arguments = '-F checkout' }
        @{ Arguments = 'filter checkout' }, @{ Arguments = 'grep checkout -SimpleMatch' }
    ) {
        $checkout = gp a $repository
        try {
            foreach ($name in 'gp', 'gitproc') {
                $found = & ([scriptblock]::Create("$name $Arguments"))
                $found | ForEach-Object { $_ | Should -BeOfType ([Gitproc.Checkout]) }
                $found.Name | Should -Contain $checkout.Name
            }
        } finally {
            gp r $checkout
        }
    }

    It 'explains itself with <_>' -ForEach 'help', '--help', '-h', '-H' {
        gitproc $_ | Out-String | Should -Match 'about_Gitproc'
        gp $_ | Out-String | Should -Match 'about_Gitproc'
    }

    It 'explains one command' {
        gitproc help acquire | Out-String | Should -Match 'Invoke-GitprocAcquire'
        gitproc | Out-String | Should -Match 'about_Gitproc'
        (gitproc help rescue restore).Name | Should -Be 'Restore-GitprocRescue'
        (gp -h a).Name | Should -Be 'Invoke-GitprocAcquire'
        gitproc help run -Examples | Out-String | Should -Match 'Side by side'
    }

    It 'passes a single list as one argument' {
        $two = gp a $repository -Count 2
        (gp ls $two[0].Name, $two[1].Name).Name | Should -Be $two.Name
        (gp r $two -PassThru).Name | Should -Be $two.Name
        (gp "$TestDrive/source", $TestDrive).Name | Should -Be 'source', (Split-Path $TestDrive -Leaf)
    }

    It 'is gitproc for objects from the pool' {
        $two = gp a $repository -Count 2
        ($two | gp r -PassThru).State | Should -Be 'Free', 'Free'
        $checkout = gp a $repository
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($checkout))
        ($there | gp r -Discard -PassThru).Name | Should -Be $checkout.Name
        @() | gp r | Should -BeNullOrEmpty
    }

    It 'shows help, and does nothing else, with -h after a command: <_>' -ForEach 'gp a -h', 'gitproc acquire -H', 'gp a --help', 'gp renew -h' {
        $ErrorActionPreference = 'Stop'
        Push-Location $repository
        try {
            & ([scriptblock]::Create($_)) | Out-String | Should -Match '-Gitproc'
            Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
        } finally {
            Pop-Location
        }
    }

    It 'refuses an option that the command does not have' {
        { gp ls --no-color=never } | Should -Throw -ErrorId 'InvalidOption,Gitproc.PowerShell.Commands.InvokeGitprocCommand' -ExpectedMessage 'gitproc ls has no option --no-color.*'
        gp filter '--' | Should -BeNullOrEmpty
    }

    It 'does not end a script because of an unknown command' {
        & (Get-Process -Id $PID).Path -NoProfile -Command "Import-Module '$PSScriptRoot/../../out/Gitproc/Gitproc.psd1'; gitproc nonsense 2>`$null; 'after'" | Should -Be 'after'
    }

    It 'works if another module re-exports it' {
        $script = "New-Module -Name Other { Import-Module '$PSScriptRoot/../../out/Gitproc/Gitproc.psd1' } | Import-Module; (gp '$TestDrive/source').Name; (gp repair -AsJob).Name; (gitproc help a).Name"
        & (Get-Process -Id $PID).Path -NoProfile -Command $script | Should -Be 'source', 'Repair-GitprocPool', 'Invoke-GitprocAcquire'
    }

    It 'sets the pipeline variable' {
        gp a $repository -PipelineVariable one | ForEach-Object { $one.Name; gp r $one } | Should -Match '^checkout-'
    }

    It 'refuses a parameter that the command does not have, and runs nothing' {
        { gp a $repository -Bogus } | Should -Throw -ErrorId 'NamedParameterNotFound,*' -ExpectedMessage '*-Bogus.*'
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'passes a word unchanged: <Text>' -ForEach @(
        @{ Text = 'gp a SOURCE -Ref 007'; Word = "'007'" }, @{ Text = 'gp a -NoFetch SOURCE -Ref 1e5'; Word = "'1e5'" }, @{ Text = 'gp r 0x10'; Word = "'0x10'" }
        @{ Text = "gp r '-x'"; Word = "'-x'" }, @{ Text = "gp -Path '-x'"; Word = '-x' }
    ) {
        $ErrorActionPreference = 'Stop'
        { & ([scriptblock]::Create($Text.Replace('SOURCE', "'$repository'"))) } | Should -Throw -ExpectedMessage "*$Word*"
    }

    It 'refuses a command that gitproc does not have' {
        { gitproc nonsense } | Should -Throw -ErrorId 'UnknownCommand,Gitproc.PowerShell.Commands.InvokeGitprocCommand' -ExpectedMessage "*'nonsense'*"
        { gitproc nonsense -Ref main $repository more } | Should -Throw -ErrorId 'UnknownCommand,*'
    }

    It 'passes $null, for the cmdlet to refuse: <Text>' -ForEach @(
        @{ Text = 'gp r $null' }, @{ Text = 'gitproc r $undefined' }, @{ Text = 'gp a $null' }, @{ Text = 'gp ls $null' }
    ) {
        $checkout = gp a $repository
        Push-Location (gp a $repository)
        try {
            { & ([scriptblock]::Create($Text)) } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
            Get-GitprocCheckout -Locked | Should -HaveCount 2
        } finally {
            gp r
            Pop-Location
            gp r $checkout
        }
    }

    It 'passes a list as one argument' {
        $first = gp a $repository
        $second = gp a $repository
        gp r @($first.Name, $second.Name) -PassThru | ForEach-Object State | Should -Be 'Free', 'Free'
    }

    It 'shows no password in an unknown command' {
        $thrown = { gitproc 'https://user:s3cret@host/x' } | Should -Throw -ErrorId 'UnknownCommand*' -PassThru
        "$thrown $($thrown.TargetObject)" | Should -Not -Match 's3cret'
    }

    It 'passes parameters and pipeline input' {
        (gp a $repository -WhatIf) | Should -BeNullOrEmpty
        $checkout = gitproc a $repository -MaxCheckouts 5
        $checkout.Name | gitproc r -PassThru | ForEach-Object State | Should -Be 'Free'
        gitproc r 'checkout-99' -ErrorAction SilentlyContinue -ErrorVariable records
        $records[0].FullyQualifiedErrorId | Should -BeLike 'CheckoutNotFound,*'
    }

    It 'is restored when the module is removed, and set again when it is imported' {
        Remove-Module Gitproc
        try {
            (Get-Alias gp).Definition | Should -Be 'Get-ItemProperty'
            (Get-Alias gp).Options | Should -Be 'ReadOnly'
        } finally {
            Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global
        }
        (Get-Alias gp).Definition | Should -Be 'Invoke-Gitproc'
        Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global -Force
        (Get-Alias gp).Definition | Should -Be 'Invoke-Gitproc'
        Remove-Module Gitproc
        (Get-Alias gp).Definition | Should -Be 'Get-ItemProperty'
        Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global
    }

    It 'leaves gp alone if the user has changed it since' {
        Set-Alias gp Get-Process -Scope Global -Force
        Remove-Module Gitproc
        try {
            (Get-Alias gp).Definition | Should -Be 'Get-Process'
        } finally {
            Set-Alias gp Get-ItemProperty -Scope Global -Force -Option ReadOnly
            Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global
        }
    }
}

Describe 'Completion after gp and gitproc' {
    BeforeAll {
        function Complete([string] $Text, [int] $Cursor = $Text.Length) {
            (TabExpansion2 $Text -cursorColumn $Cursor).CompletionMatches.CompletionText
        }
        gp a $repository | gitproc r
    }

    It 'has the commands: <Text>' -ForEach @(
        @{ Text = 'gitproc acq' }, @{ Text = 'gp acq' }, @{ Text = 'gp ' }, @{ Text = 'gitproc ' }, @{ Text = 'gitproc ACQ' }
        @{ Text = '1; $x = gp acq' }, @{ Text = 'gitproc help acq' }
    ) {
        Complete $Text | Should -Contain 'acquire'
    }

    It 'has the checkouts: <Text>' -ForEach @(
        @{ Text = 'gp r ch' }, @{ Text = 'gp r ' }, @{ Text = 'gitproc release -PassThru ch' }, @{ Text = 'gitproc r -Checkout ch' }
        @{ Text = 'gp ls ch' }, @{ Text = '1 | gitproc r ch' }, @{ Text = 'Invoke-Gitproc r ch' }
    ) {
        Complete $Text | Should -Be 'checkout-1'
    }

    It 'has the repositories: <Text>' -ForEach @(
        @{ Text = 'gp a sou' }, @{ Text = 'gitproc acquire ' }, @{ Text = 'gp run sou' }, @{ Text = 'gp ls -Repository sou' }
    ) {
        # Outside a repository, whose remotes would be offered too.
        Push-Location $TestDrive
        try {
            Complete $Text | Should -Be $repository
        } finally {
            Pop-Location
        }
    }

    It 'has the parameters of the cmdlet' {
        Complete 'gp a -' | Should -Contain '-MaxCheckouts'
    }

    It 'uses only the words before the cursor, and parameters after it' {
        Complete 'gp r ch -PassThru' 7 | Should -Be 'checkout-1'
        Complete "gp r ch -Pool '$TestDrive/none'" 7 | Should -Not -Contain 'checkout-1'
    }

    It 'has paths where gp is Get-ItemProperty' {
        Push-Location $TestDrive
        try {
            Complete 'gp sou' | Should -Be (Join-Path . 'source')
            Complete 'gp -Path sou' | Should -Be (Join-Path . 'source')
            Complete "gp $TestDrive/sou" | Should -Be $repository
            Complete '1 | gp acq' | Should -BeNullOrEmpty
            Complete 'gp -' | Should -Contain '-LiteralPath'
        } finally {
            Pop-Location
        }
    }

    It 'ends when the module is removed, and works again when it is imported' {
        $modulePath = $env:PSModulePath
        Remove-Module Gitproc
        try {
            # Otherwise completion would load the module automatically.
            $env:PSModulePath = ''
            Complete 'gitproc acq' | Should -BeNullOrEmpty
            Complete 'gitproc r ch' | Should -Not -Contain 'checkout-1'
            Complete 'gp -Lit' | Should -Contain '-LiteralPath'
            Complete "gp $TestDrive/sou" | Should -Be $repository
        } finally {
            $env:PSModulePath = $modulePath
            Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global
        }
        Complete 'gitproc acq' | Should -Be 'acquire'
    }
}

Describe 'r and ls' {
    It 'are set on request, and restored' {
        $r = Get-Alias r
        $ls = Get-Alias ls -ErrorAction Ignore
        Enable-GitprocAlias
        Enable-GitprocAlias
        (Get-Alias r).Definition | Should -Be 'Exit-GitprocCheckout'
        (Get-Alias ls).Definition | Should -Be 'Get-GitprocCheckout'
        Disable-GitprocAlias
        (Get-Alias r).Definition | Should -Be $r.Definition
        (Get-Alias r).Options | Should -Be $r.Options
        (Get-Alias ls -ErrorAction Ignore)?.Definition | Should -Be $ls?.Definition
    }

    It 'are restored when the module is removed' {
        $r = Get-Alias r
        Enable-GitprocAlias
        Remove-Module Gitproc
        try {
            (Get-Alias r).Definition | Should -Be $r.Definition
        } finally {
            Import-Module "$PSScriptRoot/../../out/Gitproc/Gitproc.psd1" -Global
        }
    }

    It 'do not change with -WhatIf' {
        Enable-GitprocAlias -WhatIf
        (Get-Alias r).Definition | Should -Be 'Invoke-History'
    }
}
