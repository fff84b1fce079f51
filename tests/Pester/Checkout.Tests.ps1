BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Use-GitprocCheckout' {
    It 'gives programs of the block the variables of the checkout, and takes them back' {
        git config --global gitproc.env.TEST-PORT '4000 + {number} * 10'
        $env:TEST_PORT = 'before'
        try {
            $said = Use-GitprocCheckout $repository { "$(sh -c 'echo $TEST_PORT $GITPROC_NAME') $((Get-Location).Path)" }
            $said | Should -Match '^40(?<number>\d+)0 checkout-\k<number> .*checkout-\k<number>$'
            $env:TEST_PORT | Should -Be 'before'
            $env:GITPROC_NAME | Should -BeNullOrEmpty
            { Use-GitprocCheckout $repository { throw 'boo' } } | Should -Throw 'boo'
            $env:TEST_PORT | Should -Be 'before'

            $manifest = (Get-Module Gitproc).Path
            $told = 1..2 | ForEach-Object -Parallel {
                Import-Module $using:manifest
                Use-GitprocCheckout $using:repository { "port $env:TEST_PORT" } -WarningVariable warning -WarningAction SilentlyContinue
                "$warning"
            }
            @($told) -eq 'port before' | Should -HaveCount 2
            @($told) -match 'TEST_PORT is not set in this block' | Should -HaveCount 2
        } finally {
            $env:TEST_PORT = $null
            git config --global --unset-all gitproc.env.TEST-PORT
        }
    }

    It 'runs a block in a checkout, passes the checkout to it, and releases it' {
        $here = $PWD.Path
        $result = Use-GitprocCheckout $repository {
            param($Checkout)
            [pscustomobject]@{ Path = $PWD.Path; Name = $Checkout.Name; Locked = (Get-GitprocCheckout $Checkout.Name).Locked }
        }
        $result.Path | Should -Be (Get-GitprocCheckout $result.Name).Path
        $result.Locked | Should -BeTrue
        $PWD.Path | Should -Be $here
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'streams what the block emits' {
        Use-GitprocCheckout $repository { 1; 2; 3 } | Select-Object -First 1 | Should -Be 1
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'sees the variables of its caller' {
        $name = 'caller'
        gp run $repository { $name } | Should -Be 'caller'
    }

    It 'releases when the block fails' {
        { Use-GitprocCheckout $repository { throw 'boo' } } | Should -Throw 'boo'
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'keeps a checkout locked that the block has kept or given away: <_>' -ForEach '-Hold', '-Owner PROCESS' {
        $sleeper = Start-Process (Get-Process -Id $PID).Path '-NoProfile -Command Start-Sleep 600' -PassThru
        try {
            $change = [scriptblock]::Create("`$args[0] | Update-GitprocLease $($_.Replace('PROCESS', $sleeper.Id))")
            $checkout = Use-GitprocCheckout $repository { param($mine) Set-Content work.txt kept; & $change $mine; $mine } -ErrorAction Stop -InformationVariable notice -InformationAction Ignore
            $checkout = @($checkout)[-1]
            (Get-GitprocCheckout $checkout.Name).LeaseId | Should -Be $checkout.LeaseId
            Get-Content (Join-Path $checkout.Path work.txt) | Should -Be kept
        } finally {
            Exit-GitprocCheckout $checkout -Force -Discard
            $sleeper | Stop-Process
        }
    }

    It 'releases when the pipeline is stopped' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($r) Import-Module Gitproc; Use-GitprocCheckout $r { Start-Sleep 600 }').AddArgument($repository)
        $running = $shell.BeginInvoke()
        $deadline = [datetime]::Now.AddSeconds(120)
        while (-not (Get-GitprocCheckout -Locked) -and [datetime]::Now -lt $deadline) { Start-Sleep -Milliseconds 50 }
        Get-GitprocCheckout -Locked | Should -HaveCount 1
        $shell.Stop()
        $running.IsCompleted | Should -BeTrue
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
        $shell.Dispose()
    }

    It 'neither acquires a checkout nor runs the block with <Text>' -ForEach @(
        @{ Text = 'Use-GitprocCheckout $repository { $ran.Add(1) } -WhatIf' }, @{ Text = 'gp run $repository -WhatIf { $ran.Add(1) }' }
        @{ Text = '$WhatIfPreference = $true; Use-GitprocCheckout $repository { $ran.Add(1) }' }
    ) {
        $ran = [Collections.Generic.List[int]]::new()
        $before = Get-GitprocCheckout
        & ([scriptblock]::Create($Text))
        $ran | Should -BeNullOrEmpty
        (Get-GitprocCheckout).LastUsedAt | Should -Be $before.LastUsedAt
    }

    It 'asks once with -Confirm' {
        $script = "Import-Module Gitproc; Use-GitprocCheckout '$repository' { 'ran' } -Confirm"
        $pwsh = (Get-Process -Id $PID).Path
        $output = 'y' | & $pwsh -NoProfile -Command $script 2>&1 | Out-String
        $output | Should -Match '(?m)^ran'
        [regex]::Matches($output, 'Are you sure').Count | Should -Be 1
        'n' | & $pwsh -NoProfile -Command $script 2>&1 | Out-String | Should -Not -Match '(?m)^ran'
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'runs the block without asking with -Confirm:$false' {
        $ConfirmPreference = 'Low'
        Use-GitprocCheckout $repository { 'ran' } -Confirm:$false | Should -Be 'ran'
    }

    It 'fails without running the block when there is nothing to acquire' {
        { Use-GitprocCheckout '/no/such/repository' { $script:ran = $true } } | Should -Throw -ErrorId 'UnknownRepository,*'
        Get-Variable ran -Scope Script -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'shows its name with its error' {
        $record = { Use-GitprocCheckout $repository -Ref nosuch { } } | Should -Throw -ErrorId 'RefNotFound,*' -PassThru
        $record.InvocationInfo.MyCommand.Name | Should -Be 'Use-GitprocCheckout'
    }

    It 'gives each of many concurrent blocks its own checkout' {
        $paths = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Use-GitprocCheckout -Repository $using:repository {
                $file = Join-Path $PWD 'mine'
                if (Test-Path $file) { throw "$PWD is somebody else's too" }
                Set-Content $file $using:_
                Start-Sleep -Milliseconds 300
                Remove-Item $file
                "$PWD"
            }
        }
        $paths | Should -HaveCount 8
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }
}

Describe 'Enter-GitprocCheckout and Exit-GitprocCheckout' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout
    }

    It 'goes there and comes back' {
        $here = $PWD.Path
        Enter-GitprocCheckout $repository | Should -BeNullOrEmpty
        $PWD.Path | Should -Be (Get-GitprocCheckout -Locked).Path
        Exit-GitprocCheckout
        $PWD.Path | Should -Be $here
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'leaves from a subfolder' {
        $here = $PWD.Path
        Enter-GitprocCheckout $repository
        Set-Location (New-Item -ItemType Directory sub -Force)
        Exit-GitprocCheckout
        $PWD.Path | Should -Be $here
    }

    It 'goes home when the location stack is empty' {
        $checkout = Invoke-GitprocAcquire $repository
        $here = $PWD.Path
        try {
            Set-Location $checkout
            Exit-GitprocCheckout
            $PWD.Path | Should -Not -BeLike "$($checkout.Path)*"
        } finally {
            Set-Location $here
        }
    }

    It 'releases by <Way>' -ForEach @(
        @{ Way = 'name'; Argument = { $args[0].Name } }
        @{ Way = 'path'; Argument = { $args[0].Path } }
        @{ Way = 'path inside'; Argument = { Join-Path $args[0].Path '.git' } }
        @{ Way = 'folder'; Argument = { Get-Item $args[0].Path } }
        @{ Way = 'object'; Argument = { $args[0] } }
        @{ Way = 'object from the list'; Argument = { Get-GitprocCheckout $args[0].Name } }
    ) {
        $checkout = Invoke-GitprocAcquire $repository
        $released = Exit-GitprocCheckout (& $Argument $checkout) -PassThru
        $released.Name | Should -Be $checkout.Name
        $released.State | Should -Be 'Free'
        $released.LeaseId | Should -BeNullOrEmpty
    }

    It 'releases the current checkout, even from a subfolder' {
        $checkout = Invoke-GitprocAcquire $repository
        Push-Location (New-Item -ItemType Directory (Join-Path $checkout 'below') -Force)
        Exit-GitprocCheckout $PWD -PassThru | ForEach-Object State | Should -Be 'Free'
    }

    It 'understands paths as PowerShell writes them: <Path>' -ForEach @(
        @{ Path = '~/pool' }, @{ Path = 'InTest:/pool' }, @{ Path = './pool' }, @{ Path = 'FileSystem::TESTDRIVE/pool' }
    ) {
        $checkout = Invoke-GitprocAcquire $repository
        $provider = Get-PSProvider FileSystem
        $userHome = $provider.Home
        $null = New-PSDrive InTest FileSystem $TestDrive
        Push-Location $TestDrive
        try {
            $provider.Home = $TestDrive
            $text = "$Path/$($checkout.Name)".Replace('TESTDRIVE', $TestDrive)
            Exit-GitprocCheckout $text -PassThru | ForEach-Object State | Should -Be 'Free'
        } finally {
            $provider.Home = $userHome
            Pop-Location
            Remove-PSDrive InTest
        }
    }

    It 'refuses a path that is <What>' -ForEach @(
        @{ What = 'none'; Path = "a`0b" }, @{ What = 'of another provider'; Path = 'Env:/x' }, @{ What = 'in no drive'; Path = 'nowhere:/x' }
    ) {
        $checkout = Invoke-GitprocAcquire $repository
        $Path, $checkout.Name | Exit-GitprocCheckout -ErrorAction SilentlyContinue -ErrorVariable records
        $records | Should -HaveCount 1
        $records[0].FullyQualifiedErrorId | Should -BeLike 'InvalidPath,*'
        $records[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $records[0].TargetObject | Should -Be $Path
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'refuses a location of another provider' {
        Push-Location Env:
        try {
            { Exit-GitprocCheckout $PWD -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPath,*'
        } finally {
            Pop-Location
        }
    }

    It 'leaves a checkout that was reached through a link' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'on Windows, making a link needs a privilege' }
        $checkout = Invoke-GitprocAcquire $repository
        $link = New-Item -ItemType SymbolicLink -Path (Join-Path $TestDrive 'linked') -Target (Split-Path $checkout.Path)
        $here = $PWD.Path
        Push-Location (Join-Path $link $checkout.Name)
        try {
            Exit-GitprocCheckout
            $PWD.Path | Should -Be $here
            (Get-GitprocCheckout $checkout.Name).State | Should -Be 'Free'
        } finally {
            Set-Location $here
            Remove-Item $link
        }
    }

    It 'leaves even if the previous location no longer exists' {
        $here = $PWD.Path
        $gone = New-Item -ItemType Directory (Join-Path $TestDrive 'gone')
        Push-Location $gone
        Enter-GitprocCheckout $repository
        Remove-Item $gone
        Exit-GitprocCheckout
        $PWD.Path | Should -Be $here
    }

    It 'leaves from a location of another provider' {
        # In another process, whose location stack is empty.
        $script = "Import-Module Gitproc; Set-Location (gp a '$repository'); Set-Location Env:; Exit-GitprocCheckout; `$PWD.Path; `$Error.Count"
        $place, $errors = & (Get-Process -Id $PID).Path -NoProfile -Command $script
        $place | Should -Exist
        $place | Should -Not -BeLike "$env:GITPROC_POOL*"
        $errors | Should -Be 0
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'releases all from the pipeline' {
        1..3 | ForEach-Object { Invoke-GitprocAcquire $repository } | Exit-GitprocCheckout
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'releases what came from another pool' {
        $pool = Join-Path $TestDrive 'elsewhere'
        $checkout = Invoke-GitprocAcquire $repository -Pool $pool
        $checkout | Exit-GitprocCheckout
        Get-GitprocCheckout -Pool $pool -Locked | Should -BeNullOrEmpty
    }

    It 'uses the pool that an object belongs to, and refuses another one' {
        $here = Invoke-GitprocAcquire $repository
        $pool = Join-Path $TestDrive 'other'
        $there = 1..($here.Name -replace '\D') | ForEach-Object { Invoke-GitprocAcquire $repository -Pool $pool } | Select-Object -Last 1
        $there.Name | Should -Be $here.Name
        { $here | Exit-GitprocCheckout -Pool $pool -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
        (Get-GitprocCheckout $there.Name -Pool $pool).Locked | Should -BeTrue
        (Get-GitprocCheckout $here.Name).Locked | Should -BeTrue
        $there | Exit-GitprocCheckout -Pool $pool
        (Get-GitprocCheckout $there.Name -Pool $pool).Locked | Should -BeFalse
    }

    It 'never ends a lease by an object that had none: <How>' -ForEach @(
        @{ How = 'as it is'; Change = { $_ } }
        @{ How = 'from JSON'; Change = { $_ | ConvertTo-Json | ConvertFrom-Json } }
        @{ How = 'from a file'; Change = { $_ | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ How = 'serialized'; Change = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($_)) } }
    ) {
        $checkout = Invoke-GitprocAcquire $repository
        $free = Exit-GitprocCheckout $checkout -PassThru | ForEach-Object $Change
        $later = Invoke-GitprocAcquire $repository
        $later.Name | Should -Be $checkout.Name
        { $free | Exit-GitprocCheckout -Force -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
        (Get-GitprocCheckout $later.Name).LeaseId | Should -Be $later.LeaseId
        $later | ForEach-Object $Change | Exit-GitprocCheckout
        (Get-GitprocCheckout $later.Name).Locked | Should -BeFalse
    }

    It 'never ends a later lease by an old object' {
        $first = Invoke-GitprocAcquire $repository
        Exit-GitprocCheckout $first
        $second = Invoke-GitprocAcquire $repository
        $second.Name | Should -Be $first.Name
        { Exit-GitprocCheckout $first -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
        (Get-GitprocCheckout $second.Name).Locked | Should -BeTrue
    }

    It 'reports an error for each item' {
        $checkout = Invoke-GitprocAcquire $repository
        'checkout-99', $checkout.Name, $checkout.Name, '/elsewhere' |
            Exit-GitprocCheckout -ErrorAction SilentlyContinue -ErrorVariable records
        $records.FullyQualifiedErrorId -replace ',.*' | Should -Be 'CheckoutNotFound', 'NotLocked', 'CheckoutNotFound'
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'asks before it releases a checkout of another process' {
        $other = Start-Process (Get-Process -Id $PID).Path -PassThru -ArgumentList '-NoProfile', '-Command',
            "Import-Module Gitproc; `$null = Invoke-GitprocAcquire '$repository'; Start-Sleep 600"
        try {
            $deadline = [datetime]::Now.AddSeconds(120)
            while (-not ($held = Get-GitprocCheckout -Locked) -and [datetime]::Now -lt $deadline) { Start-Sleep -Milliseconds 50 }
            $held.OwnerProcessId | Should -Be $other.Id
            { $held | Exit-GitprocCheckout -ErrorAction Stop } | Should -Throw -ErrorId 'HeldByOther,*' -ExpectedMessage "*process $($other.Id)*"
            $held | Exit-GitprocCheckout -WhatIf -Force
            (Get-GitprocCheckout $held.Name).Locked | Should -BeTrue
            $held | Exit-GitprocCheckout -Force
            (Get-GitprocCheckout $held.Name).State | Should -Be 'Free'
        } finally {
            $other | Stop-Process -Force
        }
    }

    It 'shows a checkout as free when its owner is gone' {
        $line = & (Get-Process -Id $PID).Path -NoProfile -Command "Import-Module Gitproc; (Invoke-GitprocAcquire '$repository').Name"
        $left = Get-GitprocCheckout $line
        $left.State | Should -Be 'Free'
        $left.OwnerProcessId | Should -Not -BeNullOrEmpty
        Get-GitprocCheckout -Free | Where-Object Name -NE $line | ForEach-Object { Invoke-GitprocAcquire $repository } | Out-Null
        (Invoke-GitprocAcquire $repository).Name | Should -Be $line
    }
}
