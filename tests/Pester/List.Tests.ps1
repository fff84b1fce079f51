BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Get-GitprocCheckout' {
    BeforeAll {
        $other = New-TestRepository -Path (Join-Path $TestDrive 'web app')
        $locked = Invoke-GitprocAcquire $repository
        $free = Invoke-GitprocAcquire $other
        git -C $free.Path checkout --quiet --detach
        Exit-GitprocCheckout $free
    }

    It 'gives JSON words for states and kinds with -EnumsAsStrings, as docs/powershell.md says' {
        $free = Get-GitprocCheckout | Where-Object State -EQ Free
        $free | Should -Not -BeNullOrEmpty
        $read = Get-GitprocCheckout | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json
        ($read | Where-Object State -EQ Free).Name | Should -Be $free.Name
        $read.State | Should -BeIn ([Enum]::GetNames([Gitproc.CheckoutState]))
        $read.Kind | Should -Be @(Get-GitprocCheckout | ForEach-Object { "$($_.Kind)" })
        (Get-GitprocHistory | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json).Kind | Should -BeIn ([Enum]::GetNames([Gitproc.EventKind]))
        (Test-GitprocPool | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json).State | Should -BeIn ([Enum]::GetNames([Gitproc.FindingState]))
        (Get-GitprocCheckout | ConvertTo-Csv | ConvertFrom-Csv).State | Should -Be $read.State
    }

    It 'lists all' {
        (Get-GitprocCheckout).Name | Should -Be $locked.Name, $free.Name
        (list).Name | Should -Be $locked.Name, $free.Name
    }

    It 'filters by state' {
        (Get-GitprocCheckout -Locked).Name | Should -Be $locked.Name
        (Get-GitprocCheckout -Free).Name | Should -Be $free.Name
        (Get-GitprocCheckout | Where-Object Locked).Name | Should -Be $locked.Name
    }

    It 'filters by name with wildcards, and reports a name that does not exist' {
        (Get-GitprocCheckout 'checkout-*').Name | Should -HaveCount 2
        (Get-GitprocCheckout $locked.Name, $free.Name).Name | Should -HaveCount 2
        Get-GitprocCheckout 'nothing-*' | Should -BeNullOrEmpty
        { Get-GitprocCheckout checkout-99 -ErrorAction Stop } | Should -Throw -ErrorId 'CheckoutNotFound,*'
    }

    It 'filters by repository in each spelling' {
        (Get-GitprocCheckout -Repository $other).Name | Should -Be $free.Name
        (Get-GitprocCheckout -Repository 'web app').Name | Should -Be $free.Name
        (Get-GitprocCheckout -Repository "file://$($other -replace ' ', '%20')").Name | Should -Be $free.Name
    }

    It 'shows the branch as it is now' {
        git -C $locked.Path checkout --quiet -b topic
        (Get-GitprocCheckout $locked.Name).Branch | Should -Be 'topic'
        (Get-GitprocCheckout $free.Name).Branch | Should -Be 'main'
        (Get-GitprocCheckout $free.Name).Commit | Should -Be (git -C $other rev-parse HEAD)
    }

    It 'refuses an invalid pattern, and processes the next one' {
        $found = Get-GitprocCheckout '[', $locked.Name -ErrorAction SilentlyContinue -ErrorVariable records
        $found.Name | Should -Be $locked.Name
        $records | Should -HaveCount 1
        $records[0].FullyQualifiedErrorId | Should -BeLike 'InvalidPattern,*'
        $records[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $records[0].TargetObject | Should -Be '['
    }

    It 'is empty for a pool that does not exist, and creates none' {
        $pool = Join-Path $TestDrive 'no-pool'
        Get-GitprocCheckout -Pool $pool | Should -BeNullOrEmpty
        $pool | Should -Not -Exist
    }

    It 'fits 100 columns' {
        $text = Get-GitprocCheckout | Out-String -Width 100
        $text -split "`r?`n" | ForEach-Object { $_ -replace '\e\[[\d;]*m' } | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $plain = $text -replace '\e\[[\d;]*m'
        $plain | Should -Match "$($locked.Name) +Locked"
        $plain | Should -Match "$PID "
    }

    It 'marks the state with colors, unless they are unwanted' {
        $command = { param($Rendering) Import-Module Gitproc; $PSStyle.OutputRendering = $Rendering; Get-GitprocCheckout | Out-String }
        $pwsh = (Get-Process -Id $PID).Path
        & $pwsh -NoProfile -Command $command -args 'Ansi' | Out-String | Should -Match '\e\[33mLocked'
        & $pwsh -NoProfile -Command $command -args 'PlainText' | Out-String | Should -Not -Match '\e'
        $script = 'Import-Module Gitproc; Get-GitprocCheckout'
        & $pwsh -NoProfile -Command $script | Out-String | Should -Not -Match '\e\[3[123]m(Free|Locked)'
        $env:NO_COLOR = '1'
        try {
            & $pwsh -NoProfile -Command "$script | Out-String" | Out-String | Should -Not -Match '\e'
            & $pwsh -NoProfile -Command $command -args 'Ansi' | Out-String | Should -Not -Match '\e\[33m'
        } finally {
            $env:NO_COLOR = $null
        }
    }

    It 'shows everything in a list' {
        $text = Get-GitprocCheckout $locked.Name | Format-List | Out-String
        foreach ($name in 'Name', 'Path', 'Repository', 'Url', 'State', 'Locked', 'Branch', 'Commit', 'LeaseId', 'OwnerProcessId',
            'OwnerProcessName', 'User', 'Job', 'Environment', 'AcquiredAt', 'ExpiresAt', 'LastUsedAt', 'CreatedAt', 'Kind') {
            $text | Should -Match "(?m)^$name +:"
        }
    }
}

