# The first minute with the README, typed in pwsh in terminals of two sizes. FirstMinuteTests.cs has the other shells.
BeforeDiscovery {
    $hasTerminal = -not $IsWindows -and (Get-Command python3 -CommandType Application -ErrorAction Ignore)
    if (-not $hasTerminal) { Write-Warning 'There is no python3 to make a terminal with.' }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $prompt = 'go; '
    $start = Join-Path $TestDrive 'start.ps1'
    Set-Content -LiteralPath $start -Value @"
Import-Module Gitproc
function prompt { '$prompt' }
# Predictions from the history would be in the output.
Set-PSReadLineOption -PredictionSource None -HistorySaveStyle SaveNothing
"@

    # A line that is typed, and what must appear after it.
    function Line([string] $Text, [string[]] $Answers) {
        , @('wait', $prompt)
        , @('send', "$Text`r")
        foreach ($answer in $Answers) { , @('wait', $answer) }
    }

    function Invoke-Session([object[]] $Steps, [int] $Rows, [int] $Columns) {
        $json = ConvertTo-Json -Compress -Depth 5 $Steps
        $pwsh = (Get-Process -Id $PID).Path
        python3 "$PSScriptRoot/../Support/pseudo-terminal.py" $json sh -c "stty rows $Rows cols $Columns; exec '$pwsh' -NoLogo -NoProfile -NoExit -File '$start'" | ConvertFrom-Json
    }
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'the first minute in pwsh' -Skip:(-not $hasTerminal) {
    BeforeEach {
        $source = New-TestRepository -Path (Join-Path $TestDrive "日本語の名前がとても長いリポジトリ-with-a-name-that-is-longer-than-any-column-of-a-terminal-$Columns")
    }

    It 'works at <Columns> columns' -ForEach @(@{ Rows = 24; Columns = 80 }, @{ Rows = 40; Columns = 120 }) {
        $name = Split-Path -Leaf $source
        $steps = @(
            Line "`$source = (Get-Item '$($name.Substring(0, 6))*-$Columns').FullName; `"found=`$?`"" 'found=True'
            Line 'Push-Location (gp a $source); "acquired=$?"' 'acquired=True'
            Line 'Split-Path -Leaf $PWD; gp ls; "listed=$?"' 'checkout-', 'Name', 'Locked', 'listed=True'
            Line 'gp relase; "wrong=$?"' 'Did you mean release', 'wrong=False'
            Line 'cd (gp a /nope); "failed=$?"' 'failed=False'
            # Tab completes the name of the only parameter that begins so.
            Line "gp ls -Lock`t; `"completed=`$?`"" 'checkout-', 'completed=True'
            Line 'gp r; "released=$?"' 'released=True'
            Line 'gp ls; "listed=$?"' 'Name', 'Free', 'listed=True'
            Line 'exit' @()
        )
        Push-Location $TestDrive
        try {
            $result = Invoke-Session $steps $Rows $Columns
        } finally {
            Pop-Location
        }

        $result.problem | Should -BeNullOrEmpty -Because $result.output
        $result.exitCode | Should -Be 0
        $shown = $result.output -replace '\e\[[?\d;]*[A-Za-z]' -replace '\e[=>]'
        $shown | Should -Not -Match '   at \w+\.|Unhandled|Exception:'
        $shown | Should -Not -Match 'Get-ItemProperty'
    }
}
