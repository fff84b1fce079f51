BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/../../Gitproc.psd1"
    $names = $manifest.CmdletsToExport + $manifest.FunctionsToExport | Where-Object { $_ -ne 'Invoke-Gitproc' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    $root = Join-Path $PSScriptRoot ../.. | Resolve-Path
    $built = Join-Path $root out/Gitproc/Gitproc.psd1
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The conventions of PowerShell' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Force -Discard -WarningAction Ignore
    }

    It '<_> has an approved verb, a singular noun and a type of output' -ForEach $names {
        $command = Get-Command $_ -Module Gitproc
        $command.Verb | Should -BeIn (Get-Verb).Verb
        $command.Noun | Should -Match '^Gitproc(Alias|Checkout|Acquire|History|Lease|Link|Machine|Pool|Prompt|Repository|Rescue|Setup)$'
        if ($command.CommandType -eq 'Cmdlet') { $command.OutputType | Should -Not -BeNullOrEmpty }
        $command.CmdletBinding | Should -Not -Be $false
    }

    It '<_> has singular names of switches' -ForEach $names {
        (Get-Command $_ -Module Gitproc).Parameters.Values | Where-Object SwitchParameter | ForEach-Object Name | Should -Not -Match '(?<!s|u|Lf)s$'
    }

    It '<_> has -WhatIf and -Confirm only if it changes something' -ForEach $names {
        $changes = (Get-Command $_).Verb -notin 'Get', 'Select', 'Show', 'Test'
        $parameters = (Get-Command $_ -Module Gitproc).Parameters
        $parameters.ContainsKey('WhatIf') | Should -Be $changes
        $parameters.ContainsKey('Confirm') | Should -Be $changes
    }

    It '<_> is named in its errors as Gitproc.<_>' -ForEach $manifest.CmdletsToExport {
        (Get-Command $_ -Module Gitproc).ImplementingType.FullName | Should -Be "Gitproc.PowerShell.Commands.$($_ -replace '-')Command"
    }

    It 'errors are Reason,Gitproc.Command: <Id>' -ForEach @(
        @{ Id = 'CheckoutNotFound,Gitproc.PowerShell.Commands.ExitGitprocCheckoutCommand'; Code = { Exit-GitprocCheckout checkout-99 } }
        @{ Id = 'CheckoutNotFound,Gitproc.PowerShell.Commands.GetGitprocCheckoutCommand'; Code = { gp ls checkout-99 } }
        @{ Id = 'UnknownRepository,Gitproc.PowerShell.Commands.InvokeGitprocAcquireCommand'; Code = { a /no/such/repository } }
        @{ Id = 'UnknownRepository,Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand'; Code = { Use-GitprocCheckout /no/such/repository { } } }
        @{ Id = 'UnknownRepository,Gitproc.PowerShell.Commands.EnterGitprocCheckoutCommand'; Code = { Enter-GitprocCheckout /no/such/repository } }
        @{ Id = 'InvalidPattern,Gitproc.PowerShell.Commands.SelectGitprocCheckoutCommand'; Code = { Select-GitprocCheckout '(' } }
        @{ Id = 'InvalidPattern,Gitproc.PowerShell.Commands.GetGitprocRescueCommand'; Code = { Get-GitprocRescue '[' } }
        @{ Id = 'RescueNotFound,Gitproc.PowerShell.Commands.RestoreGitprocRescueCommand'; Code = { Restore-GitprocRescue none } }
        @{ Id = 'UnknownCommand,Gitproc.PowerShell.Commands.InvokeGitprocCommand'; Code = { gitproc nonsense } }
    ) {
        $caught = $null
        try {
            $ErrorActionPreference = 'Stop'
            & $Code
        } catch {
            $caught = $_
        }
        $caught.FullyQualifiedErrorId | Should -Be $Id
        $caught.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        $caught.TargetObject | Should -Not -BeNullOrEmpty
    }

    It 'an error is about one item, and the others are processed' {
        $checkouts = Invoke-GitprocAcquire $repository -Count 2
        $released = $checkouts[0].Name, 'checkout-99', $checkouts[1].Name | Exit-GitprocCheckout -PassThru -ErrorAction SilentlyContinue -ErrorVariable records
        $released.Name | Should -Be $checkouts.Name
        $records.FullyQualifiedErrorId | Should -Be 'CheckoutNotFound,Gitproc.PowerShell.Commands.ExitGitprocCheckoutCommand'
        $records.TargetObject | Should -Be 'checkout-99'
        $found = 'none', $repository | Invoke-GitprocAcquire -ErrorAction Ignore
        $found.Repository | Should -Be $repository
    }

    It '-WhatIf and -Confirm report the error of the command, and promise only what would happen' {
        $mine = Invoke-GitprocAcquire $repository -Hold
        # Sits in the free checkout too.
        $free = Invoke-GitprocAcquire $repository
        $process = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru -WorkingDirectory $free.Path
        try {
            $theirs = Invoke-GitprocAcquire $repository -Owner $process
            Exit-GitprocCheckout $free -WarningAction Ignore
            $theirs, $free, $mine = $theirs.Name, $free.Name, $mine.Name
            $failing = @(
                'gp rm nope', 'gp rm checkout-99', "gp rm $theirs", "gp rm $mine", "gp rm $free"
                'gp r checkout-99', "gp r $theirs", "gp r $free", "gp r $mine -LeaseId other"
                'gp reset checkout-99', "gp reset $theirs", "gp reset $free"
                'gp reap checkout-99', "gp reap $theirs", "gp reap $free", 'gp renew checkout-99 -Label x', "gp renew $theirs -Label x", "gp renew $free -Label x", "gp renew $mine -Owner 999999999"
                'gp rescue rm none', 'gp rescue restore none', 'gp link rm none'
            )
            $fine = "gp rm $mine -Force", "gp rm $free -StopProcess", "gp rm $free -StopProcesses", "gp rm $free --stop-processes", "gp r $mine", "gp r $theirs -Force", "gp reset $mine", "gp renew $mine -Label x"
            Set-Content -LiteralPath "$TestDrive/promises.ps1" -Value @'
                param([Parameter(ValueFromRemainingArguments)] $texts)
                Import-Module Gitproc
                foreach ($text in $texts) {
                    $ids = foreach ($end in ' -WhatIf', ' -Confirm', '') {
                        try { & ([scriptblock]::Create("$text$end -ErrorAction Stop")) } catch { $_.FullyQualifiedErrorId }
                    }
                    "$text $ids"
                }
'@
            $shell = (Get-Process -Id $PID).Path
            $output = & $shell -NoProfile -NonInteractive -File "$TestDrive/promises.ps1" @failing
            $output | Should -HaveCount $failing.Count
            $output | Should -Match ' (\w+,[\w.]+) \1 \1$'

            $output = & $shell -NoProfile -Command "Import-Module Gitproc; $(($fine -replace '$', ' -WhatIf') -join '; ')"
            $output | Should -HaveCount $fine.Count
            $output | Should -BeLike 'What if: *checkout-*'
            (Get-GitprocCheckout -Locked).Name | Sort-Object | Should -Be ($mine, $theirs | Sort-Object)
            (Get-GitprocCheckout $mine).Label | Should -BeNullOrEmpty
        } finally {
            $process.Kill()
        }
    }

    It 'names ignore case' {
        $checkout = Invoke-GitprocAcquire $repository -Name CHECKOUT-1
        $name = $checkout.Name.ToUpperInvariant()
        (Get-GitprocCheckout $name).Name | Should -BeExactly $checkout.Name
        (Update-GitprocLease $name -Label x -PassThru).Label | Should -Be 'x'
        (Get-GitprocHistory $name -First 1).Checkout | Should -BeExactly $checkout.Name
        (Exit-GitprocCheckout $name -PassThru).State | Should -Be 'Free'
        (Reset-GitprocCheckout $name -PassThru).Name | Should -BeExactly $checkout.Name
    }

    It 'a pattern selects all that match: checkouts of other holders are refused, and the others are processed' {
        $mine = Invoke-GitprocAcquire $repository -Count 2
        $process = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        try {
            $theirs = Invoke-GitprocAcquire $repository -Owner $process
            $free = Invoke-GitprocAcquire $repository
            Exit-GitprocCheckout $free
            $all = $mine.Name + $theirs.Name
            $parameters = @{ PassThru = $true; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'records' }

            (Update-GitprocLease CHECKOUT-* -Label mine @parameters).Name | Should -Be $mine.Name
            $records.FullyQualifiedErrorId | Should -Be 'HeldByOther,Gitproc.PowerShell.Commands.UpdateGitprocLeaseCommand'
            (Reset-GitprocCheckout checkout-? @parameters).Name | Sort-Object | Should -Be ($mine.Name + $free.Name | Sort-Object)
            $records.TargetObject | Should -Be $theirs.Name
            (Get-GitprocCheckout $mine.Name).Label | Should -Be 'mine', 'mine'

            Exit-GitprocCheckout * -WhatIf @parameters | Should -BeNullOrEmpty
            $records.TargetObject | Should -Be $theirs.Name
            Exit-GitprocCheckout * -LeaseId $mine[0].LeaseId
            (Get-GitprocCheckout -Locked).Name | Should -Be @($all | Where-Object { $_ -ne $mine[0].Name } | Sort-Object)
            (Exit-GitprocCheckout * @parameters).Name | Should -Be $mine[1].Name
            $records.FullyQualifiedErrorId | Should -Be 'HeldByOther,Gitproc.PowerShell.Commands.ExitGitprocCheckoutCommand'
            $records.TargetObject | Should -Be $theirs.Name
            (Get-GitprocCheckout -Locked).LeaseId | Should -Be $theirs.LeaseId

            foreach ($command in 'Exit-GitprocCheckout', 'Update-GitprocLease', 'Clear-GitprocLease', 'Reset-GitprocCheckout', 'Remove-GitprocCheckout') {
                & $command nothing-* -ErrorAction SilentlyContinue -ErrorVariable records | Should -BeNullOrEmpty
                $records.FullyQualifiedErrorId | Should -BeLike 'CheckoutNotFound,*' -Because $command
                $records.TargetObject | Should -Be 'nothing-*'
                { & $command '[' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPattern,*'
                { & $command './*' -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
            }
            $null = Exit-GitprocCheckout $free.Name.ToUpperInvariant().Replace('CH', '?H') @parameters
            $records.FullyQualifiedErrorId | Should -Be 'NotLocked,Gitproc.PowerShell.Commands.ExitGitprocCheckoutCommand'
            Get-GitprocCheckout nothing-* | Should -BeNullOrEmpty
            $one = $mine[0].Name -replace '\d+$'
            (Get-GitprocHistory "$one*" -First 3).Id | Should -Be (Get-GitprocHistory -First 3).Id
            (Get-GitprocHistory "*$($mine[0].Name)" -First 2).Checkout | Should -Be $mine[0].Name, $mine[0].Name
            Get-GitprocHistory nothing-* | Should -BeNullOrEmpty

            (Remove-GitprocCheckout * @parameters).Name | Sort-Object | Should -Be ($mine.Name + $free.Name | Sort-Object)
            $records.TargetObject | Should -Be $theirs.Name
            (Get-GitprocCheckout).Name | Should -Be $theirs.Name
            Exit-GitprocCheckout * -Force
            (Get-GitprocCheckout).State | Should -Be 'Free'
        } finally {
            $process.Kill()
        }
    }

    It '<_> names checkouts with -Checkout and with -Name' -ForEach @(
        'Get-GitprocCheckout', 'Get-GitprocHistory', 'Exit-GitprocCheckout', 'Update-GitprocLease', 'Clear-GitprocLease', 'Reset-GitprocCheckout', 'Remove-GitprocCheckout'
        'Invoke-GitprocAcquire', 'Enter-GitprocCheckout', 'Use-GitprocCheckout'
    ) {
        foreach ($name in 'Checkout', 'Name') { (Get-Command $_).ResolveParameter($name).Name | Should -BeIn 'Checkout', 'Name' }
    }

    It 'a pattern ends the leases that are over, and a name no lease that is in force' {
        $mine = Invoke-GitprocAcquire $repository
        $process = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        $left = Invoke-GitprocAcquire $repository -Owner $process
        $process.Kill()
        $process.WaitForExit()
        $parameters = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'records' }

        Clear-GitprocLease * -WhatIf
        (Get-GitprocCheckout $left.Name).LeaseId | Should -Be $left.LeaseId
        Clear-GitprocLease -Name $mine.Name @parameters | Should -BeNullOrEmpty
        $records.FullyQualifiedErrorId | Should -Be 'InUse,Gitproc.PowerShell.Commands.ClearGitprocLeaseCommand'
        "$records" | Should -BeLike "*that lease is not over. To end it anyway: gitproc release -Force $($mine.Name)"
        (Clear-GitprocLease checkout-*).Name | Should -Be $left.Name
        Clear-GitprocLease checkout-* @parameters | Should -BeNullOrEmpty
        $records.FullyQualifiedErrorId | Should -Be 'NotLocked,Gitproc.PowerShell.Commands.ClearGitprocLeaseCommand'
        (Get-GitprocCheckout -Locked).LeaseId | Should -Be $mine.LeaseId
        { $left | Clear-GitprocLease -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
    }

    It 'an object that names a checkout is accepted: <_>' -ForEach 'Checkout', 'Name' {
        $checkout = Invoke-GitprocAcquire $repository
        $line = [pscustomobject] @{ $_ = $checkout.Name; Other = 1 }
        ($line | Exit-GitprocCheckout -PassThru).State | Should -Be 'Free'
        ($line | Reset-GitprocCheckout -PassThru).Name | Should -Be $checkout.Name
        ($line | Get-GitprocHistory -First 1).Checkout | Should -Be $checkout.Name
        ($line | Get-GitprocCheckout).Name | Should -Be $checkout.Name
    }

    It 'an event of the history names its lease too' {
        $checkout = Invoke-GitprocAcquire $repository
        $acquired = Get-GitprocHistory -First 1
        $checkout | Exit-GitprocCheckout
        $later = Invoke-GitprocAcquire $repository -Name $checkout.Name
        { $acquired | Exit-GitprocCheckout -ErrorAction Stop } | Should -Throw -ErrorId 'NotLocked,*'
        (Get-GitprocCheckout $checkout.Name).LeaseId | Should -Be $later.LeaseId
    }

    It 'rescues, links and refs bind from the pipeline by their properties' {
        $checkout = Invoke-GitprocAcquire $repository
        Set-Content "$checkout/work.txt" 'work'
        $checkout | Exit-GitprocCheckout -WarningAction Ignore
        $rescue = Get-GitprocRescue | Select-Object -First 1
        ($rescue | Select-Object Id | Get-GitprocRescue).Id | Should -Be $rescue.Id
        ($rescue.Id | Get-GitprocRescue).Id | Should -Be $rescue.Id
        Push-Location $repository
        try {
            $link = [pscustomobject] @{ Path = 'one'; Ref = 'other' } | New-GitprocLink
            $link.Branch | Should -Be 'other'
            ($link | Select-Object Name | Get-GitprocLink).Path | Should -Be $link.Path
            Set-Location one
            ([pscustomobject] @{ Ref = 'HEAD:two' } | Switch-GitprocLink).Branch | Should -Be 'two'
            Set-Location ..
            $link | Remove-GitprocLink
        } finally {
            Pop-Location
        }
    }

    It 'Remove-GitprocCheckout emits the removed checkout with -PassThru' {
        $checkout = Invoke-GitprocAcquire $repository
        $checkout | Exit-GitprocCheckout
        Remove-GitprocCheckout $checkout.Name -WhatIf -PassThru | Should -BeNullOrEmpty
        (Remove-GitprocCheckout $checkout.Name -PassThru).Name | Should -Be $checkout.Name
        Get-GitprocCheckout | Where-Object Name -EQ $checkout.Name | Should -BeNullOrEmpty
    }

    It 'works under Set-StrictMode -Version Latest, where every error stops' {
        $script = @"
            Set-StrictMode -Version Latest
            `$ErrorActionPreference = 'Stop'
            Import-Module '$built'
            Enable-GitprocAlias
            Disable-GitprocAlias
            `$checkout = a '$repository' -Label x
            gp ls | Out-String | Out-Null
            Get-GitprocCheckout -Status | Format-List | Out-String | Out-Null
            `$checkout | Update-GitprocLease -ExpiresAfter 1h
            (Use-GitprocCheckout '$repository' { param(`$mine) `$mine.Name }) -ne `$checkout.Name
            Enter-GitprocCheckout '$repository'
            Exit-GitprocCheckout
            `$checkout | gitproc r
            gp history | Out-String | Out-Null
            gp repos | Out-String | Out-Null
            gp rescue | Out-String | Out-Null
            gp help acquire | Out-String | Out-Null
            (TabExpansion2 'gp r ch' -cursorColumn 7).CompletionMatches.Count -gt 0
            Remove-Module Gitproc
            `$Error.Count
"@
        & (Get-Process -Id $PID).Path -NoProfile -Command $script 2>&1 | Should -Be 'True', 'True', '0'
    }

    It 'works in ForEach-Object -Parallel' {
        $url = $repository
        $names = 1..6 | ForEach-Object -Parallel {
            Use-GitprocCheckout $using:url { param($checkout) Set-Content mine.txt $checkout.Name; Start-Sleep -Milliseconds 100; Get-Content mine.txt } -WarningAction Ignore -Discard
        } -ThrottleLimit 3
        $names | Should -HaveCount 6
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'has gitproc in a new runspace, which imports the module, and gp after that' {
        $url = $repository
        $module = (Get-Module Gitproc).Path
        1 | ForEach-Object -Parallel { (Get-Alias gp).Definition } | Should -Be 'Get-ItemProperty'
        1 | ForEach-Object -Parallel { gitproc a $using:url | gitproc r -PassThru; gp ls } | ForEach-Object State | Should -Contain 'Free'
        1 | ForEach-Object -Parallel { Import-Module $using:module; gp a $using:url | gp r -PassThru } | ForEach-Object State | Should -Be 'Free'
        $checkout = gp a $repository
        1 | ForEach-Object -Parallel { gitproc r $using:checkout -PassThru } | ForEach-Object State | Should -Be 'Free'
    }

    It 'works in thread jobs, which can release what the session acquired' {
        if (-not (Get-Command Start-ThreadJob -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'the module ThreadJob is not installed' }
        $checkout = Invoke-GitprocAcquire $repository
        $job = Start-ThreadJob { $mine = Invoke-GitprocAcquire $using:repository; $using:checkout, $mine | Exit-GitprocCheckout -PassThru | ForEach-Object State }
        $job | Receive-Job -Wait -AutoRemoveJob | Should -Be 'Free', 'Free'
    }

    It 'writes the command that helps in the syntax of PowerShell' {
        $job = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', "Import-Module '$built'; (Invoke-GitprocAcquire '$repository').Name | Set-Content '$TestDrive/held'; Start-Sleep 600" -PassThru
        try {
            $end = [datetime]::Now.AddSeconds(120)
            # The file may exist before its text is written.
            while (-not ($name = Get-Content "$TestDrive/held" -ErrorAction Ignore) -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 50 }
            gp rm $name -ErrorAction SilentlyContinue -ErrorVariable records
            "$records" | Should -BeLike "*: gitproc remove -Force $name"
            & ([scriptblock]::Create(("$records" -replace '.*: ') + ' -PassThru')) | ForEach-Object Name | Should -Be $name
        } finally {
            $job | Stop-Process
        }
    }

    It 'runs long commands as a job' {
        Push-Location $TestDrive
        try {
            $job = $repository | Initialize-GitprocCheckout -Count 2 -AsJob
            $job | Should -BeOfType ([System.Management.Automation.Job])
            $job.Name | Should -Be 'Initialize-GitprocCheckout'
            $ready = $job | Receive-Job -Wait -AutoRemoveJob
            $ready.Count | Should -BeGreaterOrEqual 2
            # Objects, names and relative paths work in a job too.
            $reset = $ready[0], $ready[1].Name | Reset-GitprocCheckout -PassThru -AsJob | Receive-Job -Wait -AutoRemoveJob
            $reset.Name | Should -Be $ready[0].Name, $ready[1].Name
            Set-Location (Split-Path $ready[0].Path)
            (gp rm $ready[0].Name -PassThru -AsJob | Receive-Job -Wait -AutoRemoveJob).Name | Should -Be $ready[0].Name
            Set-Location $TestDrive
            Repair-GitprocPool -AsJob | Receive-Job -Wait -AutoRemoveJob | Should -BeNullOrEmpty
            (Clear-GitprocPool 0s -Repository $repository -AsJob | Receive-Job -Wait -AutoRemoveJob).Name | Should -Contain $ready[1].Name
        } finally {
            Pop-Location
        }
    }

    It 'reports errors through the job, and starts no job with -WhatIf' {
        $job = Remove-GitprocCheckout checkout-99 -AsJob
        $null = $job | Receive-Job -Wait -ErrorAction SilentlyContinue -ErrorVariable records
        $records[0].FullyQualifiedErrorId | Should -Be 'CheckoutNotFound,Gitproc.PowerShell.Commands.RemoveGitprocCheckoutCommand'
        $job | Remove-Job
        Initialize-GitprocCheckout $repository -Count 3 -AsJob -WhatIf 6>&1 | Should -BeNullOrEmpty
        & { $WhatIfPreference = $true; Initialize-GitprocCheckout $repository -Count 3 -AsJob } 6>&1 | Should -BeNullOrEmpty
        Get-Job | Should -BeNullOrEmpty
    }

    It 'stops a job as Ctrl+C would' {
        $env:GIT_SSH_COMMAND = ": > '$TestDrive/asked'; sleep 600 #"
        $job = Initialize-GitprocCheckout 'ssh://localhost/hangs' -Count 1 -AsJob
        $pool = $env:GITPROC_POOL
        try {
            $end = [datetime]::Now.AddSeconds(120)
            while (-not (Test-Path "$TestDrive/asked") -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 50 }
            (Measure-Command { $job | Stop-Job }).TotalSeconds | Should -BeLessThan 120
            $job.State | Should -Be 'Stopped'
            Get-ChildItem "$pool/tmp" | Should -BeNullOrEmpty
        } finally {
            $job | Remove-Job -Force
            $env:GIT_SSH_COMMAND = $null
        }
    }

    It 'has only its cmdlets if it is imported in constrained language' {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.LanguageMode = 'ConstrainedLanguage'
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        try {
            $result = $shell.AddScript("Import-Module '$built'; `$checkout = Invoke-GitprocAcquire '$repository'; `$checkout | Exit-GitprocCheckout -PassThru | ForEach-Object State; (Get-Alias gp).Definition").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $shell.Streams.Warning | Should -HaveCount 1
            $result | Should -Be 'Free', 'Get-ItemProperty'
            $shell.Commands.Clear()
            # The session of this test was imported in full language, and the pipeline is shared by the process.
            $pipeline = [Gitproc.PowerShell.ShortCommands]::Pipeline
            $property = [Gitproc.PowerShell.ShortCommands].GetProperty('Pipeline')
            $property.GetSetMethod() | Should -BeNullOrEmpty
            $property.SetValue($null, $null)
            $null = $shell.AddScript('Invoke-Gitproc ls').Invoke()
            $property.SetValue($null, $pipeline)
            $shell.Streams.Error.FullyQualifiedErrorId | Should -Be 'ConstrainedLanguage,Gitproc.PowerShell.Commands.InvokeGitprocCommand'
            $shell.Streams.Error.Clear()
            { $shell.Commands.Clear(); $shell.AddScript("Remove-Module Gitproc").Invoke() } | Should -Not -Throw
        } finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    It 'works in a runspace of constrained language' {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
        $state.ImportPSModule($built)
        $runspace = [runspacefactory]::CreateRunspace($state)
        $runspace.Open()
        $runspace.SessionStateProxy.LanguageMode = 'ConstrainedLanguage'
        $shell = [powershell]::Create($runspace)
        try {
            $result = $shell.AddScript("`$checkout = Invoke-GitprocAcquire '$repository'; `$checkout | Exit-GitprocCheckout -PassThru | ForEach-Object State; Get-GitprocCheckout | Out-String; `$ExecutionContext.SessionState.LanguageMode").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $result[0] | Should -Be 'Free'
            $result[1] | Should -Match 'checkout-\d'
            $result[2] | Should -Be 'ConstrainedLanguage'
            $shell.Commands.Clear()
            $used = $shell.AddScript("Use-GitprocCheckout '$repository' { param(`$checkout) `$checkout.Name }; gp ls | ForEach-Object Name").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $used[0] | Should -Match '^checkout-\d'
        } finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    It 'keeps leases when the module is removed, and releases them when it is imported again' {
        $checkout = Invoke-GitprocAcquire $repository
        Remove-Module Gitproc
        try {
            $checkout.State | Should -Be 'Locked'
            "$checkout" | Should -Be $checkout.Path
        } finally {
            Import-Module $built -Global
        }
        (Get-GitprocCheckout $checkout.Name).Locked | Should -BeTrue
        ($checkout | Exit-GitprocCheckout -PassThru).Locked | Should -BeFalse
    }
}
