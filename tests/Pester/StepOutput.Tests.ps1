BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    $names = 'GITHUB_ACTIONS', 'GITHUB_OUTPUT', 'GITHUB_ENV', 'TF_BUILD', 'GITLAB_CI', 'GITLAB_ENV'
    $own = @{}
    foreach ($name in $names) { $own[$name] = [Environment]::GetEnvironmentVariable($name) }
}

AfterAll {
    foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $own[$name]) }
    Reset-TestPool -Before $before
}

Describe 'Invoke-GitprocAcquire -AsStepOutput' {
    BeforeEach {
        foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $null) }
    }

    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Force
    }

    It 'writes the checkout to the files that the CI reads' {
        $env:GITHUB_ACTIONS = 'true'
        $env:GITHUB_OUTPUT = Join-Path $TestDrive 'output'
        $env:GITHUB_ENV = Join-Path $TestDrive 'env'
        $checkout = Invoke-GitprocAcquire $repository -AsStepOutput -Hold -ExpiresAfter 1:00:00
        $checkout | Should -BeOfType ([Gitproc.Checkout])
        (Get-Content -LiteralPath $env:GITHUB_OUTPUT)[1, 4, 7] | Should -Be $checkout.Path, $checkout.Name, $checkout.LeaseId
        (Get-Content -LiteralPath $env:GITHUB_ENV)[1, 4] | Should -Be $checkout.Path, $checkout.LeaseId
    }

    It 'prints what the CI reads, even if the checkout is assigned, and the job owns the lease' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'only on Linux is a process named after its file' }
        $worker = Join-Path $TestDrive 'Agent.Worker'
        Copy-Item -LiteralPath /bin/bash -Destination $worker
        $env:TF_BUILD = 'True'
        $env:REPOSITORY = $repository
        $script = '$checkout = Invoke-GitprocAcquire $env:REPOSITORY -AsStepOutput; "$($checkout.OwnerProcessName) $($checkout.LeaseId)"'
        $lines = & $worker -c 'pwsh -NoProfile -NonInteractive -Command "$0"; true' $script
        $lines | Should -HaveCount 6
        $lines[3] | Should -BeLike '##vso`[task.setvariable variable=GITPROC_CHECKOUT`]*checkout-*'
        $lines[5] | Should -BeLike 'Agent.Worker *'
        $lines[4] | Should -Be "##vso[task.setvariable variable=GITPROC_LEASE_ID]$(($lines[5] -split ' ')[1])"
    }

    It 'is one error, and nothing is acquired, <When>' -ForEach @(
        @{ When = 'outside of a CI'; Variable = 'NOTHING'; Parameters = @{}; Id = 'NoStepOutput'; Category = 'InvalidOperation' }
        @{ When = 'where the job is not seen'; Variable = 'TF_BUILD'; Parameters = @{}; Id = 'OwnerNotRunning'; Category = 'ObjectNotFound' }
        @{ When = 'for more than one'; Variable = 'TF_BUILD'; Parameters = @{ Count = 2 }; Id = 'ConflictingOptions'; Category = 'InvalidArgument' }
    ) {
        [Environment]::SetEnvironmentVariable($Variable, 'True')
        $thrown = { Invoke-GitprocAcquire $repository -AsStepOutput @Parameters -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*" -PassThru
        $thrown.CategoryInfo.Category | Should -Be $Category
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }
}
