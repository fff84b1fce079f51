BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Invoke-GitprocAcquire' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout
    }

    It 'emits a locked checkout with all its properties' {
        $checkout = Invoke-GitprocAcquire $repository
        $checkout | Should -BeOfType ([Gitproc.Checkout])
        $checkout.State | Should -Be 'Locked'
        $checkout.Locked | Should -BeTrue
        $checkout.Branch | Should -Be 'main'
        $checkout.Commit | Should -Be (git -C $repository rev-parse HEAD)
        $checkout.OwnerProcessId | Should -Be $PID
        $checkout.OwnerProcessName | Should -Not -BeNullOrEmpty
        $checkout.Repository | Should -Be (Get-RepositoryName $repository)
        $checkout.Url | Should -Be $repository
        $checkout.LeaseId | Should -Match '^[0-9a-f]{32}$'
        $checkout.Kind | Should -Be 'Clone'
        "$checkout" | Should -Be $checkout.Path
        Join-Path $checkout 'readme.txt' | Should -Exist
    }

    It 'infers the repository from the location of the session, even in a subfolder' {
        git clone --quiet $repository (Join-Path $TestDrive 'mine')
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'mine/sub/folder')
        Push-Location $folder
        try { (Invoke-GitprocAcquire).Repository | Should -Be (Get-RepositoryName $repository) } finally { Pop-Location }
    }

    It 'resolves relative paths against the location of the session' {
        Push-Location $TestDrive
        try { (Invoke-GitprocAcquire ./source).Repository | Should -Be (Get-RepositoryName $repository) } finally { Pop-Location }
    }

    It 'accepts a name that the pool knows' {
        Invoke-GitprocAcquire $repository | Exit-GitprocCheckout
        (Invoke-GitprocAcquire source).Repository | Should -Be (Get-RepositoryName $repository)
    }

    It 'accepts repositories from the pipeline' {
        ($repository, $repository | Invoke-GitprocAcquire).Name | Select-Object -Unique | Should -HaveCount 2
    }

    It 'releases the checkouts that were not emitted when the pipeline stops after the first' {
        $first = Invoke-GitprocAcquire $repository -Count 3 | Select-Object -First 1
        (Get-GitprocCheckout -Locked).Name | Should -Be $first.Name
    }

    It 'binds the ref and the new branch of a row, but not the branch of a checkout' {
        $rows = "Repository,Ref,NewBranch`n$repository,other,topic" | ConvertFrom-Csv
        $checkout = $rows | Invoke-GitprocAcquire
        $checkout.Branch | Should -Be 'topic'
        git -C $repository rev-parse other | Should -Be $checkout.Commit
        ([pscustomobject] @{ Repository = $repository; Ref = 'other' } | Invoke-GitprocAcquire).Branch | Should -Be 'other'
        $again = $checkout | Invoke-GitprocAcquire
        $again.Branch | Should -Be 'main'
        Get-GitprocRepository | Invoke-GitprocAcquire | ForEach-Object Branch | Should -Be 'main'
        { [pscustomobject] @{ Repository = $repository; Ref = 'nothing' } | Invoke-GitprocAcquire -ErrorAction Stop } | Should -Throw -ErrorId 'RefNotFound,*'
    }

    It 'changes nothing with -WhatIf' {
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
        Invoke-GitprocAcquire $repository -WhatIf 6>&1 | Should -BeNullOrEmpty
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'shows each git command with -Verbose' {
        $pool = Join-Path $TestDrive 'verbose'
        $lines = Invoke-GitprocAcquire $repository -Pool $pool -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$lines" | Should -Match 'git clone --no-checkout'
    }

    It 'reports errors with stable ids: <Id>' -ForEach @(
        @{ Arguments = @{ Repository = 'https://host/a/../b' }; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = 'https://host/a/../b' }
        @{ Arguments = @{ Repository = '/no/such/repository' }; Id = 'UnknownRepository'; Category = 'ObjectNotFound'; Target = '/no/such/repository' }
        @{ Arguments = @{ Repository = 'nobody-knows' }; Id = 'UnknownRepository'; Category = 'ObjectNotFound'; Target = 'nobody-knows' }
        @{ Arguments = @{ Repository = 'git://localhost:1/x' }; Id = 'GitFailed'; Category = 'FromStdErr'; Target = 'git://localhost:1/x' }
    ) {
        $records = $null
        Invoke-GitprocAcquire @Arguments -ErrorAction SilentlyContinue -ErrorVariable records | Should -BeNullOrEmpty
        $records | Should -HaveCount 1
        $records[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $records[0].CategoryInfo.Category | Should -Be $Category
        $records[0].TargetObject | Should -Be $Target
    }

    It 'names the holders when no checkout is free' {
        $held = Invoke-GitprocAcquire $repository
        Get-GitprocCheckout -Free | ForEach-Object { Invoke-GitprocAcquire $repository } | Out-Null
        { Invoke-GitprocAcquire $repository -NoCreate -ErrorAction Stop } |
            Should -Throw -ErrorId 'NoCheckoutAvailable,*' -ExpectedMessage "*$($held.Name) by process $PID*"
    }

    It 'fills submodules with -Submodule, and leaves them empty with -Submodule:$false' {
        git config --global protocol.file.allow always
        $library = New-TestRepository -Path (Join-Path $TestDrive 'library')
        $with = New-TestRepository -Path (Join-Path $TestDrive 'with')
        git -C $with submodule --quiet add $library lib
        git -C $with commit --quiet --message library
        try {
            $checkout = Invoke-GitprocAcquire $with -Submodule
            Join-Path $checkout 'lib/readme.txt' | Should -Exist
            Exit-GitprocCheckout $checkout
            $env:GITPROC_SUBMODULES = 'true'
            Use-GitprocCheckout $with -NoFetch { 'lib/readme.txt' | Should -Exist }
            $checkout = gp acquire $with --no-submodules
            Join-Path $checkout 'lib/readme.txt' | Should -Not -Exist
            Exit-GitprocCheckout $checkout
            Use-GitprocCheckout $with -Submodules:$false { 'lib/readme.txt' | Should -Not -Exist }
            Rename-Item $library library-away
            Initialize-GitprocCheckout $with -Count 2 -Submodule | ForEach-Object { Join-Path $_ 'lib/readme.txt' } | Should -Exist
        } finally {
            Remove-Item env:GITPROC_SUBMODULES -ErrorAction Ignore
        }
    }

    It 'has only the folders of -Sparse, which --sparse gives too' {
        $wide = New-TestRepository -Path (Join-Path $TestDrive 'wide')
        foreach ($name in 'one', 'two', 'three') {
            $null = New-Item -ItemType Directory (Join-Path $wide $name)
            Set-Content (Join-Path $wide $name 'file') $name
        }
        git -C $wide add .
        git -C $wide commit --quiet --message folders
        $checkout = Invoke-GitprocAcquire $wide -Sparse one, two -Lfs:$false
        (Get-ChildItem $checkout -Directory).Name | Should -Be 'one', 'two'
        Exit-GitprocCheckout $checkout
        (Get-ChildItem (gp acquire $wide --sparse three --sparse two --no-lfs) -Directory).Name | Should -Be 'three', 'two'
        { Invoke-GitprocAcquire $wide -Sparse '../one' -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidPattern,*'
        { Invoke-GitprocAcquire $wide -Sparse one -Kind Worktree -ErrorAction Stop } |
            Should -Throw -ErrorId 'ConflictingOptions,*'
    }

    It 'fails with a hook of yours, whose output is not its own' {
        $env:GITPROC_ON_ACQUIRE = 'echo seen; exit 4'
        try {
            { Invoke-GitprocAcquire $repository -ErrorAction Stop 6>&1 } |
                Should -Throw -ErrorId 'HookFailed,*' -ExpectedMessage '*onAcquire in checkout-*exit code 4*'
            Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
            (Invoke-GitprocAcquire $repository -NoHooks).State | Should -Be 'Locked'
            $env:GITPROC_ON_ACQUIRE = 'echo seen'
            Invoke-GitprocAcquire $repository -InformationVariable said | Should -BeOfType ([Gitproc.Checkout])
            "$said" | Should -Be 'onAcquire: seen'
        } finally {
            Remove-Item env:GITPROC_ON_ACQUIRE
        }
    }

    It 'checks out a pull request, and fails at another commit than -Expect' {
        $source = New-TestRepository -Path (Join-Path $TestDrive 'pulled')
        git -C $source commit --quiet --allow-empty --message request
        git -C $source update-ref refs/pull/1/head HEAD
        git -C $source reset --quiet --hard HEAD~1
        $commit = git -C $source rev-parse refs/pull/1/head
        $said = Invoke-GitprocAcquire $source -PullRequest 1 -Expect $commit.Substring(0, 7) -OutVariable checkout -Verbose 4>&1
        $checkout.Commit | Should -Be $commit
        "$said" | Should -BeLike '*you cannot push to it*'
        (gp acquire $source --pr 1).Commit | Should -Be $commit
        Use-GitprocCheckout $source -PullRequest 1 { git rev-parse HEAD } | Should -Be $commit
        { Invoke-GitprocAcquire $source -PullRequest 1 -Expect 1234567 -ErrorAction Stop } |
            Should -Throw -ErrorId 'UnexpectedCommit,*' -ExpectedMessage "*$commit*1234567*"
        { Invoke-GitprocAcquire $source -PullRequest 1 -Ref main -ErrorAction Stop } |
            Should -Throw -ErrorId 'ConflictingOptions,*'
        { Invoke-GitprocAcquire $source -PullRequest no -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRef,*'
    }

    It 'does not wait for a hook in the background' {
        $env:GITPROC_ON_ACQUIRE = 'while ! test -e go; do sleep 0.05; done; echo $GITPROC_NAME &'
        try {
            $checkout = Invoke-GitprocAcquire $repository
            (Get-GitprocHistory $checkout.Name).Where{ $_.Kind -eq 'HookStarted' }.Why |
                Should -BeLike '*onAcquire (while*began in the background*'
            Set-Content (Join-Path $checkout.Path 'go') ''
            for ($i = 0; $i -lt 600 -and (Get-GitprocHistory -First 1).Kind -ne 'HookEnded'; $i++) {
                Start-Sleep -Milliseconds 100
            }
            $ended = Get-GitprocHistory -First 1
            $ended.Why | Should -BeLike '*ended with exit code 0*'
            Get-Content ($ended.Why -replace '.* its log is ') | Should -Be $checkout.Name
            Exit-GitprocCheckout $checkout -Discard
        } finally {
            Remove-Item env:GITPROC_ON_ACQUIRE
        }
    }

    It 'brings changes of your clone along with -Carry' {
        $own = Join-Path $TestDrive 'changed'
        git clone --quiet $repository $own
        Set-Content (Join-Path $own 'new.txt') 'new'
        Push-Location $own
        try {
            Use-GitprocCheckout -Carry { git status --short } | Should -Be '?? new.txt'
            Get-Content (Join-Path (gp acquire --carry) 'new.txt') | Should -Be 'new'
            Set-Location $TestDrive
            { Invoke-GitprocAcquire $repository -Carry -ErrorAction Stop } | Should -Throw -ErrorId 'CannotCarry,*'
        } finally {
            Pop-Location
        }
        git -C $own status --short | Should -Be '?? new.txt'
    }

    It 'uses what a repository proposes after it is approved' {
        $source = New-TestRepository -Path (Join-Path $TestDrive 'proposes')
        Set-Content (Join-Path $source '.gitproc') "[gitproc]`nonAcquire = echo proposed"
        git -C $source add .
        git -C $source commit --quiet --message proposal
        Invoke-GitprocAcquire $source -InformationVariable said -WarningVariable warned -WarningAction SilentlyContinue
        "$said" | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*proposes setup*trust*'
        $proposal = Get-GitprocSetup | Where-Object Repository -EQ $source
        $proposal.Trusted | Should -BeFalse
        $proposal.Content | Should -BeLike '*onAcquire = echo proposed*'
        Approve-GitprocSetup $source -WhatIf
        $proposal | Approve-GitprocSetup -PassThru -Confirm:$false | ForEach-Object Trusted | Should -BeTrue
        Invoke-GitprocAcquire $source -InformationVariable said
        "$said" | Should -Be 'onAcquire: proposed'
        gp trust remove $source
        (gp trust list | Where-Object Repository -EQ (Get-RepositoryName $source)).Trusted | Should -BeFalse
        { Revoke-GitprocSetup $source -ErrorAction Stop } | Should -Throw -ErrorId 'NoSetup,*'
        { gp trust $repository -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NoSetup,*'
    }

    It 'approves what a repository proposes only if you say so: <Keys>' -ForEach @(
        @{ Keys = ''; Trusted = $false; Said = 'NotAnswered,*-Confirm:$false*' }
        @{ Keys = "`n"; Trusted = $false; Said = 'none' }, @{ Keys = "n`n"; Trusted = $false; Said = 'none' }
        @{ Keys = "y`n"; Trusted = $true; Said = 'none' }
    ) {
        $source = New-TestRepository -Path (Join-Path $TestDrive "asks-$Trusted-$($Keys.Length)")
        Set-Content (Join-Path $source '.gitproc') "[gitproc]`nonAcquire = echo proposed"
        git -C $source add .
        git -C $source commit --quiet --message proposal
        Invoke-GitprocAcquire $source -WarningAction SilentlyContinue
        $answer = Join-Path $TestDrive 'answer'
        [IO.File]::WriteAllText($answer, $Keys)
        $script = "Approve-GitprocSetup '$source' -ErrorVariable e -ErrorAction SilentlyContinue; ""said `$(`$e ? ""`$(`$e.FullyQualifiedErrorId) `$e"" : 'none')"""
        $shown = sh -c 'exec "$0" -NoProfile -Command "$1" <"$2"' ([Environment]::ProcessPath) $script $answer | Out-String
        $shown | Should -BeLike "*[[]Y] Yes  [[]N] No  [[]?] Help (default is ""N"")*said $Said*"
        $shown | Should -Not -BeLike '*All*'
        (Get-GitprocSetup | Where-Object Repository -EQ (Get-RepositoryName $source)).Trusted | Should -Be $Trusted
    }

    It 'says so if there is nobody to ask' {
        $source = Join-Path $TestDrive 'proposes'
        $script = "Approve-GitprocSetup '$source' -ErrorVariable e -ErrorAction SilentlyContinue; `$e.FullyQualifiedErrorId; `$e.CategoryInfo.Category; `$e.TargetObject"
        $expected = 'NotAnswered,Gitproc.PowerShell.Commands.ApproveGitprocSetupCommand', 'InvalidOperation', (Get-RepositoryName $source)
        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $script | Should -Be $expected
    }

    It 'copies a file that git ignores, but not to a pull request unless asked' {
        $source = Join-Path $TestDrive 'ignores'
        $own = Join-Path $TestDrive 'own'
        git init --quiet $source
        Set-Content (Join-Path $source '.gitignore') '.env'
        git -C $source add .
        git -C $source commit --quiet --message ignores
        git -C $source update-ref refs/pull/1/head HEAD
        git clone --quiet $source $own
        Set-Content (Join-Path $own '.env') 'KEY=1'
        Set-Content (Join-Path $own '.worktreeinclude') '.env'
        Push-Location $own
        try {
            Use-GitprocCheckout { Get-Content .env } | Should -Be 'KEY=1'
            Use-GitprocCheckout -NoCopy { Test-Path .env } | Should -BeFalse
            Use-GitprocCheckout -Ref refs/pull/1/head { Test-Path .env } 6>&1 | Should -Contain $false
            Use-GitprocCheckout -Ref refs/pull/1/head -Copy { Test-Path .env } | Should -BeTrue
            { Invoke-GitprocAcquire -Copy -NoCopy -ErrorAction Stop } | Should -Throw
        } finally {
            Pop-Location
        }
    }

    It 'does not keep a password' {
        Invoke-GitprocAcquire 'http://user:s3cret@localhost:1/x' -ErrorAction SilentlyContinue -ErrorVariable records
        $records | Should -HaveCount 1
        "$($records.Exception.Message) $($records.TargetObject)" | Should -Not -Match 's3cret'
        Select-String -Path (Join-Path $env:GITPROC_POOL 'gitproc.db*') -Pattern 's3cret' -Raw | Should -BeNullOrEmpty
    }
}

Describe 'A failure of a command whose output the rest of the line needs' -ForEach @{
    Texts = @(
        'gp a /nope', 'gitproc acquire /nope', 'a /nope', 'Invoke-GitprocAcquire /nope', 'Enter-GitprocCheckout /nope -PassThru', 'Use-GitprocCheckout /nope { }'
        'Restore-GitprocRescue nope', 'New-GitprocLink here -Base /nope', 'Restore-GitprocLink nope'
    )
} {
    BeforeAll {
        # In another process, for all texts: here the first error would end the test.
        Set-Content -LiteralPath "$TestDrive/failing.ps1" -Value @'
            param($here, [Parameter(ValueFromRemainingArguments)] $texts)
            Import-Module Gitproc
            Set-Location -LiteralPath $here
            foreach ($text in $texts) {
                $moved = & ([scriptblock]::Create("Set-Location ($text)`n'next, moved: ' + (`$PWD.Path -ne `$here)"))
                "${text}: $moved"
                Set-Location -LiteralPath $here
                try { & ([scriptblock]::Create("`$null = $text`n'reached'")) } catch { "${text}: caught $($_.FullyQualifiedErrorId)" }
                $quiet = & ([scriptblock]::Create("`$found = $text -ErrorAction SilentlyContinue -ErrorVariable no`n`$null -eq `$found; `$no[-1].FullyQualifiedErrorId"))
                "${text}: quiet $quiet"
                & { $ErrorActionPreference = 'Ignore'; $found = & ([scriptblock]::Create($text)); "${text}: ignored $($null -eq $found)" }
            }
'@
        $output = & (Get-Process -Id $PID).Path -NoProfile -File "$TestDrive/failing.ps1" "$TestDrive" @Texts 2>$null
    }

    It 'ends the statement and not the script: <_>' -ForEach $Texts {
        $output | Should -Contain "$_`: next, moved: False"
    }

    It 'can be caught: <_>' -ForEach $Texts {
        $output | Should -Not -Contain 'reached'
        @($output) -like "$_`: caught*" | Should -BeLike '*: caught ?*,Gitproc.PowerShell.Commands.*Command'
    }

    It 'ends nothing if the caller hides errors: <_>' -ForEach $Texts {
        @($output) -like "$_`: quiet*" | Should -BeLike '*: quiet True ?*,Gitproc.PowerShell.Commands.*Command'
        $output | Should -Contain "$_`: ignored True"
    }

    It 'does not stop the items that follow in a pipeline' {
        $script = @"
            Import-Module Gitproc
            '/nope', '$repository' | gitproc a | ForEach-Object Repository
            '/nope', '$repository' | Enter-GitprocCheckout -PassThru | ForEach-Object Repository
"@
        & (Get-Process -Id $PID).Path -NoProfile -Command $script 2>$null |
            Should -Be (, (Get-RepositoryName $repository) * 2)
    }
}

Describe 'A password in a URL' -ForEach @{
    Texts = @(
        'Invoke-GitprocAcquire $url -WhatIf', 'Enter-GitprocCheckout $url -WhatIf', 'Invoke-GitprocAcquire $url -Verbose', 'Invoke-GitprocAcquire $url -Confirm'
        'Use-GitprocCheckout $url { } -WhatIf', 'Get-GitprocCheckout $url', 'Exit-GitprocCheckout $url', 'Exit-GitprocCheckout $url -WhatIf'
        'Get-GitprocCheckout -Pool $url', '$url | Select-GitprocCheckout x'
    )
} {
    BeforeAll {
        # -WhatIf and -Confirm write to the host, so their output is read from another process: one for all texts.
        $lines = foreach ($text in $Texts) { "'=='; `$Error.Clear(); $text; `$Error | ForEach-Object { `$_.Exception.Message; `$_.TargetObject }" }
        $script = 'Import-Module Gitproc; $url = "http://user:s3cret@localhost:1/x"' + "`n" + ($lines -join "`n") + "`n'== end'"
        $said = ('' | & (Get-Process -Id $PID).Path -NoProfile -Command $script 2>&1 | Out-String) -split '(?m)^=='
    }

    It 'is not shown by <_>' -ForEach $Texts {
        $said | Should -HaveCount ($Texts.Count + 2)
        $mine = $said[[array]::IndexOf($Texts, $_) + 1]
        $mine | Should -Not -Match 's3cret'
        $mine | Should -Match 'localhost'
    }
}

Describe '-Pool' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout
    }

    It 'is relative to the location of the session' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive 'stand') -Force
        Push-Location $folder
        try {
            $checkout = Invoke-GitprocAcquire $repository -Pool ./mine
            $checkout.Path | Should -Be (Join-Path $folder 'mine' $checkout.Name)
            (Get-GitprocCheckout -Pool mine).Name | Should -Be $checkout.Name
            $line = 'Exit-GitprocCheckout -Pool ./mine -Checkout che'
            (TabExpansion2 $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Be $checkout.Name
            Exit-GitprocCheckout $checkout.Name -Pool ./mine
        } finally {
            Pop-Location
        }
    }

    It 'is refused when it is <What>' -ForEach @(
        @{ What = 'of another provider'; Pool = 'Env:\x'; Id = 'InvalidPath'; Category = 'InvalidArgument' }
        @{ What = 'in a drive that is not there'; Pool = 'nowhere:/x'; Id = 'InvalidPath'; Category = 'InvalidArgument' }
        @{ What = 'no path'; Pool = "a`0b"; Id = 'InvalidPath'; Category = 'InvalidArgument' }
        @{ What = 'a file'; Pool = 'TestDrive:/source/readme.txt'; Id = 'PoolNotUsable'; Category = 'OpenError' }
    ) {
        foreach ($command in 'Get-GitprocCheckout', 'Invoke-GitprocAcquire', 'Exit-GitprocCheckout') {
            & $command -Pool $Pool -ErrorAction SilentlyContinue -ErrorVariable records
            $records | Should -HaveCount 1
            $records[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
            $records[0].CategoryInfo.Category | Should -Be $Category
            $records[0].TargetObject | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'A checkout as a path' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout
    }

    It 'is accepted for its path: <Text>' -ForEach @(
        @{ Text = 'Push-Location (gp a $repository)' }
        @{ Text = 'gp a $repository | Push-Location' }
        @{ Text = 'Push-Location (gitproc acquire $repository)' }
        @{ Text = 'Push-Location (a $repository)' }
    ) {
        . ([scriptblock]::Create($Text))
        try { $PWD.Path | Should -BeIn (Get-GitprocCheckout -Locked).Path } finally { Pop-Location }
    }

    It 'lists its files' {
        (Get-ChildItem (gp a $repository)).Name | Should -Be 'readme.txt'
    }
}
