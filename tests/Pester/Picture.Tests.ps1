BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The picture in the README' -Skip:(-not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
    It 'shows a session that can be recorded again' {
        $folder = Join-Path $PSScriptRoot ../../docs/images | Resolve-Path
        $made = Join-Path $TestDrive 'made.svg'
        & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File "$folder/record.ps1" -Path $made
        $LASTEXITCODE | Should -Be 0
        # Times, ids and the order of the three jobs differ each time, and so do the line ends.
        $texts = foreach ($file in $made, "$folder/gitproc.svg") {
            , @(([xml] (Get-Content -LiteralPath $file -Raw)).svg.text.'#text' -match '^[a-z .''-]+$' | Sort-Object -Unique)
        }
        $texts[0] | Should -Be $texts[1]
        $texts[0] | Should -Contain 'gp rescue list'
        Get-Content -LiteralPath $made -Raw | Should -Match '>WARNING: work that was left in checkout-1 is rescued'
        Get-Content -LiteralPath $made -Raw | Should -Not -Match ([regex]::Escape([IO.Path]::GetTempPath()))
    }
}
