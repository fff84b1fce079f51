# What a user types at the keyboard: misspelt words, the native command's spelling, and what then happens.
BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $repository = New-TestRepository -Path (Join-Path $TestDrive 'source')
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'gp' {
    It 'shows the help if nothing follows: <_>' -ForEach 'gp', 'gitproc', 'gp -Verbose' {
        # A session without a user would fail at the prompt Path[0]: that it showed before.
        $text = & ([scriptblock]::Create($_)) | Out-String
        $text | Should -Match 'about_Gitproc'
    }

    It 'says what you may have meant: <Text>' -ForEach @(
        @{ Text = 'gp relase'; Meant = 'release' }, @{ Text = 'gitproc relase'; Meant = 'release' }, @{ Text = 'gp acq'; Meant = 'acquire' }
        @{ Text = 'gp relase checkout-1 -Force'; Meant = 'release' }, @{ Text = 'gp rescue rstore x'; Meant = 'rescue restore' }
        @{ Text = 'gp fliter x'; Meant = 'filter' }
    ) {
        { & ([scriptblock]::Create($Text)) } | Should -Throw -ErrorId 'UnknownCommand,Gitproc.PowerShell.Commands.InvokeGitprocCommand' -ExpectedMessage "There is no command '*Did you mean $Meant`?*"
    }

    It 'says what you may have meant in the help: <_>' -ForEach 'gp help relase', 'gitproc help relase' {
        { & ([scriptblock]::Create($_)) } | Should -Throw -ErrorId 'UnknownCommand,*' -ExpectedMessage "There is no command 'relase'. Did you mean release? See gitproc help."
    }

    It 'fails if the program to run does not exist, as the native command does' {
        $global:LASTEXITCODE = 0
        { gp run $repository -- nosuch } | Should -Throw -ErrorId 'CommandNotFoundException,*' -ExpectedMessage "*'nosuch' is not recognized*"
        $LASTEXITCODE | Should -Be 127
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
        gp run $repository -- Get-ChildItem -Name | Should -Be 'readme.txt'
        gp run $repository -- git rev-parse --abbrev-ref HEAD | Should -Be 'main'
    }

    It 'does not guess if nothing is close' {
        { gp nonsense } | Should -Throw -ErrorId 'UnknownCommand,*' -ExpectedMessage "There is no command 'nonsense', and no item of that name here. See gitproc help."
    }

    It 'words an unknown command as the native command does: <_>' -ForEach 'relase', 'nonsense', 'rescue rstore x' {
        $native = & "$PSScriptRoot/../../out/bin/gitproc" @($_ -split ' ') 2>&1 | Out-String
        $message = $native.Trim() -replace '^gitproc: t', 'T' -replace '\s+', ' '
        $message | Should -BeLike "There is no command '*'.* See gitproc help."
        { & ([scriptblock]::Create("gitproc $_")) } | Should -Throw -ErrorId 'UnknownCommand,*' -ExpectedMessage $message
    }

    It 'says which parameter you may have meant: <Text>' -ForEach @(
        @{ Text = 'gp a -NewBrnch x'; Meant = 'NewBranch' }, @{ Text = 'gitproc acquire --new-brnch x'; Meant = 'NewBranch' }
        @{ Text = 'gp ls -Lockd'; Meant = 'Locked' }, @{ Text = 'gp . -Nmae Name'; Meant = 'Name' }
    ) {
        { & ([scriptblock]::Create($Text)) } | Should -Throw -ErrorId '*,Gitproc.PowerShell.Commands.InvokeGitprocCommand' -ExpectedMessage "*Did you mean -$Meant`?"
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'stays Get-ItemProperty for what exists: <Text>' -ForEach @(
        @{ Text = 'gp source Name'; Expected = 'source' }, @{ Text = 'gp sour* Name'; Expected = 'source' }, @{ Text = 'gp ./source Name'; Expected = 'source' }
        @{ Text = 'gp -Path source Name'; Expected = 'source' }, @{ Text = 'gp -LiteralPath source -Name Name'; Expected = 'source' }
        @{ Text = 'Get-Item source | gp -Name Name'; Expected = 'source' }
    ) {
        Push-Location $TestDrive
        try {
            (& ([scriptblock]::Create($Text))).Name | Should -Be $Expected
            gp nothing* | Should -BeNullOrEmpty
        } finally {
            Pop-Location
        }
    }

    It 'leaves the error of a path, and of another provider, to Get-ItemProperty' {
        { gp no/such -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,Microsoft.PowerShell.Commands.GetItemPropertyCommand'
        { gp Env:HOME -ErrorAction Stop } | Should -Throw -ErrorId '*,Microsoft.PowerShell.Commands.GetItemPropertyCommand'
        Push-Location Env:
        try { { gp HOME -ErrorAction Stop } | Should -Throw -ErrorId '*,Microsoft.PowerShell.Commands.GetItemPropertyCommand' } finally { Pop-Location }
    }
}

Describe 'The spelling of the native command' {
    AfterEach {
        Get-GitprocCheckout -Locked | Exit-GitprocCheckout -Discard
    }

    It 'begins a branch: <_>' -ForEach 'gp a SOURCE --new-branch foo', 'gitproc acquire --new-branch=foo SOURCE', 'gp enter SOURCE --new-branch foo -PassThru' {
        $place = $PWD
        try {
            (& ([scriptblock]::Create($_.Replace('SOURCE', "'$repository'")))).Branch | Should -Be 'foo'
        } finally {
            Set-Location $place
        }
    }

    It 'has values, switches and lists' {
        $checkout = gp a $repository --env A=1 --env B=x=y --label 007 --no-fetch --expires-after 2h --hold --pool $env:GITPROC_POOL
        $checkout.Environment | ConvertTo-Json -Compress | Should -Be '{"A":"1","B":"x=y"}'
        $checkout.Label | Should -Be '007'
        $checkout.OwnerProcessId | Should -BeNullOrEmpty
        $checkout.ExpiresAt | Should -BeGreaterThan ([DateTimeOffset]::UtcNow.AddMinutes(110))
        gp renew $checkout.Name --label '' --owner-pid $PID
        (gitproc list --repo source --locked=true).OwnerProcessId | Should -Be $PID
        gitproc list --locked=false --free | ForEach-Object Name | Should -Not -Contain $checkout.Name
        (gp warm $repository --count 2).Count | Should -Be 2
    }

    It 'waits for a time: <_>' -ForEach '--wait=1s', '--wait 1s', '-TimeoutSec 1s', '-TimeoutSec 1' {
        $checkout = gp a $repository
        $watch = [Diagnostics.Stopwatch]::StartNew()
        { & ([scriptblock]::Create("gp a '$repository' --name $($checkout.Name) $_ -ErrorAction Stop")) } | Should -Throw -ErrorId 'NoCheckoutAvailable,*'
        $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 1
    }

    It 'only shows what prune removes with --dry-run' {
        gp a $repository | gp r
        (gitproc prune --unused-for 0s --dry-run).Name | Should -Contain 'checkout-1'
        (Get-GitprocCheckout).Name | Should -Contain 'checkout-1'
    }

    It 'runs a program: <Text>' -ForEach @(
        @{ Text = 'gitproc run --wait=30m SOURCE -- git rev-parse --abbrev-ref HEAD'; Expected = 'main' }
        @{ Text = 'gp run SOURCE -Label x --new-branch foo -- git rev-parse --abbrev-ref HEAD'; Expected = 'foo' }
        @{ Text = 'gp run SOURCE -- git -c alias.say=''!printf "%s|"'' say -j4 --foo "it''s" 007'; Expected = "-j4|--foo|it's|007|" }
        @{ Text = '$words = "rev-parse", "--abbrev-ref", "HEAD"; gp run SOURCE -- git @words'; Expected = 'main' }
        @{ Text = 'gp run SOURCE -- Get-ChildItem -Name'; Expected = 'readme.txt' }
        @{ Text = 'gp run SOURCE -- git -c alias.say=''!printf "%s"'' say --help-me --help'; Expected = '--help-me--help' }
    ) {
        & ([scriptblock]::Create($Text.Replace('SOURCE', "'$repository'"))) | Should -Be $Expected
        Get-GitprocCheckout -Locked | Should -BeNullOrEmpty
    }

    It 'runs a program in the repository of the location, and keeps its exit code' {
        git clone --quiet $repository (Join-Path $TestDrive 'mine')
        Push-Location (Join-Path $TestDrive 'mine')
        try {
            gp run -- git rev-parse --abbrev-ref HEAD | Should -Be 'main'
            gp run -- git diff --quiet --no-index readme.txt .git/HEAD
            $LASTEXITCODE | Should -Be 1
        } finally {
            Pop-Location
        }
    }

    It 'leads from --json to objects' {
        $error = { gitproc list --json } | Should -Throw -ErrorId 'InvalidOption,*' -PassThru
        "$error" | Should -BeLike '*For JSON: gitproc list | ConvertTo-Json -EnumsAsStrings'
        $checkout = gp a $repository
        $json = & ([scriptblock]::Create(("$error" -replace '.*JSON: ') )) | ConvertFrom-Json
        ($json | Where-Object Name -EQ $checkout.Name).State | Should -Be 'Locked'
    }

    It 'shows the version of the module' {
        gitproc --version | Should -BeLike "$((Get-Module Gitproc).Version)*"
        gp --version | Should -Be (gitproc --version)
    }

    It 'shows the help of a command: <_>' -ForEach 'gp help acquire', 'gp a --help', 'gp a somewhere --new-branch x --help' {
        (& ([scriptblock]::Create($_))).Name | Should -Be 'Invoke-GitprocAcquire'
    }

    It 'says that a value is missing' {
        { gp a --label } | Should -Throw -ErrorId 'InvalidOption,*' -ExpectedMessage '--label needs a value.'
    }

    It 'has a parameter for each hint of an error' {
        # Hints name a command, or no command for the one that failed, and options: new("...", "link remove", ...) {
        # Options = [new("Force")] }.
        $hints = foreach ($file in Get-ChildItem "$PSScriptRoot/../../src/Gitproc.Core" -Recurse -Filter *.cs) {
            $text = Get-Content -LiteralPath $file -Raw
            foreach ($match in [regex]::Matches($text, '(?s)new(?: Hint)?\(\s*\$?"[^"]*",\s*(?<command>"[a-z ]+"|Command: null|Command)(?<rest>(?:(?!new Hint|;).)*?)\{\s*Options = \[(?<options>.*?)\](?=[,\s])')) {
                [pscustomobject] @{
                    File = $file.Name
                    Command = $match.Groups['command'].Value.Trim('"')
                    Options = [regex]::Matches($match.Groups['options'].Value, 'new\("(\w+)"').ForEach({ $_.Groups[1].Value })
                }
            }
            foreach ($match in [regex]::Matches($text, 'Hint\.See\("([a-z ]+)"\)|Hint\("[^"]*", "([a-z ]+)"')) {
                [pscustomobject] @{ File = $file.Name; Command = $match.Groups[1].Value + $match.Groups[2].Value; Options = @() }
            }
        }
        $hints.Count | Should -BeGreaterThan 15
        ($hints.Options | Measure-Object).Count | Should -BeGreaterThan 8
        foreach ($hint in $hints) {
            # "Command" is the command that takes a checkout out of use.
            $failed = $hint.File -eq 'LeaseBook.cs' ? 'renew' : 'acquire'
            $commands = switch ($hint.Command) { 'Command' { 'remove', 'reset' } 'Command: null' { $failed } default { $_ } }
            foreach ($command in $commands) {
                $target = [Gitproc.PowerShell.ShortCommands]::TargetOf($command)
                $target | Should -Not -BeNullOrEmpty -Because "gitproc $command in $($hint.File)"
                foreach ($option in $hint.Options) {
                    [Gitproc.PowerShell.ShortCommands]::ParameterOf($option) | Should -BeIn (Get-Command $target).Parameters.Keys -Because "gitproc $command in $($hint.File)"
                }
            }
        }
    }
}
