BeforeAll {
    $hasTerminal = -not $IsWindows -and (Get-Command python3 -CommandType Application -ErrorAction Ignore)
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $here = Get-Location
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
    $other = New-TestRepository -Path (Join-Path $TestDrive 'web')
    $held = Invoke-GitprocAcquire $repository -Label "a label with $([char]27)[31m that is longer than any column"
    $free = Invoke-GitprocAcquire $other
    Set-Content -LiteralPath (Join-Path $free.Path 'work.txt') -Value 'work'
    Exit-GitprocCheckout $free -WarningAction Ignore
    $null = New-GitprocLink (Join-Path $TestDrive 'linked') -Base $repository
    $second = Invoke-GitprocAcquire $repository -Owner $PID

    # Returns the lines without colors.
    function Show([int] $Width = 100) {
        ($input | Out-String -Width $Width) -split "`r?`n" -replace '\e\[[\d;]*m' | Where-Object { $_ }
    }

    # Runs a script in pwsh in a pseudo-terminal (tests/Support/pseudo-terminal.py), and returns its result.
    function Invoke-InTerminal([object[]] $Steps, [string] $Script) {
        $json = ConvertTo-Json -Compress -Depth 5 @($Steps)
        $pwsh = (Get-Process -Id $PID).Path
        python3 "$PSScriptRoot/../Support/pseudo-terminal.py" $json $pwsh -NoProfile -Command $Script | ConvertFrom-Json
    }
}

AfterAll {
    Set-Location $here
    Reset-TestPool -Before $before
}

