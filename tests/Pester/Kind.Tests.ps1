BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'The kind of a checkout' {
    AfterEach {
        $env:GITPROC_KIND = $null
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Discard
    }

    It 'is the one that -Kind names: <Kind>' -ForEach @(@{ Kind = 'Worktree'; Entry = 'Leaf' }, @{ Kind = 'Clone'; Entry = 'Container' }, @{ Kind = 'Standalone'; Entry = 'Container' }) {
        $checkout = gp a $repository -Kind $Kind
        $checkout.Kind | Should -Be $Kind
        Join-Path $checkout '.git' | Should -Exist
        Test-Path -LiteralPath (Join-Path $checkout '.git') -PathType $Entry | Should -BeTrue
        (Use-GitprocCheckout $repository -Kind $Kind { param($it) $it.Kind }) | Should -Be $Kind
        (Initialize-GitprocCheckout $repository -Count 1 -Kind $Kind).Kind | Should -Be $Kind
        try {
            (Enter-GitprocCheckout $repository -Kind $Kind -PassThru).Kind | Should -Be $Kind
        } finally {
            Exit-GitprocCheckout
        }
    }

    It 'is any if none is requested, or the kind of the setting' {
        $env:GITPROC_KIND = 'worktree'
        (gp a $repository).Kind | Should -Be 'Worktree'
        (gp a $repository -Kind Clone).Kind | Should -Be 'Clone'
        $env:GITPROC_KIND = 'both'
        { gp a $repository -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidSetting,*' -ExpectedMessage '*GITPROC_KIND*'
        { gp a $repository -Kind Other -ErrorAction Stop } | Should -Throw
    }

    It 'decides if a new branch must be new to all checkouts' {
        (gp a $repository -Kind Worktree -NewBranch topic).Branch | Should -Be 'topic'
        $held = @(Get-GitprocCheckout -Locked).Count
        { gp a $repository -Kind Worktree -NewBranch topic -ErrorAction Stop } | Should -Throw -ErrorId 'NameTaken,*' -ExpectedMessage '*topic*'
        @(Get-GitprocCheckout -Locked).Count | Should -Be $held
        (gp a $repository -Kind Clone -NewBranch topic).Branch | Should -Be 'topic'
    }
}
