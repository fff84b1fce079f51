BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    git -C $repository branch topic
    git -C $repository tag v9

    function New-Rescue {
        $checkout = gp a $repository
        Set-Content -LiteralPath (Join-Path $checkout 'staged.txt') -Value 'staged'
        git -C $checkout.Path add staged.txt
        Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value 'new'
        Exit-GitprocCheckout $checkout -WarningAction SilentlyContinue
        $checkout
    }
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Recycling' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Discard
        Get-GitprocRescue | Remove-GitprocRescue -Confirm:$false
    }

    It 'checks out what -Ref names: <Ref>' -ForEach @(
        @{ Ref = 'topic'; Branch = 'topic' }, @{ Ref = 'v9'; Branch = $null }, @{ Ref = 'v9:mine'; Branch = 'mine' }
    ) {
        $checkout = Invoke-GitprocAcquire $repository -Ref $Ref
        $checkout.Branch | Should -Be $Branch
        $checkout.Commit | Should -Be (git -C $repository rev-parse v9)
        git -C $checkout.Path rev-parse HEAD | Should -Be $checkout.Commit
    }

    It 'creates a branch with -NewBranch' {
        (gp a $repository -Ref topic -NewBranch feature/x).Branch | Should -Be 'feature/x'
        (Use-GitprocCheckout $repository -NewBranch y { git branch --show-current }) | Should -Be 'y'
    }

    It 'is fetched with -Fetch, and not with -NoFetch' {
        $null = git -C $repository -c user.name=t -c user.email=t@example.com commit --quiet --allow-empty -m next
        (gp a $repository -NoFetch).Commit | Should -Not -Be (git -C $repository rev-parse HEAD)
        (gp a $repository -Fetch).Commit | Should -Be (git -C $repository rev-parse HEAD)
    }

    It 'is one error if the ref does not exist' {
        { Invoke-GitprocAcquire $repository -Ref nothing -ErrorAction Stop } | Should -Throw -ErrorId 'RefNotFound,*' -ExpectedMessage "*'nothing'*"
        { Invoke-GitprocAcquire $repository -NewBranch 'a b' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRef,*'
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'rescues work that is not on the remote, reports it, and cleans' {
        $checkout = gp a $repository
        Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value 'new'
        git -C $checkout.Path config alias.x y
        $checkout | Exit-GitprocCheckout -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike "*$($checkout.Name)*gitproc rescue restore *"
        git -C $checkout.Path status --porcelain | Should -BeNullOrEmpty
        git -C $checkout.Path config alias.x | Should -BeNullOrEmpty
        (Get-GitprocRescue).Files | Should -Be 1
    }

    It 'throws work away with -Discard' {
        $checkout = gp a $repository
        Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value 'new'
        gp r $checkout -Discard
        Test-Path -LiteralPath (Join-Path $checkout 'new.txt') | Should -BeFalse
        Get-GitprocRescue | Should -BeNullOrEmpty
    }

    It 'keeps ignored files, except with -Clean Full' {
        $checkout = gp a $repository
        $exclude = Join-Path $TestDrive 'ignored'
        Set-Content -LiteralPath $exclude -Value '*.o'
        git config --global core.excludesFile $exclude
        try {
            Set-Content -LiteralPath (Join-Path $checkout 'a.o') -Value 'o'
            gp r $checkout
            Test-Path -LiteralPath (Join-Path $checkout 'a.o') | Should -BeTrue
            gp r (gp a $repository -Name $checkout.Name) -Clean Full
            Test-Path -LiteralPath (Join-Path $checkout 'a.o') | Should -BeFalse
        } finally {
            git config --global --unset core.excludesFile
        }
    }

    It 'cleans in another process with -Background' {
        $checkout = gp a $repository
        Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value 'new'
        Exit-GitprocCheckout $checkout -Background
        $end = [datetime]::Now.AddSeconds(120)
        while ((Get-GitprocCheckout $checkout.Name).State -ne 'Free' -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 100 }
        (Get-GitprocCheckout $checkout.Name).State | Should -Be 'Free'
        Test-Path -LiteralPath (Join-Path $checkout 'new.txt') | Should -BeFalse
        (Get-GitprocRescue).Checkout | Should -Be $checkout.Name
    }

    # "dotnet" cannot run a pwsh that comes with its own .NET.
    It 'cleans in another process in "dotnet pwsh" too, without a pwsh on the PATH' -Skip:((Get-Content "$PSHOME/pwsh.runtimeconfig.json" -Raw) -match '"includedFrameworks"') {
        $path = $env:PATH
        $program = (Get-Command dotnet).Source
        try {
            $env:PATH = ($path -split [IO.Path]::PathSeparator | Where-Object { -not (Test-Path "$_/pwsh") }) -join [IO.Path]::PathSeparator
            $name = & $program "$PSHOME/pwsh.dll" -NoProfile -NonInteractive -Command {
                Import-Module Gitproc
                $checkout = Invoke-GitprocAcquire $args[0]
                Set-Content -LiteralPath (Join-Path $checkout 'new.txt') -Value 'new'
                Exit-GitprocCheckout $checkout -Background
                $checkout.Name
            } -args $repository
        } finally {
            $env:PATH = $path
        }
        $end = [datetime]::Now.AddSeconds(120)
        while ((Get-GitprocCheckout $name).State -ne 'Free' -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 100 }
        (Get-GitprocCheckout $name).State | Should -Be 'Free'
        (Get-GitprocRescue).Checkout | Should -Be $name
    }

    It 'lists rescues with their contents' {
        $checkout = New-Rescue
        $rescue = Get-GitprocRescue
        $rescue | Should -HaveCount 1
        $rescue.PSObject.TypeNames[0] | Should -Be 'Gitproc.Rescue'
        $rescue.Checkout | Should -Be $checkout.Name
        $rescue.LeaseId | Should -Be $checkout.LeaseId
        $rescue.Branch | Should -Be 'main'
        $rescue.Files | Should -Be 2
        "$rescue" | Should -Be $rescue.Id
        (Get-GitprocRescue "$($checkout.Name)/*").Id | Should -Be $rescue.Id
        (Get-GitprocRescue -Repository $repository).Id | Should -Be $rescue.Id
        $rescue.ShortId | Should -Be $rescue.LeaseId.Substring(0, 7)
        foreach ($id in $rescue.ShortId, $rescue.LeaseId.Substring(0, 4), "$($rescue.ShortId)*") {
            (Get-GitprocRescue $id).Id | Should -Be $rescue.Id
        }
        (Get-GitprocRescue nothing, $rescue.ShortId -ErrorAction SilentlyContinue).Id | Should -Be $rescue.Id
        ($rescue | Format-Table | Out-String) | Should -Match "(?m)^$($rescue.ShortId) "
        { Get-GitprocRescue nothing -ErrorAction Stop } | Should -Throw -ErrorId 'RescueNotFound,*'
        Get-GitprocRescue nothing* | Should -BeNullOrEmpty
    }

    It 'restores rescues by pipeline and by id' {
        $checkout = New-Rescue
        $rescue = Get-GitprocRescue
        foreach ($restored in ($rescue | Restore-GitprocRescue), (gp rescue restore $rescue.ShortId)) {
            $restored.Locked | Should -BeTrue
            git -C $restored.Path status --porcelain | Should -Be @('A  staged.txt', '?? new.txt')
            Get-Content -LiteralPath (Join-Path $restored 'staged.txt') | Should -Be 'staged'
        }
        { Restore-GitprocRescue nothing -ErrorAction Stop } | Should -Throw -ErrorId 'RescueNotFound,*'
    }

    It 'removes rescues, but not with -WhatIf' {
        $null = New-Rescue
        $rescue = Get-GitprocRescue
        $rescue | Remove-GitprocRescue -WhatIf
        Get-GitprocRescue | Should -HaveCount 1
        (gp rescue rm $rescue.ShortId -PassThru -Confirm:$false).Id | Should -Be $rescue.Id
        gp rescue | Should -BeNullOrEmpty
        { Remove-GitprocRescue $rescue.Id -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'RescueNotFound,*'
    }

    It 'completes rescues' {
        $checkout = New-Rescue
        $rescue = Get-GitprocRescue
        (TabExpansion2 'Restore-GitprocRescue ').CompletionMatches.CompletionText | Should -Be $rescue.ShortId
        (TabExpansion2 'Restore-GitprocRescue checkout-').CompletionMatches.CompletionText | Should -Be $rescue.Id
        (TabExpansion2 'gp rescue re').CompletionMatches.CompletionText | Should -Contain 'restore'
        (TabExpansion2 'gp rescue restore ').CompletionMatches.CompletionText | Should -Be $rescue.ShortId
    }
}