Describe 'Select-GitprocCheckout' {
    BeforeAll {
        $other = New-TestRepository -Path (Join-Path $TestDrive 'picked')
        Invoke-GitprocAcquire $other | Exit-GitprocCheckout
        Invoke-GitprocAcquire $repository | Exit-GitprocCheckout
    }

    It 'matches names of the pool' {
        (Select-GitprocCheckout '^checkout-\d$').Name | Should -Be (Get-GitprocCheckout).Name
        Select-GitprocCheckout 'picked' | Should -BeNullOrEmpty
        Select-GitprocCheckout 'CHECKOUT' | Should -Not -BeNullOrEmpty
    }

    It 'matches name, repository, branch and path of the pipeline' {
        (Get-GitprocCheckout | Select-GitprocCheckout 'picked$').Repository | Select-Object -Unique | Should -Be (Get-RepositoryName $other)
        Get-GitprocCheckout | Select-GitprocCheckout '^main$' | Should -Not -BeNullOrEmpty
        Get-GitprocCheckout | Select-GitprocCheckout '^main$' -Property Name, Repository | Should -BeNullOrEmpty
        (Select-GitprocCheckout picked -Property Repository).Repository | Select-Object -Unique | Should -Be (Get-RepositoryName $other)
    }

    It 'matches plain text with -SimpleMatch' {
        Get-GitprocCheckout | Select-GitprocCheckout 'checkout.' -SimpleMatch | Should -BeNullOrEmpty
        Get-GitprocCheckout | Select-GitprocCheckout 'checkout-' -SimpleMatch | Should -Not -BeNullOrEmpty
    }

    It 'matches checkouts that came back from a job' {
        $back = Start-Job { Import-Module Gitproc; Get-GitprocCheckout } | Receive-Job -Wait -AutoRemoveJob
        $back[0] | Should -Not -BeOfType ([Gitproc.Checkout])
        $found = $back | Select-GitprocCheckout 'picked$'
        $found.Repository | Select-Object -Unique | Should -Be (Get-RepositoryName $other)
        $found.Name | Should -Be ($back | Where-Object Repository -EQ $other).Name
        $back | Select-GitprocCheckout nothing | Should -BeNullOrEmpty
    }

    It 'refuses an object that is not a checkout, and processes the next one' {
        $given = @('text') + (Get-GitprocCheckout)
        $found = $given | Select-GitprocCheckout picked -ErrorAction SilentlyContinue -ErrorVariable records
        $found | Should -Not -BeNullOrEmpty
        $records | Should -HaveCount 1
        $records[0].FullyQualifiedErrorId | Should -BeLike 'NotACheckout,*'
    }

    It 'refuses an invalid regular expression' {
        { Select-GitprocCheckout '(' } | Should -Throw -ErrorId 'InvalidPattern,*'
    }

    It 'lists nothing for an empty pipeline' {
        @() | Select-GitprocCheckout '.' | Should -BeNullOrEmpty
    }
}

Describe 'An unexpected error' {
    It 'is one record with an id, and the next item is processed' {
        $pool = Join-Path $TestDrive 'spoiled'
        Invoke-GitprocAcquire $repository -Pool $pool | Exit-GitprocCheckout
        # The module's SQLite is in its own load context.
        $own = [Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'Gitproc'
        $sqlite = $own.Assemblies | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' }
        $connection = [Activator]::CreateInstance($sqlite.GetType('Microsoft.Data.Sqlite.SqliteConnection'), "Data Source=$pool/gitproc.db")
        $connection.Open()
        $command = $connection.CreateCommand()
        $command.CommandText = "UPDATE checkout SET created_at = $([long]::MaxValue)"
        $command.ExecuteNonQuery() | Should -Be 1
        $connection.Dispose()
        'checkout-1', 'checkout-2' | Get-GitprocCheckout -Pool $pool -ErrorAction SilentlyContinue -ErrorVariable records
        $records | Should -HaveCount 2
        $records[0].FullyQualifiedErrorId | Should -BeLike 'UnexpectedError,*'
    }
}

Describe 'Completion' {
    BeforeAll {
        function Complete([string] $Text) { (TabExpansion2 $Text -cursorColumn $Text.Length).CompletionMatches.CompletionText }
        Invoke-GitprocAcquire $repository | Exit-GitprocCheckout
    }

    It 'offers checkouts in <_>' -ForEach 'Exit-GitprocCheckout ', 'Exit-GitprocCheckout -Checkout che', 'Get-GitprocCheckout CHECKOUT-' {
        Complete $_ | Should -Contain 'checkout-1'
    }

    It 'offers repositories in <_>' -ForEach 'Invoke-GitprocAcquire sou', 'Enter-GitprocCheckout -Repository ', 'Get-GitprocCheckout -Repository sour', 'Use-GitprocCheckout sour' {
        Complete $_ | Should -Contain (Get-RepositoryName $repository)
    }

    It 'reads the pool that -Pool names' {
        Complete "Exit-GitprocCheckout -Pool '$TestDrive/none' -Checkout che" | Should -Not -Contain 'checkout-1'
    }
}