Describe 'Views, Show-GitprocPool, Get-GitprocPrompt' {
    AfterEach { Set-Location $TestDrive }

    It 'show checkouts in a table, with ages in a unit' {
        $lines = Get-GitprocCheckout | Show -Width 160
        $lines[0] -split ' +' | Should -Be 'Name', 'State', 'Age', 'Owner', 'Branch', 'Repository'
        $lines[2] | Should -Match "^$($held.Name) +Locked +\d+ s $PID .*: a label.*$([char]0x2026).* main"
        $lines[3] | Should -Match "^$($free.Name) +Free +main"
        $held.AcquiredAt | Should -BeOfType [DateTimeOffset]
    }

    It 'group by repository on request<With>' -ForEach @(@{ With = ''; Parameter = @{} }, @{ With = ', with the status'; Parameter = @{ Status = $true } }) {
        $lines = Get-GitprocCheckout @Parameter | Sort-Object Repository | Format-Table -View Repository | Show
        $lines | Where-Object { $_ -like '*Repository:*' } | ForEach-Object { $_.Trim() } | Should -Be "Repository: $repository", "Repository: $other"
        @($lines -match '^checkout-\d').Count | Should -Be 3
        if ($Parameter.Status) { $lines -match 'clean' | Should -HaveCount 3 }
    }

    It 'show properties as a list and side by side' {
        $lines = Get-GitprocCheckout $held.Name | Format-List | Show -Width 200
        $lines -match '^AcquiredAt' | Should -Match ': \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+ s\)$'
        $lines -match '^Label' | Should -Match ([regex]::Escape('\x1b[31m that is longer than any column'))
        $lines = Get-GitprocCheckout -Status $free.Name | Format-List | Show
        $lines -match '^IsDirty' | Should -Match 'False'
        ((Get-GitprocCheckout | Format-Wide | Show) -join ' ').Trim() -split ' +' | Should -Be $held.Name, $free.Name, $second.Name
    }

    It 'mark the current checkout of the session, whatever the working directory of the process' {
        Set-Location (Join-Path $held.Path '.git')
        [Environment]::CurrentDirectory | Should -Not -BeLike "$($held.Path)*"
        (Get-GitprocCheckout | Show) -match '\*' | Should -Match "^$($held.Name) \* "
        (Get-GitprocCheckout $held.Name | Format-List | Show)[0] | Should -Be "Name             : $($held.Name) *"
        (Get-GitprocCheckout | Format-Wide | Show) -join ' ' | Should -Match "$($held.Name) \*"
        (Show-GitprocPool) -match '\*' | Should -Match "^$($held.Name) \* "
        Set-Location Env:
        (Get-GitprocCheckout | Show) -match '\*' | Should -Match "^$($held.Name) \* "
        Set-Location $free.Path
        (Get-GitprocCheckout | Show) -match '\*' | Should -Match "^$($free.Name) \* "
        Set-Location $TestDrive
        (Get-GitprocCheckout | Show) -match '\*' | Should -BeNullOrEmpty
        (Get-GitprocCheckout $held.Name).Name | Should -Be $held.Name
    }

    It 'fit <Width> columns, under strict mode' -ForEach @{ Width = 120 }, @{ Width = 80 }, @{ Width = 50 }, @{ Width = 30 } {
        Set-StrictMode -Version Latest
        $Error.Clear()
        $all = { Get-GitprocCheckout }, { Get-GitprocCheckout -Status }, { Get-GitprocLease }, { Get-GitprocRepository }, { Get-GitprocHistory }, { Get-GitprocRescue }, { Get-GitprocLink -Base $repository }
        foreach ($command in $all) {
            foreach ($line in & $command | Show -Width $Width) { $line.Length | Should -BeLessOrEqual $Width }
        }
        (Get-GitprocCheckout | Show -Width $Width)[2] | Should -Match '^checkout-\d +Locked'
        # Titles may take two lines.
        (Get-GitprocLink -Base $repository | Show -Width $Width) -match '^linked ' | Should -HaveCount 1
        $shown = -split ((Get-GitprocRescue | Show -Width $Width) -match '^[0-9a-f]{7,} ')[0]
        (Get-GitprocRescue $shown[0]).Id | Should -Be @(Get-GitprocRescue)[0].Id
        $Error | Should -BeNullOrEmpty
    }

    It 'show what came back from a job' {
        $lines = Start-Job { Import-Module Gitproc; Get-GitprocCheckout } | Receive-Job -Wait -AutoRemoveJob | Show
        $lines -match "^$($held.Name)" | Should -Match 'Locked +\d+ s '
    }

    It 'show sizes and ages of repositories and rescues with units' {
        (Get-GitprocRepository | Show)[2] | Should -Match ' \d+ s +\d+(\.\d)? [KM]B '
        $checkout = Invoke-GitprocAcquire $other
        Set-Content (Join-Path $checkout.Path 'new') 'work'
        Exit-GitprocCheckout $checkout -WarningAction Ignore
        $lines = Get-GitprocRescue | Show -Width 250
        $lines[0] | Should -Match '^Id +Age +Repository +Branch +Files +Commits +Size$'
        $lines[2] | Should -Match ' \d+ s .* \d+ B$'
        (Get-GitprocRescue)[0].Size | Should -BeOfType [long]
    }

    It 'show sizes and times with units in lists, and after an object of another type' {
        $lists = @(
            @{ Command = { Get-GitprocRepository }; Like = 'FetchedAt +: [\d-]+ [\d:]+ \(\d+ s\)', 'Size +: \d+(\.\d)? [KM]B'; Brief = 'Fetched +: \d+ s', 'Takes +: \d+(\.\d)? [KM]B' }
            @{ Command = { Get-GitprocRescue }; Like = 'RescuedAt +: [\d-]+ [\d:]+ \(\d+ s\)', 'Size +: \d+ B'; Brief = 'Age +: \d+ s', 'Takes +: \d+ B' }
            @{ Command = { Get-GitprocHistory -First 1 }; Like = 'Time +: [\d-]+ [\d:]+ \(\d+ s\)'; Brief = 'When +: [\d-]+ [\d:]+ \(\d+ s\)' }
            @{ Command = { [Gitproc.PrunedItem] @{ Kind = 'Checkout'; Name = 'checkout-9'; Repository = $repository; Size = 2048; LastUsedAt = Get-Date } }; Like = 'LastUsedAt +: [\d-]+ [\d:]+ \(\d+ s\)', 'Size +: [\d.]+ [KM]?B'; Brief = 'Unused +: \d+ s', 'Takes +: [\d.]+ [KM]?B' }
        )
        foreach ($list in $lists) {
            $lines = & $list.Command | Format-List | Show -Width 200
            foreach ($line in $list.Like) { @($lines -match "^$line`$").Count | Should -BeGreaterOrEqual 1 -Because "$($lines -join '|') has $line" }
            $lines = & { $held; & $list.Command } | Show -Width 200
            foreach ($line in $list.Brief) { @($lines -match "^$line`$").Count | Should -BeGreaterOrEqual 1 -Because "$($lines -join '|') has $line" }
        }
        $expiring = Update-GitprocLease $held -ExpiresAfter 5h -PassThru
        ($expiring | Format-List | Show) -match '^ExpiresAt' | Should -Match '\(in 4 h\)$'
    }

    It 'have columns to sort and filter by, which JSON and CSV do not contain' {
        $locked = Get-GitprocCheckout -Locked | Sort-Object Age -Descending
        $locked.Name | Should -Be $held.Name, $second.Name
        Get-GitprocCheckout -Locked | Where-Object Age -GT 1h | Should -BeNullOrEmpty
        Get-GitprocCheckout -Locked | Where-Object Age -LT ([timespan]::FromHours(1)) | Should -HaveCount 2
        $lines = Get-GitprocCheckout -Status $held.Name | Format-Table Name, Age, Owner, Status | Show
        $lines[2] | Should -Match "^$($held.Name) \d+ s $PID .*: a label.* clean$"
        (Get-GitprocRepository | Sort-Object Fetched, Repository | Format-Table Repository, Fetched, Branch | Show -Width 200)[2] | Should -Match ' \d+ s +main$'
        (Get-GitprocRescue | Sort-Object Age | Format-Table Id, Age | Show)[2] | Should -Match ' \d+ s$'
        foreach ($name in 'Age', 'Owner', 'Status') {
            (Get-GitprocCheckout | ConvertTo-Csv)[0] | Should -Not -BeLike "*``"$name``"*"
            Get-GitprocCheckout | ConvertTo-Json -Depth 1 | Should -Not -BeLike "*``"$name``":*"
        }
    }

    It 'name the holder as gitproc list does' {
        $third = New-TestRepository -Path (Join-Path $TestDrive 'third')
        $forever = Invoke-GitprocAcquire $third -Hold -Label 'for later'
        $process = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru
        $left = Invoke-GitprocAcquire $third -Owner $process
        $process.Kill()
        $process.WaitForExit()
        try {
            $lines = Get-GitprocCheckout | Show -Width 160
            $lines -match "^$($forever.Name) " | Should -Match "Locked +\d+ s $([Environment]::UserName) \(held\): for later "
            $lines -match "^$($left.Name) " | Should -Match "Free +$($process.Id) .*\(gone\) +main"
        } finally {
            Remove-GitprocCheckout $forever, $left -Force
        }
    }

    It 'show repositories on a narrow terminal' {
        (Get-GitprocRepository | Show -Width 60)[0] -split ' +' | Should -Be 'Branch', 'Checkouts', 'Free', 'Locked', 'Fetched', 'Size', 'Repository'
    }

    It 'are one plain table if the output is not a terminal' {
        $lines = Show-GitprocPool
        $lines | Should -BeOfType [string]
        $lines[0] -split ' +' | Should -Be 'NAME', 'STATE', 'AGE', 'REPOSITORY', 'BRANCH', 'HOLDER', 'DOING'
        $lines -match "^$($held.Name) " | Should -Match 'a label with \\x1b\[31m'
        gp top $other | Should -HaveCount 2
        { Show-GitprocPool nobody -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownRepository,*'
        Show-GitprocPool -Pool (Join-Path $TestDrive none) | Should -BeNullOrEmpty
        { Show-GitprocPool -Fleet -ErrorAction Stop } | Should -Throw -ErrorId 'AgentNotRunning,*'
    }

    It 'leave room for the repository on a narrow terminal' {
        if (-not $hasTerminal) { Set-ItResult -Skipped -Because 'python3, which makes the terminal, is not installed, or this is Windows' }
        $long = gp a $other -NewBranch feature/with-a-name-that-is-long -Label 'a nightly build'
        try {
            $result = Invoke-InTerminal @() "Import-Module Gitproc; `$PSStyle.OutputRendering = 'PlainText'; Get-GitprocCheckout $($long.Name)"
            $lines = $result.output -replace '\e\[[?\d;]*[a-zA-Z]|\e[=>]' -split '\r?\n'
            @($lines -match '^Name')[0].Trim() -split ' +' | Should -Be 'Name', 'State', 'Age', 'Owner', 'Branch', 'Repository'
        } finally {
            gp r $long -Discard
        }
    }

    It 'fit a terminal of <Columns> columns' -ForEach @{ Columns = 60 }, @{ Columns = 80 }, @{ Columns = 120 } {
        if (-not $hasTerminal) { Set-ItResult -Skipped -Because 'python3, which makes the terminal, is not installed, or this is Windows' }
        $long = New-TestRepository -Path (Join-Path $TestDrive "$Columns-Verzeichnis-mit-長い名前-that-is-longer-than-any-column-of-a-terminal-has-room-for")
        $checkout = gp a $long -Hold -NewBranch feature/a-branch-whose-name-does-not-end -Label 'a nightly build with a long label'
        $e = [char]0x2026
        $left = gp a $long
        Set-Content -LiteralPath (Join-Path $left.Path 'work.txt') -Value 'work'
        Exit-GitprocCheckout $left -WarningAction Ignore
        $null = New-GitprocLink (Join-Path $TestDrive "$Columns-a-folder-whose-name-is-longer-than-its-column") -Base $long
        try {
            $script = Join-Path $TestDrive "columns-$Columns.ps1"
            $commands = 'Get-GitprocCheckout', 'Get-GitprocCheckout -Status', 'Get-GitprocLease', 'Get-GitprocRepository', 'Get-GitprocHistory', 'Get-GitprocRescue', "Get-GitprocLink -Base '$long'"
            @('Import-Module Gitproc', '$PSStyle.OutputRendering = "PlainText"') + ($commands -replace '$', ' | Format-Table') | Set-Content $script
            $pwsh = (Get-Process -Id $PID).Path
            $result = python3 "$PSScriptRoot/../Support/pseudo-terminal.py" '[]' sh -c "stty cols $Columns; exec '$pwsh' -NoProfile -File '$script'" | ConvertFrom-Json
            $result.problem | Should -BeNullOrEmpty
            $lines = $result.output -replace '\e\[[?\d;]*[a-zA-Z]|\e[=>]' -split '\r?\n'
            foreach ($line in $lines) {
                # A Chinese character takes two cells.
                ($line -replace '[\u3000-\u9fff]', '..').Length | Should -BeLessOrEqual $Columns -Because $line
            }
            @($lines -match '^Name +State +Age +Owner +Branch( +Repository)? *$').Count | Should -Be 1
            $lines -match "^$($checkout.Name) +Locked +\d+ s .* \(held\): a.*$e" | Should -HaveCount 1
            $lines -match "^(main|feature).*$e.*-for *$" | Should -Not -BeNullOrEmpty
            $lines -match "^$Columns-.*$e.*There" | Should -HaveCount 1
            $rescues = @($lines -match '^[0-9a-f]{7,} ')
            $rescues | Should -HaveCount @(Get-GitprocRescue).Count
            foreach ($line in $rescues) { Get-GitprocRescue (-split $line)[0] | Should -HaveCount 1 }
        } finally {
            Remove-GitprocCheckout $checkout -Force -Discard
        }
    }

    It 'update on a terminal and restore it: <End>' -ForEach @(
        @{ End = 'q'; Key = 'q'; Then = 'after'; Command = 'Show-GitprocPool' }
        @{ End = 'Ctrl+C'; Key = "$([char]3)"; Then = $null; Command = 'gp top' }
    ) {
        if (-not $hasTerminal) { Set-ItResult -Skipped -Because 'python3, which makes the terminal, is not installed, or this is Windows' }
        $steps = @('wait', "$([char]27)[?1049h"), @('wait', $held.Name), @('wait', 'q quits'), @('send', $Key)
        $result = Invoke-InTerminal $steps "Import-Module Gitproc; $Command; 'af' + 'ter'"
        $result.problem | Should -BeNullOrEmpty
        $result.restored | Should -BeTrue
        $left = $result.output -split '\e\[\?1049l'
        $left | Should -HaveCount 2
        ($left[1] -replace '\e(\[[?\d;]*[a-zA-Z]|[=>])').Trim() | Should -Be "$Then"
    }

    It 'name the holder that you wait for on a terminal of 80 columns' {
        if (-not $hasTerminal) { Set-ItResult -Skipped -Because 'python3, which makes the terminal, is not installed, or this is Windows' }
        $script = "Import-Module Gitproc; Invoke-GitprocAcquire '$repository' -Name $($second.Name) -Wait -TimeoutSec 2 -ErrorAction Ignore; 'af' + 'ter'"
        $result = Invoke-InTerminal @() $script
        ($result.output -replace '\e\[[?\d;]*[a-zA-Z]|\e[=>]') | Should -Match "waiting for $($second.Name), held by $PID \w+[;,]"
        $result.output | Should -Match 'after'
    }

    It 'are plain in a pipeline, a variable and a file on a terminal' {
        if (-not $hasTerminal) { Set-ItResult -Skipped -Because 'python3, which makes the terminal, is not installed, or this is Windows' }
        $commands = @(
            'Show-GitprocPool | ForEach-Object { $_ }', 'Show-GitprocPool -Once', 'gp top | ForEach-Object { $_ }', '$x = gp top; $x', '$x = @(Show-GitprocPool); $x'
            "gp top > '$TestDrive/top'; Get-Content '$TestDrive/top'", "Show-GitprocPool *> '$TestDrive/top'; Get-Content '$TestDrive/top'"
        )
        foreach ($command in $commands) {
            $result = Invoke-InTerminal @() "Import-Module Gitproc; $command"
            $result.output | Should -Match "$($held.Name) "
            $result.output | Should -Not -Match '\e\[\?1049h'
        }
    }

    It 'name the current held checkout in a prompt' {
        Set-Location (Join-Path $second.Path '.git')
        Get-GitprocPrompt | Should -Be "[$($second.Name)]"
        gp prompt | Should -Be "[$($second.Name)]"
        Set-Location $free.Path
        Get-GitprocPrompt | Should -BeExactly ''
        Set-Location Env:
        Get-GitprocPrompt | Should -BeExactly ''
        Set-Location $TestDrive
        Get-GitprocPrompt | Should -BeExactly ''
    }

    It 'take less than a millisecond for a prompt' {
        Set-Location $second.Path
        $times = foreach ($i in 1..200) { (Measure-Command { Get-GitprocPrompt }).TotalMilliseconds }
        # The best of several runs, because the machine may be busy.
        ($times | Measure-Object -Minimum).Minimum | Should -BeLessThan 1
    }

    It 'work in a prompt function, as docs/prompt.md shows' {
        $blocks = [regex]::Matches((Get-Content -Raw "$PSScriptRoot/../../docs/prompt.md"), '(?ms)^```powershell\r?\n(.*?)^```')
        $blocks.Count | Should -BeGreaterOrEqual 3
        foreach ($block in $blocks) {
            $shell = [powershell]::Create()
            try {
                # Stands in for what posh-git and oh-my-posh define.
                $null = $shell.AddScript('Import-Module Gitproc; $GitPromptSettings = [pscustomobject] @{ DefaultPromptPrefix = [pscustomobject] @{ Text = "" } }').AddStatement().AddScript($block.Groups[1].Value).Invoke()
                $shown = foreach ($place in $second.Path, $TestDrive) {
                    $shell.Commands.Clear()
                    $null = $shell.AddScript(@"
                        Set-Location '$place'
                        if (`$GitPromptSettings.DefaultPromptPrefix.Text) { `$ExecutionContext.InvokeCommand.ExpandString(`$GitPromptSettings.DefaultPromptPrefix.Text) }
                        elseif (Get-Command Set-PoshContext -ErrorAction Ignore) { Set-PoshContext; `$env:GITPROC_PROMPT }
                        else { prompt }
"@)
                    "$($shell.Invoke())"
                }
                $shell.Streams.Error | Should -BeNullOrEmpty
                $shown[0] | Should -BeLike "*``[$($second.Name)``]*"
                $shown[1] | Should -Not -BeLike "*``[checkout*"
            } finally {
                $shell.Dispose()
                $env:GITPROC_PROMPT = $null
            }
        }
    }
}
