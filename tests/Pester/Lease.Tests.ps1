BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    $pwsh = (Get-Process -Id $PID).Path
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The terms of a lease' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Force
    }

    It 'are shown' {
        $checkout = Invoke-GitprocAcquire $repository -Label nightly -Environment @{ Stage = 'test' } -ExpiresAfter '1:00:00'
        $checkout.Label | Should -Be 'nightly'
        $checkout.Environment.Stage | Should -Be 'test'
        $checkout.OwnerProcessId | Should -Be $PID
        $checkout.OwnerRuns | Should -BeTrue
        ($checkout.ExpiresAt - $checkout.AcquiredAt).TotalMinutes | Should -BeGreaterThan 59
        $checkout.Machine | Should -Be ([Environment]::MachineName)
    }

    It 'name another owner as <Way>' -ForEach @(
        @{ Way = 'an id'; Argument = { $args[0].Id } }
        @{ Way = 'a process'; Argument = { $args[0] } }
    ) {
        $process = Start-Process $pwsh '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        try {
            $checkout = Invoke-GitprocAcquire $repository -Owner (& $Argument $process)
            $checkout.OwnerProcessId | Should -Be $process.Id
            $refused = { Exit-GitprocCheckout $checkout -ErrorAction Stop } | Should -Throw -ErrorId 'HeldByOther,*' -PassThru
            $refused | Should -BeLike "*To release it anyway: gitproc release -Force $($checkout.Name)"
        } finally {
            $process.Kill()
            $process.WaitForExit()
        }
        (Get-GitprocCheckout $checkout.Name).State | Should -Be 'Free'
        (Get-GitprocCheckout $checkout.Name | Out-String) | Should -Match '\(gone\)'
    }

    It 'refuse an owner that is not a process' {
        { Invoke-GitprocAcquire $repository -Owner 'nobody' -ErrorAction Stop } | Should -Throw -ErrorId 'OwnerNotRunning,*'
        { Invoke-GitprocAcquire $repository -Owner 999999999 -ErrorAction Stop } | Should -Throw -ErrorId 'OwnerNotRunning,*'
    }

    It 'keep it with -Hold when the owner ends' {
        $name = & $pwsh -NoProfile -Command "Import-Module Gitproc; (Invoke-GitprocAcquire '$repository' -Hold).Name"
        $checkout = Get-GitprocCheckout $name
        $checkout.State | Should -Be 'Locked'
        $checkout | Out-String | Should -Match ([regex]::Escape($checkout.User))
        $checkout | Exit-GitprocCheckout -PassThru | ForEach-Object State | Should -Be 'Free'
    }

    It 'can be changed' {
        $checkout = Invoke-GitprocAcquire $repository
        $renewed = $checkout | Update-GitprocLease -Label later -ExpiresAfter '0:10:00' -PassThru
        $renewed.Label | Should -Be 'later'
        $renewed.LeaseId | Should -Be $checkout.LeaseId
        $renewed.ExpiresAt | Should -Not -BeNullOrEmpty
        Update-GitprocLease $checkout.Name -Label x -WhatIf
        (Get-GitprocCheckout $checkout.Name).Label | Should -Be 'later'
        { Update-GitprocLease checkout-99 -Label x -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
    }

    It 'expire after a time written as a duration, with <Command>' -ForEach @(
        @{ Command = 'Invoke-GitprocAcquire'; Block = { Invoke-GitprocAcquire $repository -ExpiresAfter $args[0] } }
        @{ Command = 'Enter-GitprocCheckout'; Block = { Enter-GitprocCheckout $repository -PassThru -ExpiresAfter $args[0] } }
        @{ Command = 'Update-GitprocLease'; Block = { Invoke-GitprocAcquire $repository | Update-GitprocLease -PassThru -ExpiresAfter $args[0] } }
    ) {
        foreach ($time in @(14d; '14d'; '13d24h'; '14.00:00'; [TimeSpan]::FromDays(14))) {
            $checkout = & $Block $time
            ($checkout.ExpiresAt - [DateTimeOffset]::Now).TotalDays | Should -BeGreaterThan 13.9
            ($checkout.ExpiresAt - [DateTimeOffset]::Now).TotalDays | Should -BeLessThan 14.1
            Exit-GitprocCheckout $checkout -Force
        }
        { & $Block 14 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'refuse to expire at once, or after longer than any calendar, with <Command>' -ForEach @(
        @{ Command = 'Invoke-GitprocAcquire'; Block = { Invoke-GitprocAcquire $repository -ExpiresAfter $args[0] -ErrorAction Stop } }
        @{ Command = 'Enter-GitprocCheckout'; Block = { Enter-GitprocCheckout $repository -ExpiresAfter $args[0] -ErrorAction Stop } }
        @{ Command = 'Update-GitprocLease'; Block = { Update-GitprocLease $held -Label later -ExpiresAfter $args[0] -ErrorAction Stop } }
    ) {
        $held = Invoke-GitprocAcquire $repository
        foreach ($time in [timespan]::Zero, [timespan]::FromSeconds(-3), '0s', [timespan]::MaxValue, [timespan]::FromDays(20000)) {
            $thrown = { & $Block $time } | Should -Throw -ErrorId 'InvalidDuration,*' -PassThru
            $thrown.CategoryInfo.Category | Should -Be 'InvalidArgument'
            "$thrown" | Should -BeLike '*longer than 0 s*10000 days*'
        }
        (Get-GitprocCheckout -Locked).Label | Should -HaveCount 1
        (Get-GitprocCheckout $held.Name).Label | Should -BeNullOrEmpty
    }

    It 'do not contradict each other: <Command> <Parameters.Keys>' -ForEach @(
        @{ Command = 'Invoke-GitprocAcquire'; Parameters = @{ Fetch = $true; NoFetch = $true }; Message = '-Fetch and -NoFetch exclude each other.' }
        @{ Command = 'Enter-GitprocCheckout'; Parameters = @{ Fetch = $true; NoFetch = $true }; Message = '-Fetch and -NoFetch exclude each other.' }
        @{ Command = 'Use-GitprocCheckout'; Parameters = @{ Fetch = $true; NoFetch = $true; ScriptBlock = {} }; Message = '-Fetch and -NoFetch exclude each other.' }
        @{ Command = 'Invoke-GitprocAcquire'; Parameters = @{ Owner = $PID; Hold = $true }; Message = '-Hold and -Owner exclude each other.' }
        @{ Command = 'Enter-GitprocCheckout'; Parameters = @{ Owner = $PID; Hold = $true }; Message = '-Hold and -Owner exclude each other.' }
        @{ Command = 'Update-GitprocLease'; Parameters = @{ Owner = $PID; Hold = $true }; Message = '-Hold and -Owner exclude each other.' }
    ) {
        $place = Get-Location
        $subject = if ($Command -eq 'Update-GitprocLease') { (Invoke-GitprocAcquire $repository).Name } else { $repository }
        $events = @(Get-GitprocHistory)
        $thrown = { & $Command $subject @Parameters } | Should -Throw -ErrorId 'ConflictingOptions,*' -PassThru
        "$thrown" | Should -Be $Message
        $thrown.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Get-GitprocHistory | Should -HaveCount $events.Count
        "$(Get-Location)" | Should -Be "$place"
    }

    It 'refuse invalid names in -Environment: <Name>' -ForEach @{ Name = '' }, @{ Name = 'a=b' } {
        $thrown = { Invoke-GitprocAcquire $repository -Environment @{ good = 1; $Name = 1 } } | Should -Throw -ErrorId 'InvalidEnvironment,*' -PassThru
        $thrown.TargetObject | Should -Be $Name
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'expire after a time that is written without quotes' {
        $checkout = gp a $repository -ExpiresAfter 90s
        ($checkout.ExpiresAt - $checkout.AcquiredAt).TotalSeconds | Should -BeGreaterThan 85
        ($checkout.ExpiresAt - $checkout.AcquiredAt).TotalSeconds | Should -BeLessThan 95
    }

    It 'release only the given lease' {
        $checkout = Invoke-GitprocAcquire $repository
        { Exit-GitprocCheckout $checkout.Name -LeaseId 'other' -Force -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
        Exit-GitprocCheckout $checkout.Name -LeaseId $checkout.LeaseId
        (Get-GitprocCheckout $checkout.Name).State | Should -Be 'Free'
    }
}

Describe 'Several checkouts, one by name, and a wait' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Force
    }

    It 'are all acquired or none' {
        $three = Invoke-GitprocAcquire $repository -Count 3
        $three.Count | Should -Be 3
        $three | Exit-GitprocCheckout
        $before = (Get-GitprocCheckout).Count
        { Invoke-GitprocAcquire $repository -Count 9 -MaxCheckouts 4 -ErrorAction Stop } | Should -Throw -ErrorId 'NoCheckoutAvailable,*'
        (Get-GitprocCheckout -Locked) | Should -BeNullOrEmpty
        (Get-GitprocCheckout).Count | Should -Be $before
        (Invoke-GitprocAcquire $repository -Name checkout-2).Name | Should -Be 'checkout-2'
    }

    It 'wait until one is released' {
        $count = (Get-GitprocCheckout).Count
        $held = Invoke-GitprocAcquire $repository -Count $count
        $watch = [Diagnostics.Stopwatch]::StartNew()
        { Invoke-GitprocAcquire $repository -MaxCheckouts $count -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'NoCheckoutAvailable,*'
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.9
        $pool = [powershell]::Create().AddScript({
                param($Repository, $Count)
                Import-Module Gitproc
                Invoke-GitprocAcquire $Repository -MaxCheckouts $Count -Wait -TimeoutSec 120
            }).AddArgument($repository).AddArgument($count)
        $waiting = $pool.BeginInvoke()
        Start-Sleep -Milliseconds 700
        $waiting.IsCompleted | Should -BeFalse
        $held[0] | Exit-GitprocCheckout
        $pool.EndInvoke($waiting).Name | Should -Be $held[0].Name
        $pool.Dispose()
    }

    It 'end when the pipeline is stopped' {
        $count = (Get-GitprocCheckout).Count
        $null = Invoke-GitprocAcquire $repository -Count $count
        $pool = [powershell]::Create().AddScript({
                param($Repository, $Count)
                Import-Module Gitproc
                Invoke-GitprocAcquire $Repository -MaxCheckouts $Count -Wait
            }).AddArgument($repository).AddArgument($count)
        $null = $pool.BeginInvoke()
        $end = [datetime]::Now.AddSeconds(120)
        while (-not (Get-ChildItem (Join-Path $env:GITPROC_POOL queue) -ErrorAction Ignore) -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 20 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $pool.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 120
        Get-ChildItem (Join-Path $env:GITPROC_POOL queue) | Should -BeNullOrEmpty
        $pool.Dispose()
    }
}

Describe 'Get-GitprocLease' {
    BeforeAll {
        $mine = Invoke-GitprocAcquire $repository -Label nightly
        $free = Invoke-GitprocAcquire $repository
        $process = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        $left = Invoke-GitprocAcquire $repository -Owner $process -ExpiresAfter 2h
        Exit-GitprocCheckout $free
        $process.Kill()
        $process.WaitForExit()
    }

    AfterAll {
        Get-GitprocLease | Exit-GitprocCheckout
    }

    It 'lists who holds what, also a lease that is over' {
        (Get-GitprocLease).LeaseId | Should -Be $mine.LeaseId, $left.LeaseId
        (gp leases).LeaseId | Should -Be $mine.LeaseId, $left.LeaseId
        (Get-GitprocLease -Checkout $mine.Name).LeaseId | Should -Be $mine.LeaseId
        (Get-GitprocLease "*$($left.Name.Substring(1))" -Repository *source).Locked | Should -BeFalse
        Get-GitprocLease $free.Name | Should -BeNullOrEmpty
        Get-GitprocLease nothing-* | Should -BeNullOrEmpty
        { Get-GitprocLease checkout-99 -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
        { Get-GitprocLease -Repository /no/such -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownRepository,*'
        (Get-GitprocHistory -First 1 | Get-GitprocLease) | Should -BeNullOrEmpty
        ($mine | Get-GitprocLease).LeaseId | Should -Be $mine.LeaseId
    }

    It 'shows the columns of a lease, which are properties' {
        $lines = (Get-GitprocLease | Out-String -Width 120) -split '\r?\n' -ne ''
        $lines[0] -split ' +' -ne '' | Should -Be 'Checkout', 'Owner', 'Label', 'Since', 'ExpiresAt'
        $lines[2] | Should -Match "^$($mine.Name) +$PID \S+ +nightly +\d\d-\d\d \d\d:\d\d:\d\d *$"
        $lines[3] | Should -Match "^$($left.Name) +$($process.Id) \S+ \(gone\) +\d\d-\d\d \d\d:\d\d:\d\d +\d\d-\d\d \d\d:\d\d:\d\d *$"
        (Get-GitprocLease | Sort-Object Since -Descending).Checkout | Should -Be $left.Name, $mine.Name
        (Get-GitprocLease $mine.Name).Owner | Should -Match "^$PID \S+$"
        Get-GitprocLease | ConvertTo-Json -Depth 1 | Should -Not -Match '"(Since|Checkout|Owner)":'
        Get-GitprocLease $mine.Name | Format-List | Out-String | Should -Match '(?m)^LeaseId +: \w+'
    }

    It 'pipes into what changes leases, with the lease id' {
        (Get-GitprocLease | Where-Object OwnerProcessId -EQ $PID | Update-GitprocLease -ExpiresAfter 2h -PassThru).Name | Should -Be $mine.Name
        $line = Get-GitprocLease $left.Name | Select-Object Checkout, LeaseId
        (Get-GitprocLease | Where-Object -Not Locked | Clear-GitprocLease).Name | Should -Be $left.Name
        $later = Invoke-GitprocAcquire $repository -Name $left.Name
        { $line | Exit-GitprocCheckout -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
        (Get-GitprocLease $left.Name | Select-Object Checkout, LeaseId | Exit-GitprocCheckout -PassThru).LeaseId | Should -BeNullOrEmpty
        (Get-GitprocLease | Exit-GitprocCheckout -PassThru).Name | Should -Be $mine.Name
        $later.LeaseId | Should -Not -Be $left.LeaseId
        Get-GitprocLease | Should -BeNullOrEmpty
    }
}

Describe 'Care of leases' {
    It 'ends leases that are over' {
        $name = & $pwsh -NoProfile -Command "Import-Module Gitproc; (Invoke-GitprocAcquire '$repository').Name"
        (Clear-GitprocLease -WhatIf) | Should -BeNullOrEmpty
        (Get-GitprocCheckout $name).LeaseId | Should -Not -BeNullOrEmpty
        (Clear-GitprocLease).Name | Should -Contain $name
        (Get-GitprocCheckout $name).LeaseId | Should -BeNullOrEmpty
    }

    It 'keeps a history' {
        $checkout = Invoke-GitprocAcquire $repository
        $checkout | Exit-GitprocCheckout
        $events = Get-GitprocHistory -First 2
        $events.Kind | Should -Be 'Released', 'Acquired'
        $events[0].LeaseId | Should -Be $checkout.LeaseId
        $events[0].Who | Should -Match "process $PID"
        ($checkout | Get-GitprocHistory -First 1).Checkout | Should -Be $checkout.Name
        Get-GitprocHistory -Repository $repository -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
        $all = (Get-GitprocHistory).Count
        foreach ($since in '1h', 1d, 3600s, [timespan]::FromHours(1), (Get-Date).AddHours(-1), (Get-Date).AddHours(-1).ToString('o')) {
            Get-GitprocHistory -Since $since | Should -HaveCount $all
        }
        Start-Sleep -Milliseconds 20
        Get-GitprocHistory -Since 0.001s | Should -BeNullOrEmpty
        { Get-GitprocHistory -Since ([timespan]::MaxValue) } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        Get-GitprocHistory | Out-String -Width 100 | Should -Match 'Acquired'
        gitproc history -First 1 | ForEach-Object Kind | Should -Be 'Released'
    }

    It 'repairs the pool' {
        $name = (Invoke-GitprocAcquire $repository).Name
        Remove-Item (Join-Path $env:GITPROC_POOL gitproc.db*)
        (Get-GitprocCheckout $name -WarningAction SilentlyContinue).OwnerProcessId | Should -Be $PID
        Exit-GitprocCheckout $name
        Repair-GitprocPool | Should -BeNullOrEmpty
        Remove-Item (Join-Path $env:GITPROC_POOL $name) -Recurse -Force
        Repair-GitprocPool | Should -Match "$name is off the list"
    }
}

Describe 'A CI job' {
    It 'owns what its steps acquire' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'on Windows a copy of bash elsewhere does not find its libraries' }
        $worker = Join-Path $TestDrive 'Runner.Worker'
        Copy-Item /bin/bash $worker
        $step = "$pwsh -NoProfile -Command 'Import-Module Gitproc; Invoke-GitprocAcquire ""$repository"" | ForEach-Object Name'"
        $output = & $worker -c "export GITHUB_ACTIONS=true GITHUB_RUN_ID=77 GITHUB_JOB=build GITHUB_REPOSITORY=o/r GITHUB_SERVER_URL=https://github.com; $step; echo `$`$; $pwsh -NoProfile -Command 'Import-Module Gitproc; Get-GitprocCheckout -Locked | ForEach-Object { `$_.Name, `$_.OwnerProcessId, `$_.OwnerProcessName, `"`$(`$_.Job)`" }; Exit-GitprocCheckout (Get-GitprocCheckout -Locked)'"
        $output[2] | Should -Be $output[0]
        $output[3] | Should -Be $output[1]
        $output[4] | Should -Be 'Runner.Worker'
        $output[5] | Should -Be 'GitHub Actions 77 build'
        Get-GitprocCheckout $output[0] | ForEach-Object LeaseId | Should -BeNullOrEmpty
    }
}
