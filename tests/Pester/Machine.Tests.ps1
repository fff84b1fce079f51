# Use-GitprocCheckout -Machine, over a real sshd to a real pwsh, which is the one that this runs in.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $hasSshd = [bool] (Find-TestSshd)
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    if (Find-TestSshd) {
        $there = Start-TestSshd -Folder (New-Item -ItemType Directory "$TestDrive/there").FullName
        $env:GITPROC_SSH = $there.Ssh
    }
    function Get-Leased { Get-GitprocCheckout -Pool $there.Pool -Locked }
    function Wait-Until([scriptblock] $Condition) {
        $deadline = [datetime]::Now.AddSeconds(60)
        while (-not (& $Condition) -and [datetime]::Now -lt $deadline) { Start-Sleep -Milliseconds 100 }
        & $Condition | Should -BeTrue
    }
}

AfterAll {
    if ($there) { $there.Process | Stop-Process }
    $env:GITPROC_SSH = $null
    Reset-TestPool -Before $before
}

Describe 'Use-GitprocCheckout on another machine' {
    if (-not $hasSshd) {
        It 'is not tested: sshd is not installed' -Skip { }
        return
    }

    It 'runs the block there, and its objects come back' {
        $count = 2
        function Use-Local { $factor = 3; Use-GitprocCheckout $repository -Machine box { param($mine) [pscustomobject]@{ Product = $using:count * $using:factor; Checkout = $mine; Place = $PWD.Path; Pool = $env:GITPROC_POOL; Files = Get-ChildItem; List = @(1, 2) } } }
        $result = Use-Local
        $result | Should -HaveCount 1
        $result.Product | Should -Be 6
        $result.Place | Should -Be "$($there.Pool)/checkout-1"
        "$($result.Checkout)" | Should -Be $result.Place
        $result.Checkout.Machine | Should -Be 'box'
        $result.Checkout.Repository | Should -Be (Get-GitprocCheckout -Pool $there.Pool).Repository
        $result.Pool | Should -Be $there.Pool
        $result.Files.Name | Should -Be 'readme.txt'
        $result.List | Should -Be 1, 2
        $result.PSComputerName | Should -Be 'box'
        Get-Leased | Should -BeNullOrEmpty
        Get-GitprocCheckout | Should -BeNullOrEmpty
        Get-PSSession | Should -BeNullOrEmpty
    }

    It 'emits objects one by one, as the block does' {
        $seen = gp run $repository --machine box { 1; Start-Sleep -Milliseconds 300; 'two'; , @(3, 4); $null } | ForEach-Object { , @($_) }
        $seen | Should -HaveCount 4
        $seen[0] | Should -Be 1
        $seen[1] | Should -Be 'two'
        $seen[2] | Should -Be 3, 4
        Use-GitprocCheckout $repository -Machine box { 1; 2; 3 } | Select-Object -First 1 | Should -Be 1
        Wait-Until { -not (Get-Leased) }
    }

    It 'errors are errors, and each stream is itself' {
        $output = Use-GitprocCheckout $repository -Machine box { Write-Error 'oops'; Write-Warning 'careful'; 'after' } -ErrorVariable errors -ErrorAction SilentlyContinue -WarningAction Ignore
        $output | Should -Be 'after'
        "$errors" | Should -Be 'oops'
        { Use-GitprocCheckout $repository -Machine box { Write-Error 'oops'; Set-Content never 1 } -ErrorAction Stop } | Should -Throw 'oops'
        { Use-GitprocCheckout $repository -Machine box { throw 'boo' } } | Should -Throw 'boo'
        Get-Leased | Should -BeNullOrEmpty
    }

    It 'what is refused there is refused here, with its reason as the id' {
        $held = Invoke-GitprocAcquire $repository -Pool $there.Pool -Hold -Name checkout-1
        try {
            $record = { Use-GitprocCheckout $repository -Machine box -MaxCheckouts 1 { 'ran' } } | Should -Throw -ErrorId 'NoCheckoutAvailable,Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand' -PassThru
            $record.Exception.Message | Should -BeLike 'box: *'
            $record.InvocationInfo.MyCommand.Name | Should -Be 'Use-GitprocCheckout'
            $output = Use-GitprocCheckout $repository -Machine box -MaxCheckouts 1 { 'ran' } -ErrorAction SilentlyContinue -ErrorVariable records
            $output | Should -BeNullOrEmpty
            $records[-1].FullyQualifiedErrorId | Should -BeLike 'NoCheckoutAvailable,*'
        } finally {
            Exit-GitprocCheckout $held -Pool $there.Pool
        }
        { Use-GitprocCheckout $repository -Machine box -Discard { } } | Should -Throw -ErrorId 'ConflictingOptions,*'
        { Use-GitprocCheckout $repository -Machine box -Anywhere { } } | Should -Throw -ErrorId 'ConflictingOptions,*'
        { Use-GitprocCheckout $repository -Anywhere { } } | Should -Throw -ErrorId 'AgentNotRunning,*'
    }

    It 'a machine without pwsh, without gitproc, or that is away, is named' {
        # A PATH with gitproc, git and no pwsh.
        $tools = New-Item -ItemType Directory "$TestDrive/tools"
        foreach ($name in 'git', 'sh', 'dotnet') { $null = New-Item -ItemType SymbolicLink "$tools/$name" -Target (Get-Command $name -CommandType Application)[0].Path -ErrorAction Ignore }
        $bare = Start-TestSshd -Folder (New-Item -ItemType Directory "$TestDrive/bare").FullName -Path "$(Resolve-Path "$PSScriptRoot/../../out/bin"):$tools"
        $none = Start-TestSshd -Folder (New-Item -ItemType Directory "$TestDrive/none").FullName -Path "$tools"
        try {
            $env:GITPROC_SSH = $bare.Ssh
            { Use-GitprocCheckout $repository -Machine box { } -WarningAction Ignore } | Should -Throw 'box has no pwsh on the PATH that ssh gives.' -ErrorId 'MachineNotUsable,*'
            $env:GITPROC_SSH = $none.Ssh
            { Use-GitprocCheckout $repository -Machine box { } } | Should -Throw 'box has no gitproc on the PATH that ssh gives.*' -ErrorId 'MachineNotUsable,*'
            $none.Process | Stop-Process
            { Use-GitprocCheckout $repository -Machine box { } } | Should -Throw 'ssh does not reach box.*' -ErrorId 'MachineNotReachable,*'
        } finally {
            $env:GITPROC_SSH = $there.Ssh
            $bare.Process, $none.Process | Stop-Process -ErrorAction Ignore
        }
    }

    It 'Ctrl+C ends the block there, and its lease' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($r) Import-Module Gitproc; Use-GitprocCheckout $r -Machine box { Set-Content began 1; sleep 600 }').AddArgument($repository)
        $running = $shell.BeginInvoke()
        Wait-Until { Get-Leased | Where-Object { Test-Path "$($_.Path)/began" } }
        $sleeping = Get-Leased
        $shell.Stop()
        $running.IsCompleted | Should -BeTrue
        Get-Leased | Should -BeNullOrEmpty
        # It is clean, so nothing runs in it any more.
        (Get-GitprocCheckout $sleeping.Name -Pool $there.Pool).State | Should -Be 'Free'
        $shell.Dispose()
    }

    It 'Ctrl+C ends an acquire that waits there' {
        $held = Invoke-GitprocAcquire $repository -Pool $there.Pool -Hold
        $shell = [powershell]::Create()
        $count = @(Get-GitprocCheckout -Pool $there.Pool).Count
        $null = $shell.AddScript('param($r, $c) Import-Module Gitproc; Use-GitprocCheckout $r -Machine box -Name $c -Wait { 1 }').AddArgument($repository).AddArgument($held.Name)
        $running = $shell.BeginInvoke()
        Wait-Until { $shell.Streams.Progress.Activity -contains 'gitproc' }
        $shell.Stop()
        $running.IsCompleted | Should -BeTrue
        $shell.Dispose()
        Exit-GitprocCheckout $held -Pool $there.Pool
        @(Get-GitprocCheckout -Pool $there.Pool) | Should -HaveCount $count
    }

    It 'a caller that is killed leaves nothing there' {
        $pwsh = (Get-Process -Id $PID).Path
        $caller = Start-Process $pwsh '-NoProfile', '-Command', "Import-Module Gitproc; Use-GitprocCheckout '$repository' -Machine box { Set-Content killed 1; sleep 601 }" -PassThru
        Wait-Until { Get-Leased | Where-Object { Test-Path "$($_.Path)/killed" } }
        $caller.Kill()
        Wait-Until { -not (Get-Leased) }
        Wait-Until { -not (Get-Process sleep -ErrorAction Ignore | Where-Object CommandLine -like '*601*') }
    }

    It 'a connection that is lost is an error with an id' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($r) Import-Module Gitproc; Use-GitprocCheckout $r -Machine box { Set-Content lost 1; sleep 602 }').AddArgument($repository)
        $running = $shell.BeginInvoke()
        Wait-Until { Get-Leased | Where-Object { Test-Path "$($_.Path)/lost" } }
        Get-Process ssh | Where-Object CommandLine -Like "*$($there.Folder)*" | Stop-Process -Force
        $shell.EndInvoke($running)
        $shell.Streams.Error[-1].FullyQualifiedErrorId | Should -Be 'ConnectionLost,Gitproc.PowerShell.Commands.UseGitprocCheckoutCommand'
        $shell.Dispose()
        Wait-Until { -not (Get-Leased) }
    }
}
