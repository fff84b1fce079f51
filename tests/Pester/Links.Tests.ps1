BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'A light-weight checkout' {
    BeforeAll {
        function Get-Exclude { @(Get-Content -LiteralPath (Join-Path $repository '.git/info/exclude') | Where-Object { $_ -notlike '#*' }) }
    }

    BeforeEach {
        # Each test gets a folder of its own.
        $ground = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "ground-$([guid]::NewGuid())")).FullName
        $repository = New-TestRepository -Path (Join-Path $ground 'git')
        git -C $repository branch todo
        git -C $repository tag v9
        Push-Location $repository
    }

    AfterEach {
        Pop-Location
    }

    It 'is what the proposal says: mkdir todo; cd todo; touch .gitlink; gitproc checkout todo' {
        mkdir todo
        Set-Location todo
        $null = New-Item -ItemType File .gitlink
        $link = gitproc checkout todo
        $link | Should -BeOfType ([Gitproc.Link])
        $link.Branch | Should -Be 'todo'
        Set-Content note.txt 'a note'
        git add note.txt
        git commit --quiet --message note
        git status --porcelain | Should -BeNullOrEmpty
        Set-Location ..
        git branch --show-current | Should -Be 'main'
        git log --format=%s todo -- | Should -Be 'note', 'first'
        git status --porcelain | Should -BeNullOrEmpty
        git add --all
        git clean -fdx --quiet
        Join-Path todo note.txt | Should -Exist
    }

    It 'can belong to a repository elsewhere, and is listed with all others' {
        $store = Join-Path $ground 'git-repositories'
        git clone --quiet --bare $repository (Join-Path $store 'mine/app.git')
        $work = New-Item -ItemType Directory -Path (Join-Path $ground 'work/mywork')
        Set-Content -LiteralPath (Join-Path $work '.gitlink') -Value 'Gitdir = "git-repositories/mine/app"', 'Name: mywork'
        Set-Location $work
        $link = gp checkout todo
        $link.Name | Should -Be 'mywork'
        $link.Base | Should -Be (Join-Path $store 'mine/app.git')
        git rev-parse --abbrev-ref HEAD | Should -Be 'todo'
        git config core.worktree | Should -BeNullOrEmpty
    }

    It 'can belong to a repository of the pool, named by its key' {
        gp a $repository | Exit-GitprocCheckout
        # A path would mean the repository itself, not the pool's base repository.
        $base = "file://$repository"
        $path = Join-Path $ground 'work/one'
        $link = New-GitprocLink $path todo -Base $base
        $link.Base | Should -BeLike "$env:GITPROC_POOL/base/*"
        git -C $path rev-parse --abbrev-ref '@{upstream}' | Should -Be 'origin/todo'
        Set-Location $ground
        (Get-GitprocLink).Path | Should -Contain $path
        (Get-GitprocLink -Base $base).Path | Should -Be $path
        Set-Content -LiteralPath (Join-Path $path 'new.txt') -Value 'new'
        Get-GitprocLink -Base $base | Remove-GitprocLink -WarningAction SilentlyContinue
        $path | Should -Not -Exist
        $rescue = Get-GitprocRescue | Where-Object Repository -EQ $link.Base
        ($rescue | Restore-GitprocLink).Path | Should -Be $path
        git -C $path status --porcelain | Should -Be '?? new.txt'
        Remove-GitprocLink $path -Discard
    }

    It 'is a nested repository in a checkout of the pool, and its work is rescued on release' {
        $checkout = gp a $repository
        $link = New-GitprocLink (Join-Path $checkout todo) todo
        git -C $checkout.Path status --porcelain | Should -BeNullOrEmpty
        Set-Content -LiteralPath (Join-Path $link new.txt) -Value 'new'
        Exit-GitprocCheckout $checkout -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike '*gitproc rescue restore *'
        $link.Path | Should -Not -Exist
        Get-GitprocLink -Base $checkout.Path | Should -BeNullOrEmpty
        Get-GitprocRescue | Where-Object Checkout -EQ $checkout.Name | Remove-GitprocRescue -Confirm:$false
    }

    It 'can replace a submodule, at the commit that the outer repository records' {
        $outer = New-TestRepository -Path (Join-Path $ground 'outer')
        git config --global protocol.file.allow always
        try {
            git -C $outer submodule --quiet add $repository lib
            git -C $outer commit --quiet --message 'with lib'
            git clone --quiet $outer (Join-Path $ground 'clone')
            Set-Location (Join-Path $ground 'clone')
            $link = New-GitprocLink lib
        } finally {
            git config --global --unset protocol.file.allow
        }
        $link.Base | Should -Be (Join-Path $ground 'clone/.git/modules/lib')
        $link.Commit | Should -Be (git rev-parse HEAD:lib)
        git status --porcelain | Should -BeNullOrEmpty
        git -C lib commit --quiet --allow-empty --message next
        git add lib
        git status --porcelain | Should -Be 'M  lib'
        git rev-parse :lib | Should -Be (git -C lib rev-parse HEAD)
        Remove-Item lib -Recurse -Force
        Get-GitprocLink -Base .git/modules/lib | Restore-GitprocLink | ForEach-Object Commit | Should -Be (git rev-parse :lib)
    }

    It 'is made at the path of New-GitprocLink, even on a PowerShell drive' {
        $drive = "TestDrive:/$(Split-Path $ground -Leaf)"
        Set-Location /
        $link = New-GitprocLink $drive/deep/er -Ref v9 -Base $drive/git -Name mine
        $link.PSObject.TypeNames[0] | Should -Be 'Gitproc.Link'
        $link.Path | Should -Be (Join-Path $ground 'deep/er')
        $link.Name | Should -Be 'mine'
        $link.Base | Should -Be $repository
        $link.Branch | Should -BeNullOrEmpty
        $link.Commit | Should -Be (git -C $repository rev-parse v9)
        $link.Missing | Should -BeFalse
        $link.Movable | Should -BeTrue
        "$link" | Should -Be $link.Path
        (Get-GitprocLink -Base $drive/git).Name | Should -Be 'mine'
        (Repair-GitprocLink $drive/deep/er).Name | Should -Be 'mine'
        Remove-GitprocLink $drive/deep/er -PassThru | ForEach-Object Name | Should -Be 'mine'
    }

    It 'creates a branch with -NewBranch: <Text>' -ForEach @(
        @{ Text = 'New-GitprocLink one feature -NewBranch'; Branch = 'feature' }, @{ Text = 'gp link one -NewBranch'; Branch = 'one' }
        @{ Text = 'gp link one'; Branch = 'one' }, @{ Text = 'gitproc link one v9:other2'; Branch = 'other2' }
    ) {
        $link = & ([scriptblock]::Create($Text))
        $link.Branch | Should -Be $Branch
        $link.Commit | Should -Be (git rev-parse v9)
    }

    It 'resolves HEAD in the outer repository, or in itself once it exists' {
        git commit --quiet --allow-empty --message second
        (New-GitprocLink one HEAD~1).Commit | Should -Be (git rev-parse v9)
        (New-GitprocLink two '@:new').Commit | Should -Be (git rev-parse main)
        Set-Location one
        (New-GitprocLink inner HEAD).Commit | Should -Be (git rev-parse v9)
        (Switch-GitprocLink HEAD:mine).Commit | Should -Be (git rev-parse v9)
        { New-GitprocLink three HEAD~9 -ErrorAction Stop } | Should -Throw -ErrorId 'RefNotFound,*' -ExpectedMessage "*'HEAD~9'*"
    }

    It 'leaves no trace in the pool of a repository that could not be cloned' {
        $known = (Get-GitprocRepository).Key
        { New-GitprocLink one -Base "file://$ground/none/such" -ErrorAction Stop } | Should -Throw
        { New-GitprocLink one -Base https://127.0.0.1:1/x/y -ErrorAction Stop } | Should -Throw -ErrorId 'GitFailed,*'
        (Get-GitprocRepository).Key | Should -Be $known
    }

    It 'cannot check out the branch of another one' {
        { New-GitprocLink one main -ErrorAction Stop } | Should -Throw -ErrorId 'GitFailed,*' -ExpectedMessage "*main*$repository*"
        'one' | Should -Not -Exist
        Get-GitprocLink | Should -BeNullOrEmpty
    }

    It 'can be the target of a push right after it is made' {
        Push-Location (New-GitprocLink todo)
        try {
            git branch --show-current | Should -Be 'todo'
        } finally {
            Pop-Location
        }
        'one', 'two' | New-GitprocLink | ForEach-Object Name | Should -Be 'one', 'two'
    }

    It 'is listed by name and wildcard, from anywhere in the repository' {
        'todo', 'sub/one', 'sub/two' | New-GitprocLink | Out-Null
        $null = New-GitprocLink 'a[1]' brackets -NewBranch
        (Get-GitprocLink).Name | Should -Be 'a[1]', 'sub/one', 'sub/two', 'todo'
        (Get-GitprocLink sub/*).Name | Should -Be 'sub/one', 'sub/two'
        (Get-GitprocLink TODO, *two).Name | Should -Be 'todo', 'sub/two'
        (Get-GitprocLink 'a[1]').Name | Should -Be 'a[1]'
        (gp link ls *one).Branch | Should -Be 'one'
        Set-Location sub/two
        (gp link list).Count | Should -Be 4
        Set-Location $ground
        (Get-GitprocLink -Base $repository).Count | Should -Be 4
        (Get-GitprocLink -Base git).Count | Should -Be 4
        Get-GitprocLink -Base git none* | Should -BeNullOrEmpty
    }

    It 'is shown in a table with what is missing, and in a list' {
        $link = New-GitprocLink todo
        Remove-Item -LiteralPath todo -Recurse -Force
        $table = Get-GitprocLink | Out-String -Width 300
        $table | Should -Match 'Name +Branch +Commit +State +Path'
        $table | Should -Match "todo +todo +$($link.Commit.Substring(0, 7)) +Missing +$([regex]::Escape($link.Path))"
        Get-GitprocLink | Format-List | Out-String | Should -Match "Movable +: True"
    }

    It 'has something else checked out by Switch-GitprocLink' {
        Set-Location (New-GitprocLink todo)
        (Switch-GitprocLink v9).Branch | Should -BeNullOrEmpty
        (Switch-GitprocLink next -NewBranch).Branch | Should -Be 'next'
        Switch-GitprocLink todo -WhatIf
        git branch --show-current | Should -Be 'next'
        { Switch-GitprocLink nothing -ErrorAction Stop } | Should -Throw -ErrorId 'RefNotFound,*'
        Set-Location $repository
        { Switch-GitprocLink todo -ErrorAction Stop } | Should -Throw -ErrorId 'LinkNotFound,*'
        git branch --show-current | Should -Be 'main'
    }

    It 'works after it is moved, and is found again after a repair' {
        $link = New-GitprocLink ../one -NewBranch -Base .
        Move-Item ../one ../two
        git -C ../two status --porcelain | Should -BeNullOrEmpty
        (Get-GitprocLink).Missing | Should -BeTrue
        $null = New-Item -ItemType Directory ../far/away
        Move-Item ../two ../far/away
        git -C ../far/away/two status --porcelain 2>&1 | Should -BeLike 'fatal:*'
        $repaired = Repair-GitprocLink ../far/away/two
        $repaired.Path | Should -Be (Join-Path $ground 'far/away/two')
        $repaired.Commit | Should -Be $link.Commit
        git -C ../far/away/two status --porcelain | Should -BeNullOrEmpty
        (Get-GitprocLink).Name | Should -Be 'far/away/two'
    }

    It 'is found at its new path after it is moved and git runs there' {
        $null = New-GitprocLink ../one -NewBranch -Base .
        Move-Item ../one ../two
        Set-Location ../two
        (Switch-GitprocLink todo).Path | Should -Be (Join-Path $ground 'two')
        Set-Location ..
        Move-Item two three
        Remove-GitprocLink three -PassThru | ForEach-Object Path | Should -Be (Join-Path $ground 'three')
        'three' | Should -Not -Exist
    }

    It 'is repaired with all others from a base repository that was moved' {
        'todo', 'other' | New-GitprocLink | Out-Null
        Set-Location $ground
        Move-Item git moved
        Set-Location moved
        git -C todo status --porcelain | Should -BeNullOrEmpty
        Repair-GitprocLink -WhatIf
        git worktree list --porcelain | Should -Contain "worktree $repository/todo"
        Repair-GitprocLink | ForEach-Object Path | Should -Be "$ground/moved/other", "$ground/moved/todo"
        git worktree list --porcelain | Should -Contain "worktree $ground/moved/todo"
        (Get-GitprocLink | Repair-GitprocLink).Count | Should -Be 2
        (Get-Item todo, other | Repair-GitprocLink).Name | Should -Be 'todo', 'other'
    }

    It 'comes back when its folder is gone, with its index, by pipeline and by name' {
        'todo', 'other' | New-GitprocLink | Out-Null
        Set-Content todo/staged.txt 'staged'
        git -C todo add staged.txt
        Remove-Item todo, other -Recurse -Force
        $missing = Get-GitprocLink | Where-Object Missing
        $missing.Name | Should -Be 'other', 'todo'
        Set-Location /
        $missing | Restore-GitprocLink -WhatIf
        $missing[0].Path | Should -Not -Exist
        $missing | Restore-GitprocLink | ForEach-Object Missing | Should -Be $false, $false
        git -C "$repository/todo" status --porcelain | Should -Be 'A  staged.txt'
        Get-Content "$repository/todo/staged.txt" | Should -Be 'staged'
        Set-Location $repository
        Remove-Item todo -Recurse -Force
        (gp link restore todo '../else[where]').Path | Should -Be (Join-Path $ground 'else[where]')
        git -C '../else[where]' status --porcelain | Should -Be 'A  staged.txt'
        { gp link restore other -ErrorAction Stop } | Should -Throw -ErrorId 'PathTaken,*'
    }

    It 'is removed by name, path and pipeline from anywhere, and its work is rescued' {
        'todo', 'other', 'more', 'last' | New-GitprocLink | Out-Null
        Set-Content todo/new.txt 'new'
        $links = Get-GitprocLink
        Remove-GitprocLink todo, more -WhatIf
        'todo' | Should -Exist
        gp link rm more
        Remove-GitprocLink ./last
        Set-Location /
        $removed = $links | Where-Object Name -In todo, other | Remove-GitprocLink -PassThru -WarningVariable warning -WarningAction SilentlyContinue
        $removed.Name | Should -Be 'other', 'todo'
        "$repository/todo" | Should -Not -Exist
        $rescue = "$warning" -replace '.*gitproc link restore '
        $rescue | Should -Match '^[0-9a-f]{7}$'
        Set-Location $repository
        Get-GitprocLink | Should -BeNullOrEmpty
        Get-Exclude | Should -BeNullOrEmpty
        git branch --list --format='%(refname:short)' more | Should -Be 'more'
        (Restore-GitprocLink $rescue).Name | Should -Be 'todo'
        git -C todo status --porcelain | Should -Be '?? new.txt'
        Remove-GitprocLink todo -Discard -WarningVariable warning
        $warning | Should -BeNullOrEmpty
    }

    It 'is removed even if it is missing, and its staged work is rescued' {
        $null = New-GitprocLink todo
        Set-Content todo/staged.txt 'staged'
        git -C todo add staged.txt
        Remove-Item todo -Recurse -Force
        Get-GitprocLink | Remove-GitprocLink -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -BeLike '*left in todo is rescued*'
        $null = Restore-GitprocLink ("$warning" -replace '.*gitproc link restore ')
        git -C todo status --porcelain | Should -Be 'A  staged.txt'
    }

    It 'is repaired even if its .gitlink file is lost' {
        $null = New-GitprocLink todo
        git -C todo clean -fdx --quiet
        'todo/.gitlink' | Should -Not -Exist
        $null = New-Item -ItemType Directory far
        Move-Item todo far/todo
        Set-Location far/todo
        (Repair-GitprocLink).Name | Should -Be 'far/todo'
        '.gitlink' | Should -FileContentMatch 'Id: todo'
        git status --porcelain | Should -BeNullOrEmpty
        git -C $repository status --porcelain | Should -BeNullOrEmpty
    }

    It 'is found by its path when it comes back from a job' {
        $null = New-GitprocLink todo
        $link = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-GitprocLink)))
        Set-Location /
        $link | Remove-GitprocLink
        "$repository/todo" | Should -Not -Exist
    }

    It 'is not removed while the session or another link is in it' {
        Set-Location (New-GitprocLink todo)
        $null = New-GitprocLink inner
        { Remove-GitprocLink . -ErrorAction Stop } | Should -Throw -ErrorId 'InUse,*'
        Set-Location ..
        { Remove-GitprocLink todo -ErrorAction Stop } | Should -Throw -ErrorId 'InUse,*' -ExpectedMessage '*inner*'
        git -C todo status --porcelain | Should -BeNullOrEmpty
        Get-GitprocLink | Should -HaveCount 2
        'todo/inner', 'todo' | Remove-GitprocLink
        Get-GitprocLink | Should -BeNullOrEmpty
    }

    It 'reports one error with its id: <Id> for <Text>' -ForEach @(
        @{ Text = 'New-GitprocLink one -Base ./nothing'; Id = 'BaseNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'New-GitprocLink one -Base nothing'; Id = 'BaseNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'New-GitprocLink ../one'; Id = 'BaseNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'New-GitprocLink one -Base Env:/x'; Id = 'InvalidPath'; Category = 'InvalidArgument' }
        @{ Text = 'New-GitprocLink Env:/x'; Id = 'InvalidPath'; Category = 'InvalidArgument' }
        @{ Text = 'New-GitprocLink one -Name todo'; Id = 'NameTaken'; Category = 'ResourceExists' }
        @{ Text = 'New-GitprocLink .'; Id = 'PathTaken'; Category = 'ResourceExists' }
        @{ Text = 'New-GitprocLink readme.txt'; Id = 'PathTaken'; Category = 'ResourceExists' }
        @{ Text = 'New-GitprocLink garbage'; Id = 'InvalidLink'; Category = 'InvalidData' }
        @{ Text = 'New-GitprocLink one nothing'; Id = 'RefNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'New-GitprocLink one "v9:a b"'; Id = 'InvalidRef'; Category = 'InvalidArgument' }
        @{ Text = 'New-GitprocLink one -Name " "'; Id = 'InvalidLink'; Category = 'InvalidData' }
        @{ Text = 'Get-GitprocLink nothing'; Id = 'LinkNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'New-GitprocLink plain/one'; Id = 'FileSystemError'; Category = 'WriteError' }
        @{ Text = 'Get-GitprocLink "a["'; Id = 'InvalidPattern'; Category = 'InvalidArgument' }
        @{ Text = 'Get-GitprocLink -Base ./nothing'; Id = 'BaseNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'Repair-GitprocLink garbage'; Id = 'InvalidLink'; Category = 'InvalidData' }
        @{ Text = 'Repair-GitprocLink nothing'; Id = 'LinkNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'Restore-GitprocLink nothing'; Id = 'LinkNotFound'; Category = 'ObjectNotFound' }
        @{ Text = 'Restore-GitprocLink todo'; Id = 'PathTaken'; Category = 'ResourceExists' }
        @{ Text = 'Remove-GitprocLink nothing'; Id = 'LinkNotFound'; Category = 'ObjectNotFound' }
    ) {
        $null = New-GitprocLink todo
        $null = New-Item -ItemType Directory garbage
        Set-Content garbage/.gitlink 'no entry of it'
        $null = New-Item -ItemType File plain
        $records = $null
        & ([scriptblock]::Create("$Text -ErrorAction SilentlyContinue -ErrorVariable records; `$records")) | Set-Variable records
        $records | Should -HaveCount 1
        $records[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $records[0].CategoryInfo.Category | Should -Be $Category
        $records[0].TargetObject | Should -Not -BeNullOrEmpty
        'one' | Should -Not -Exist
        (Get-GitprocLink).Name | Should -Be 'todo'
    }

    It 'processes the next one after an error' {
        'todo', 'other' | New-GitprocLink | Out-Null
        'todo', 'nothing', 'other' | Remove-GitprocLink -ErrorAction SilentlyContinue -ErrorVariable records
        $records | Should -HaveCount 1
        Get-GitprocLink | Should -BeNullOrEmpty
    }

    It 'is not made with -WhatIf' {
        New-GitprocLink todo -WhatIf
        'todo' | Should -Not -Exist
        Get-Exclude | Should -BeNullOrEmpty
    }

    It 'is completed by name' {
        $null = New-GitprocLink todo
        foreach ($text in 'Remove-GitprocLink t', 'gp link rm ', 'gp link restore t', 'gitproc link list ', 'Get-GitprocLink -Name t') {
            Set-Location $repository
            (TabExpansion2 $text).CompletionMatches.CompletionText | Should -Be 'todo' -Because $text
            Set-Location /
            (TabExpansion2 "$text -Base $repository" -cursorColumn $text.Length).CompletionMatches.CompletionText | Should -Be 'todo' -Because $text
        }
    }

    It 'has its commands and existing folders completed after gp link' {
        $null = New-Item -ItemType Directory repos
        (TabExpansion2 'gp link rep').CompletionMatches.CompletionText | Should -Be 'repair', (Join-Path . repos)
        (TabExpansion2 'gp link repos -').CompletionMatches.CompletionText | Should -Contain '-NewBranch'
    }
}
