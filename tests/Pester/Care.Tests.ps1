BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The care of a pool' {
    BeforeEach {
        Get-GitprocCheckout | Remove-GitprocCheckout -Force -Discard
    }

    It 'makes checkouts ready' {
        $ready = Initialize-GitprocCheckout $repository -Count 2
        $ready | Should -HaveCount 2
        $ready.State | Sort-Object -Unique | Should -Be 'Free'
        $ready | Should -BeOfType 'Gitproc.Checkout'
        Initialize-GitprocCheckout $repository -Count 3 -WhatIf
        Get-GitprocCheckout | Should -HaveCount 2
        gitproc warm $repository -Count 1 | Should -HaveCount 2
        { Initialize-GitprocCheckout $repository -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'says with -WhatIf how many it would make ready' {
        # -WhatIf writes to the host, so its output is read from another process.
        $script = "Import-Module Gitproc; 1, 2 | ForEach-Object { Initialize-GitprocCheckout '$repository' -Count `$_ -WhatIf }"
        $said = & (Get-Process -Id $PID).Path -NoProfile -Command $script
        $said[0] | Should -BeLike '*"Make 1 checkout ready"*'
        $said[1] | Should -BeLike '*"Make 2 checkouts ready"*'
    }

    It 'fails when no more checkouts may be made' {
        $env:GITPROC_MAX_CHECKOUTS = '1'
        try {
            { Initialize-GitprocCheckout $repository -Count 2 -ErrorAction Stop } | Should -Throw -ErrorId 'NoCheckoutAvailable,*'
        } finally {
            $env:GITPROC_MAX_CHECKOUTS = $null
        }
    }

    It 'removes one by <Way>' -ForEach @(
        @{ Way = 'name'; Argument = { $args[0].Name } }
        @{ Way = 'path'; Argument = { $args[0].Path } }
        @{ Way = 'object'; Argument = { $args[0] } }
        @{ Way = 'folder'; Argument = { Get-Item -LiteralPath $args[0].Path } }
    ) {
        $checkout = Invoke-GitprocAcquire $repository | Exit-GitprocCheckout -PassThru
        & $Argument $checkout | Remove-GitprocCheckout -WhatIf
        $checkout.Path | Should -Exist
        & $Argument $checkout | Remove-GitprocCheckout
        $checkout.Path | Should -Not -Exist
        Get-GitprocCheckout | Should -BeNullOrEmpty
    }

    It 'removes a locked one only with -Force, and not one that has a new holder' {
        $checkout = Invoke-GitprocAcquire $repository
        { Remove-GitprocCheckout $checkout -ErrorAction Stop } | Should -Throw -ErrorId 'HeldByOther,*'
        $free = $checkout | Exit-GitprocCheckout -PassThru
        $again = Invoke-GitprocAcquire $repository
        { $free | Remove-GitprocCheckout -Force -ErrorAction Stop } | Should -Throw -ErrorId 'HeldByOther,*'
        { $checkout | Remove-GitprocCheckout -Force -ErrorAction Stop } | Should -Throw -ErrorId 'HeldByOther,*'
        $again | Remove-GitprocCheckout -Force
        Get-GitprocCheckout | Should -BeNullOrEmpty
    }

    It 'does not remove the current checkout' {
        $checkout = Invoke-GitprocAcquire $repository
        Push-Location $checkout
        try {
            { Remove-GitprocCheckout $checkout -Force -ErrorAction Stop } | Should -Throw -ErrorId 'InUse,*'
        } finally {
            Pop-Location
        }
        $checkout.Path | Should -Exist
    }

    It 'processes the others when one does not exist' {
        $checkout = Invoke-GitprocAcquire $repository | Exit-GitprocCheckout -PassThru
        gitproc rm 'checkout-99', $checkout.Name -ErrorAction SilentlyContinue -ErrorVariable records
        $records[0].FullyQualifiedErrorId | Should -BeLike 'CheckoutNotFound,*'
        Get-GitprocCheckout | Should -BeNullOrEmpty
    }

    It 'resets a checkout to the state of a new one' {
        $checkout = Invoke-GitprocAcquire $repository
        Set-Content -LiteralPath (Join-Path $checkout 'readme.txt') -Value 'changed'
        $checkout | Reset-GitprocCheckout -WhatIf
        git -C $checkout.Path status --short | Should -Not -BeNullOrEmpty
        $reset = $checkout | Reset-GitprocCheckout -PassThru
        $reset.LeaseId | Should -Be $checkout.LeaseId
        git -C $checkout.Path status --short | Should -BeNullOrEmpty
        Push-Location $checkout
        try {
            gp reset | Should -BeNullOrEmpty
        } finally {
            Pop-Location
        }
        $checkout | Exit-GitprocCheckout
        (Reset-GitprocCheckout $checkout.Name -PassThru).State | Should -Be 'Free'
    }

    It 'lists the repositories' {
        Initialize-GitprocCheckout $repository -Count 1
        $info = Get-GitprocRepository
        $info.Key | Should -Be $repository
        $info.Checkouts, $info.Free, $info.Locked | Should -Be 1, 1, 0
        $info.DefaultBranch | Should -Be 'main'
        $info.Size | Should -BeGreaterThan 0
        (Get-GitprocRepository source).Key | Should -Be $repository
        (gp repos 'sou*').Key | Should -Be $repository
        Get-GitprocRepository 'x*' | Should -BeNullOrEmpty
        git clone --quiet --bare $repository "$TestDrive/app.git"
        $app = Invoke-GitprocAcquire "$TestDrive/app.git"
        (Get-GitprocRepository app).Key | Should -Be $app.Repository
        (Get-GitprocRepository 'a?p').Key | Should -Be $app.Repository
        (Get-GitprocRepository app.git).Key | Should -Be $app.Repository
        (Get-GitprocCheckout -Repository *app).Name | Should -Be $app.Name
        Get-GitprocCheckout -Repository *nothing* | Should -BeNullOrEmpty
        (Get-GitprocRepository | Get-GitprocCheckout).Name | Sort-Object | Should -Be ((Get-GitprocCheckout).Name | Sort-Object)
        Remove-Item -LiteralPath "$TestDrive/app.git" -Recurse -Force
        (Get-GitprocRepository app | Get-GitprocCheckout -Locked -Status).Name | Should -Be $app.Name
        ($app | Get-GitprocCheckout).Name | Should -Be $app.Name
        (Start-Job { Import-Module Gitproc; Get-GitprocRepository app } | Receive-Job -Wait -AutoRemoveJob | Get-GitprocCheckout).Name | Should -Be $app.Name
        Exit-GitprocCheckout $app
        (Get-GitprocRepository app | Clear-GitprocPool -UnusedFor 0s).Repository | Select-Object -Unique | Should -Be $app.Repository
        (Get-GitprocRepository).Key | Should -Be $repository
        { Get-GitprocRepository none -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownRepository,*'
        $info | Out-String | Should -Match ' [KMG]?B '
        ($info | Invoke-GitprocAcquire).Repository | Should -Be $repository
    }

    It 'shows the status of work trees' {
        $checkout = Invoke-GitprocAcquire $repository
        Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value ''
        (Get-GitprocCheckout).IsDirty | Should -BeNullOrEmpty
        $status = Get-GitprocCheckout -Status
        $status.IsDirty, $status.Ahead, $status.Behind | Should -Be $true, 0, 0
        $status | Out-String | Should -Match 'Status\s+Owner[\s\S]*dirty'
        Get-GitprocCheckout | Out-String | Should -Not -Match 'Status'
        $status | Exit-GitprocCheckout -PassThru | ForEach-Object State | Should -Be 'Free'
    }

    It 'prunes unused checkouts, the same ones that -WhatIf shows' {
        Initialize-GitprocCheckout $repository -Count 2
        Get-GitprocRescue | Remove-GitprocRescue -Confirm:$false
        Clear-GitprocPool | Should -BeNullOrEmpty
        $planned = Clear-GitprocPool -UnusedFor 0s -WhatIf
        $planned.Kind | Should -Be 'Checkout', 'Checkout', 'Repository'
        $planned | Should -BeOfType 'Gitproc.PrunedItem'
        $planned | Out-String | Should -Match ' [KMG]?B '
        Get-GitprocCheckout | Should -HaveCount 2
        Clear-GitprocPool -UnusedFor 0s -KeepFree 1 -Repository source -WhatIf | Should -HaveCount 1
        (gp prune -UnusedFor 0s).Name | Should -Be $planned.Name
        Get-GitprocCheckout | Should -BeNullOrEmpty
        Get-GitprocRepository | Should -BeNullOrEmpty
    }

    It 'prunes the longest unused checkouts until the rest is small enough' {
        $held = Invoke-GitprocAcquire $repository
        $null = Initialize-GitprocCheckout $repository -Count 2
        $free = Get-GitprocCheckout -Free | Sort-Object LastUsedAt | ForEach-Object Name
        Clear-GitprocPool -MaxSize 1GB -WhatIf | Should -BeNullOrEmpty
        foreach ($size in @('1g', 1GB)) {
            Clear-GitprocPool -MaxSize $size -WhatIf | Should -BeNullOrEmpty
        }
        (gp prune --max-size 0 --dry-run 3> $null).Name | Should -Be $free
        $null = Clear-GitprocPool -MaxSize 0 -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*of checkouts stay, which is more than 0 B: none of them may go now'
        (Get-GitprocCheckout).Name | Should -Be $held.Name
        { Clear-GitprocPool -MaxSize much } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
    }

    It 'keeps spares in the background' {
        $env:GITPROC_SPARE = '2'
        try {
            $held = Invoke-GitprocAcquire $repository
            $end = [datetime]::Now.AddSeconds(120)
            while ((Get-GitprocCheckout -Free | Measure-Object).Count -ne 2 -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 100 }
            Get-GitprocCheckout -Free | Should -HaveCount 2
            (Get-GitprocHistory).Why | Should -Contain 'it is ready as a spare'
            (Get-GitprocCheckout -Locked).Name | Should -Be $held.Name
        } finally {
            $env:GITPROC_SPARE = $null
        }
    }

    It 'says what -WhatIf and -Confirm mean: unused checkouts, never held ones' {
        $held = Invoke-GitprocAcquire $repository
        $null = Initialize-GitprocCheckout $repository -Count 1
        $free = Get-GitprocCheckout -Free
        # Both write to the host, so their output is read from another process.
        $script = "Import-Module Gitproc; Clear-GitprocPool 0s -WhatIf; Clear-GitprocPool 0s -Confirm"
        $output = 'n', 'n', 'n', 'n' | & (Get-Process -Id $PID).Path -NoProfile -Command $script 2>&1 | Out-String
        # The host wraps its prompts.
        $output = $output -replace '\s+', ' '
        $output | Should -Match "What if: Performing the operation `"Remove the unused checkout`" on target `"$($free.Name) \(.*, held by nobody, last used "
        $output | Should -Match 'Held checkouts stay, and work in this one is rescued first\.'
        $output | Should -Match "Remove the unused checkout $($free.Name) \(.*\)\?"
        $output | Should -Not -Match "checkout $($held.Name) "
        (Get-GitprocCheckout).Name | Should -Be $held.Name, $free.Name
        Exit-GitprocCheckout $held
        (Get-Help Clear-GitprocPool).Synopsis.Trim() | Should -Be 'Removes unused checkouts, never held ones. Work in them is rescued first.'
    }

    It 'accepts a time written as a duration' {
        Initialize-GitprocCheckout $repository -Count 1
        foreach ($long in @(20d; '20d'; '19d23h59m'; '19.23:59'; [TimeSpan]::FromDays(20))) {
            Clear-GitprocPool $long -WhatIf | Should -BeNullOrEmpty
        }
        Clear-GitprocPool -UnusedFor 20d -WhatIf | Should -BeNullOrEmpty
        foreach ($short in @(0d; '0h'; '0:00'; [TimeSpan]::Zero)) {
            Clear-GitprocPool $short -WhatIf | Should -Not -BeNullOrEmpty
        }
    }

    It 'refuses a bare number for a time' {
        { Clear-GitprocPool -UnusedFor 14 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Clear-GitprocPool -UnusedFor '14' } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Clear-GitprocPool -UnusedFor ([TimeSpan]::FromDays(14)) } | Should -Not -Throw
    }

    It 'completes names' {
        $checkout = Invoke-GitprocAcquire $repository
        foreach ($line in 'Remove-GitprocCheckout ', 'Reset-GitprocCheckout ', 'gp rm ') {
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain $checkout.Name
        }
    }

    It 'says what is odd, and changes nothing' {
        $checkout = Invoke-GitprocAcquire $repository | Exit-GitprocCheckout -PassThru
        $findings = Test-GitprocPool
        $findings | Should -BeOfType 'Gitproc.PoolFinding'
        $findings | Where-Object State -EQ 'Problem' | Should -BeNullOrEmpty
        ($findings | Where-Object Subject -EQ 'Runtime').Text | Should -BeLike "PowerShell $($PSVersionTable.PSVersion) (*), .NET *"
        ($findings | Where-Object Subject -EQ 'Checkouts').Text | Should -Be '1: 1 free'
        Test-GitprocPool -Quiet | Should -BeTrue

        Remove-Item -LiteralPath $checkout.Path -Recurse -Force
        $problem = gitproc doctor | Where-Object State -EQ 'Problem'
        $problem.Subject | Should -Be "Checkout $($checkout.Name)"
        $problem.Text | Should -Be 'Its folder is gone. To take it off the list: gitproc repair'
        $problem.Command | Should -Be 'gitproc repair'
        Test-GitprocPool -Quiet | Should -BeFalse
        # Nothing is cut, however narrow the table is.
        ($problem | Out-String -Width 60) -replace '\s+', ' ' | Should -BeLike '*take it off the list: gitproc repair*'
        Invoke-Expression $problem.Command
        Test-GitprocPool -Quiet | Should -BeTrue
    }

    It 'spells options as PowerShell does, and looks at a pool that is none' {
        $null = Invoke-GitprocAcquire $repository
        Remove-Item -LiteralPath (Get-GitprocCheckout).Path -Recurse -Force
        (Test-GitprocPool | Where-Object State -EQ 'Problem').Command | Should -Be "gitproc release -Force $((Get-GitprocCheckout).Name)"
        Test-GitprocPool -Pool "$TestDrive/nowhere" -Quiet | Should -BeTrue
        "$TestDrive/nowhere" | Should -Not -Exist
        Set-Content -LiteralPath "$TestDrive/file" -Value ''
        (Test-GitprocPool -Pool "$TestDrive/file" | Where-Object State -EQ 'Problem').Subject | Should -Be 'Pool'
    }
}
