BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive "it's [odd]")
    git -C $repository branch "feature/o'ne"
    git -C $repository tag v1.0

    function Complete([string] $Text, [int] $Cursor = $Text.Length) {
        @((TabExpansion2 $Text -cursorColumn $Cursor).CompletionMatches | Where-Object ResultType -EQ 'ParameterValue' | ForEach-Object CompletionText)
    }

    # Acquiring a thousand checkouts takes a minute. Completion reads only their rows, so only these are made.
    function Add-CheckoutRow([int] $Last) {
        $assembly = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' } | Select-Object -First 1
        $connection = [Activator]::CreateInstance(
            $assembly.GetType('Microsoft.Data.Sqlite.SqliteConnection'), "Data Source=$(Join-Path $env:GITPROC_POOL 'gitproc.db');Pooling=False")
        try {
            $connection.Open()
            $command = $connection.CreateCommand()
            $command.CommandText = @"
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < $Last)
                INSERT INTO checkout (id, repository_id, url, kind, state, branch, created_at, last_used_at, lease_id, lease)
                SELECT i, repository_id, url, kind, state, branch, created_at, last_used_at, lease_id || i, json_set(lease, '$.id', lease_id || i)
                FROM checkout, n WHERE checkout.id = 1 AND i NOT IN (SELECT id FROM checkout)
"@
            $null = $command.ExecuteNonQuery()
        } finally {
            $connection.Dispose()
        }
    }
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Completion of arguments' {
    It 'finds nothing and creates nothing if there is no pool: <_>' -ForEach @(
        'Exit-GitprocCheckout che', 'Exit-GitprocCheckout -LeaseId a', 'gp a -Ref m', 'gp a -Label n', 'Restore-GitprocRescue a', 'Remove-GitprocLink a'
        'New-GitprocLink ./x -Ref m', 'Switch-GitprocLink m', 'Get-GitprocCheckout -Repository a', 'gp a -Pool /no/such/folder -Name che', 'gp a -Pool env:x -Name che'
    ) {
        $count = $Error.Count
        Push-Location $TestDrive
        try {
            Complete $_ | Should -BeNullOrEmpty
        } finally {
            Pop-Location
        }
        $Error.Count | Should -Be $count
        Test-Path $env:GITPROC_POOL | Should -BeFalse
    }

    It 'completes the parameters of the command behind the words, even half typed: <Text>' -ForEach @(
        @{ Text = 'gp a -MaxC'; Expected = '-MaxCheckouts' }, @{ Text = 'gitproc rm checkout-1 -F'; Expected = '-Force' }
        @{ Text = 'gp rescue restore x -Wh'; Expected = '-WhatIf' }, @{ Text = 'gp run . { 1 } -Dis'; Expected = '-Discard' }
        @{ Text = 'gp help a -Exa'; Expected = '-Examples' }, @{ Text = 'gp a -Clean F'; Expected = 'Full' }
        @{ Text = 'gp -Lit'; Expected = '-LiteralPath' }, @{ Text = 'Get-Item . | gp -Lit'; Expected = '-LiteralPath' }
        @{ Text = 'gitproc nonsense -Max'; Expected = $null }, @{ Text = 'gp help rescue rest'; Expected = 'restore' }
    ) {
        (TabExpansion2 $Text -cursorColumn $Text.Length).CompletionMatches.CompletionText | Should -Be $Expected
    }

    It 'completes times, which the command takes: <_>' -ForEach @(
        'Invoke-GitprocAcquire -ExpiresAfter ', 'gp enter -ExpiresAfter ', 'gp renew checkout-1 -ExpiresAfter ', 'gp a -TimeoutSec ', 'gp run -TimeoutSec '
        'Clear-GitprocPool -UnusedFor ', 'gp prune ', 'gp history -Since '
    ) {
        Complete $_ | Should -Be '30s', '5m', '30m', '1h', '2h', '8h', '1d', '7d', '14d', '30d'
        Complete "$($_)3" | Should -Be '30s', '30m', '30d'
        Complete "$($_)'1" | Should -Be "'1h'", "'1d'", "'14d'"
        (TabExpansion2 "$($_)2h" -cursorColumn ($_.Length + 2)).CompletionMatches.ToolTip | Should -Be '2 hours'
        # PowerShell reads 30s as a short, and 1d as a decimal.
        foreach ($time in Complete $_) {
            { & ([scriptblock]::Create("Clear-GitprocPool $time -WhatIf; Get-GitprocHistory -Since $time")) } | Should -Not -Throw
        }
    }

    It 'completes owners: this session, what started it, and then other processes: <_>' -ForEach @(
        'Invoke-GitprocAcquire -Owner ', 'gp enter -Owner ', 'gp renew checkout-1 -Owner ', 'Exit-GitprocCheckout -OwnerProcessId '
    ) {
        $other = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        try {
            $found = Complete $_
            $found[0, 1] | Should -Be "$PID", "$((Get-Process -Id $PID).Parent.Id)"
            $found | Should -Contain "$($other.Id)"
            $found.Count | Should -Be ($found | Select-Object -Unique).Count
            $match = (TabExpansion2 "$_$PID" -cursorColumn "$_$PID".Length).CompletionMatches | Where-Object CompletionText -EQ "$PID"
            $match.ToolTip | Should -Be (Get-Process -Id $PID).ProcessName
            $match.ListItemText | Should -Be "$PID $($match.ToolTip)"
        } finally {
            $other.Kill()
        }
    }

    Context 'with a pool' {
        BeforeAll {
            $checkout = gp a $repository -Label "nobody's build"
            $quoted = "'" + $repository.Replace("'", "''") + "'"
        }

        AfterAll {
            gp r $checkout
        }

        It 'completes checkouts: <_>' -ForEach @(
            'Exit-GitprocCheckout che', 'Update-GitprocLease che', 'Reset-GitprocCheckout che', 'Remove-GitprocCheckout checkout-9,che', 'Get-GitprocHistory -Checkout che'
            'Invoke-GitprocAcquire -Name che', 'Use-GitprocCheckout . {} -Name che', 'if ($true) { $x = @(gp a -Name che', 'gp r CHE', 'gp r ch*1'
        ) {
            Complete $_ | Should -Be 'checkout-1'
        }

        It 'completes checkouts in quotes, and before the end of a line' {
            Complete "gp r 'che" | Should -Be "'checkout-1'"
            Complete 'gp r "che' | Should -Be '"checkout-1"'
            Complete "gp r 'che' -PassThru" 10 | Should -Be "'checkout-1'"
            Complete 'gp r che -PassThru | Out-Null' 8 | Should -Be 'checkout-1'
        }

        It 'completes repositories by any part of their keys: <_>' -ForEach @(
            'Invoke-GitprocAcquire odd', 'Enter-GitprocCheckout odd', 'gp a [odd', 'Use-GitprocCheckout odd', 'Get-GitprocCheckout -Repository odd', 'Clear-GitprocPool -Repository odd'
            'Initialize-GitprocCheckout odd', 'Get-GitprocRepository odd', "gp a 'odd", 'New-GitprocLink ./x -Base odd'
        ) {
            Complete $_ | Should -Be $quoted
        }

        It 'completes repositories before anything is typed: <_>' -ForEach @('Use-GitprocCheckout', 'gp run', 'gitproc run') {
            Push-Location $TestDrive
            try {
                Complete "$_ " | Should -Be $quoted
            } finally {
                Pop-Location
            }
        }

        It 'completes refs of a clone whose repository the pool does not know' {
            $unknown = New-TestRepository -Path (Join-Path $TestDrive 'unknown')
            git clone --quiet $unknown (Join-Path $TestDrive 'clone')
            Push-Location (Join-Path $TestDrive 'clone')
            try {
                Complete 'gp a -Ref ' | Should -Be 'main', 'other'
                Complete 'gp a ../unknown -Ref o' | Should -Be 'other'
            } finally {
                Pop-Location
            }
        }

        It 'quotes names so that PowerShell reads them unchanged' {
            foreach ($text in 'gp a odd', "gp a 'odd", 'gp a "odd') {
                & ([scriptblock]::Create("$(Complete $text)")) | Should -Be $repository
            }
        }

        It 'completes the remotes of the repository around the location, without passwords' {
            $other = New-TestRepository -Path (Join-Path $TestDrive 'other')
            git -C $other remote add origin 'https://user:s3cret@example.com/owner/app'
            git -C $other remote add fork $repository
            Push-Location $other
            try {
                Complete 'gp a https' | Should -Be 'https://example.com/owner/app'
                Complete 'gp a ' | Should -Be 'https://example.com/owner/app', $quoted
            } finally {
                Pop-Location
            }
        }

        It 'completes the branches and tags of the repository: <_>' -ForEach @(
            'gp a REPOSITORY -Ref ', 'Use-GitprocCheckout REPOSITORY { 1 } -Ref ', 'Enter-GitprocCheckout -Repository REPOSITORY -Ref '
        ) {
            Complete $_.Replace('REPOSITORY', $quoted) | Should -Be "'feature/o''ne'", 'main', 'other', 'v1.0'
            Complete ($_.Replace('REPOSITORY', $quoted) + 'fe') | Should -Be "'feature/o''ne'"
            Complete ($_.Replace('REPOSITORY', $quoted) + 'nobody') | Should -BeNullOrEmpty
        }

        It 'completes refs of the repository around the location, even packed ones' {
            Get-ChildItem "$env:GITPROC_POOL/base" -Recurse -Directory -Filter '*.git' | ForEach-Object { git --git-dir $_.FullName pack-refs --all }
            Push-Location -LiteralPath $checkout.Path
            try {
                Complete 'gp a -Ref m' | Should -Be 'main'
                Complete 'gp a -Ref v' | Should -Be 'v1.0'
            } finally {
                Pop-Location
            }
        }

        It 'completes leases and labels' {
            Complete 'gp r checkout-1 -LeaseId ' | Should -Be $checkout.LeaseId
            Complete "Update-GitprocLease -LeaseId $($checkout.LeaseId.Substring(0, 4))" | Should -Be $checkout.LeaseId
            Complete 'gp a -Label n' | Should -Be "'nobody''s build'"
            Complete 'Update-GitprocLease checkout-1 -Label "nob' | Should -Be "`"nobody's build`""
        }

        It 'completes rescues' {
            $other = gp a $repository
            Set-Content -LiteralPath (Join-Path $other.Path 'new.txt') -Value 'work'
            gp r $other
            $rescue = Get-GitprocRescue
            Complete 'gp rescue restore ' | Should -Be $rescue.ShortId
            Complete "Remove-GitprocRescue $($rescue.Id.Substring(0, 3))" | Should -Be $rescue.Id
            Remove-GitprocRescue $rescue.Id -Confirm:$false
        }

        It 'completes light-weight checkouts, and the refs of their base repository' {
            Push-Location -LiteralPath $repository
            try {
                $link = gp link todo
                Complete 'gp link remove ' | Should -Be 'todo'
                Complete 'New-GitprocLink ./next -Ref ' | Should -Be "'feature/o''ne'", 'main', 'other', 'todo', 'v1.0'
                Set-Location -LiteralPath $link.Path
                Complete 'gp checkout t' | Should -Be 'todo'
                Set-Location $TestDrive
                Complete "Remove-GitprocLink -Base $quoted -Name t" | Should -Be 'todo'
                Complete "New-GitprocLink -Base $quoted ./next ot" | Should -Be 'other'
            } finally {
                Pop-Location
            }
        }

        It 'starts no process' {
            if ($IsWindows) { Set-ItResult -Skipped -Because 'Windows starts no script by its first line' }
            $path = $env:PATH
            $bin = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'bin')
            Set-Content -LiteralPath (Join-Path $bin 'git') -Value "#!/bin/sh`ntouch '$TestDrive/started'"
            if (-not $IsWindows) { chmod +x (Join-Path $bin 'git') }
            try {
                $env:PATH = "$bin"
                foreach ($text in 'gp a -Owner ', 'gp a -Ref m', "gp a $quoted -Ref m", 'gp a odd', 'gp rescue restore ', 'gp link remove ', 'gp r che') { $null = Complete $text }
            } finally {
                $env:PATH = $path
            }
            Join-Path $TestDrive 'started' | Should -Not -Exist
        }

        It 'is quick in a pool of 1,000 checkouts' {
            Add-CheckoutRow 1000
            Complete 'gp r checkout-77' | Should -HaveCount 11
            foreach ($text in 'Exit-GitprocCheckout ch', 'gp r ch', 'gp r -LeaseId ', 'gp a -Owner ', "gp a $quoted -Ref ", 'gp a odd', 'gp a -Label ') {
                $times = 1..5 | ForEach-Object { (Measure-Command { Complete $text }).TotalMilliseconds }
                # The minimum, because the machine may be busy.
                ($times | Measure-Object -Minimum).Minimum | Should -BeLessThan 500 -Because $text
            }
        }
    }
}
