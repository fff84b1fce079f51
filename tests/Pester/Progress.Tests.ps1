BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    # By default, git reports progress only after two seconds (GIT_PROGRESS_DELAY in git(1)).
    $env:GIT_PROGRESS_DELAY = '0'

    # Returns the progress records of a script that runs in a new runspace.
    function Get-Progress([string] $Script) {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module Gitproc; $Script").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $shell.Streams.Progress | Where-Object { $_.ActivityId -in 0x6770, 0x6771 }
        } finally {
            $shell.Dispose()
        }
    }

    # Returns the progress records of one part of a step, and checks that the part has ended.
    function Get-Part([object[]] $Records, [string] $Step, [string] $Part) {
        $begin = [array]::FindIndex($Records, [Predicate[object]] { $args[0].StatusDescription -eq $Step })
        $begin | Should -BeGreaterOrEqual 0 -Because "of $($Records.StatusDescription -join ', ')"
        $Records[$begin].ActivityId | Should -Be 0x6770
        $Records[$begin].Activity | Should -Be 'gitproc'
        $parts = for ($i = $begin + 1; $i -lt $Records.Count -and $Records[$i].ActivityId -ne 0x6770; $i++) { $Records[$i] }
        $parts | ForEach-Object { $_.ParentActivityId | Should -Be 0x6770 }
        $parts[-1].RecordType | Should -Be 'Completed'
        $parts | Where-Object { $_.Activity -eq $Part -and $_.RecordType -ne 'Completed' }
    }
}

AfterAll {
    $env:GIT_PROGRESS_DELAY = $null
    Reset-TestPool -Before $before
}

Describe 'Progress' {
    It 'has git''s own percentages below each step' {
        $records = Get-Progress "Invoke-GitprocAcquire '$repository' -Hold"
        (Get-Part $records "cloning $repository" 'Receiving objects')[-1].PercentComplete | Should -Be 100
        $files = Get-Part $records 'checking out main in checkout-1' 'Updating files'
        $files[-1].PercentComplete | Should -Be 100
        $files[-1].StatusDescription | Should -Be '100 %'
        $records[-1].ActivityId | Should -Be 0x6770
        $records[-1].RecordType | Should -Be 'Completed'

        Remove-Item "$env:GITPROC_POOL/checkout-1/readme.txt"
        $records = Get-Progress "Exit-GitprocCheckout checkout-1 -Force -Discard"
        (Get-Part $records 'cleaning checkout-1' 'Updating files')[-1].PercentComplete | Should -Be 100

        git -C $repository commit --quiet --allow-empty --message second
        $records = Get-Progress "Invoke-GitprocAcquire '$repository' -Fetch -Hold; Exit-GitprocCheckout checkout-1 -Force"
        (Get-Part $records "fetching $repository" 'Counting objects')[-1].PercentComplete | Should -Be 100
    }

    It 'names the holder that you wait for' {
        $checkout = Invoke-GitprocAcquire $repository
        $script = "try { Invoke-GitprocAcquire '$repository' -Wait -TimeoutSec 1 -MaxCheckouts 1 -ErrorAction Stop } catch { 'in vain' }"
        (Get-Progress $script).StatusDescription | Should -Contain "waiting for checkout-1, held by $PID $((Get-Process -Id $PID).ProcessName); you are next"
        $lines = Invoke-GitprocAcquire $repository -TimeoutSec 0 -MaxCheckouts 1 -Verbose -ErrorAction Ignore 4>&1
        $lines -like 'waiting*' | Should -BeLike "waiting for a checkout of ${repository}: you are next. No checkout of *`n  checkout-1 by process $PID (*"
        $checkout | Exit-GitprocCheckout
    }

    It 'is not shown if it is unwanted' {
        Get-Progress "`$ProgressPreference = 'SilentlyContinue'; Invoke-GitprocAcquire '$repository' -Pool '$TestDrive/silent' -Hold" | Should -BeNullOrEmpty
        Get-Progress "Invoke-GitprocAcquire '$repository' -Pool '$TestDrive/silent2' -Hold -ProgressAction SilentlyContinue" | Should -BeNullOrEmpty
    }
}
