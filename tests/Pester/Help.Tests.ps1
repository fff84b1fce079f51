BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$PSScriptRoot/../../Gitproc.psd1"
    $names = $manifest.CmdletsToExport + $manifest.FunctionsToExport
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $docs = Join-Path $PSScriptRoot ../../docs/help | Resolve-Path
    $common = [System.Management.Automation.Cmdlet]::CommonParameters
    $titles = 'Syntax|Aliases|Description|Examples|Parameters|Inputs|Outputs|Notes|Related links'

    function Get-CommandHelp([string] $Name) { Get-Help $Name -Full }
    function Get-Section([string] $Name, [string] $Title) {
        if ((Get-Content -LiteralPath "$docs/$Name.md" -Raw) -match "(?s)\n## $Title\n\n(.*?)(?=\n## (?:$titles)\n|$)") { $Matches[1] } else { '' }
    }
}

AfterAll {
    Reset-TestPool -Before $before
}

Describe 'Help' {
    It 'explains <_>, with examples that have code' -ForEach $names {
        $help = Get-CommandHelp $_
        $help.Name | Should -Be $_
        # For a command without help, PowerShell makes the synopsis from the syntax.
        $help.Synopsis.Trim() | Should -Match '^[A-Z].+\.$|^gitproc and gp: .+\.$'
        ($help.description.Text -join ' ') | Should -Match '\w+ \w+'
        "$($help.syntax | Out-String)" | Should -Match $_
        @($help.examples.example) | Should -Not -BeNullOrEmpty
        foreach ($example in $help.examples.example) {
            $example.title | Should -Match '\w'
            $example.code | Should -Not -BeNullOrEmpty
        }
        (Get-Help $_ -Examples | Out-String) | Should -Match ([regex]::Escape(($help.examples.example[0].code -split "`n")[0].Substring(0, 10)))
    }

    It 'has output in an example of <_>' -ForEach ($names | Where-Object { $_ -ne 'Invoke-Gitproc' }) {
        Get-Section $_ 'Examples' | Should -Match '(?s)```powershell\n.+?\n```\n\n```text\n.+?\n```'
    }

    It 'explains each parameter of <_>, and no others' -ForEach $names {
        $command = Get-Command $_ -Module Gitproc
        $expected = @($command.Parameters.Values | Where-Object { $_.Name -notin $common -and -not $_.IsDynamic } | ForEach-Object Name)
        $help = Get-CommandHelp $_
        $found = @($help.parameters.parameter | Where-Object { $_ })
        $found.name | Sort-Object | Should -Be ($expected | Sort-Object)
        $inPage = @([regex]::Matches((Get-Section $_ 'Parameters'), '(?m)^### -(\w+)$') | ForEach-Object { $_.Groups[1].Value })
        $inPage | Sort-Object | Should -Be ($expected | Sort-Object)
        foreach ($parameter in $found) {
            $metadata = $command.Parameters[$parameter.name]
            $attribute = $metadata.Attributes.Where({ $_ -is [Parameter] })[0]
            $because = "of $($parameter.name)"
            # The parameters of Invoke-Gitproc are hidden: its words complete as on the command line.
            $attribute.DontShow | Should -Be ($command.Name -eq 'Invoke-Gitproc') -Because $because
            ($parameter.description.Text -join '') | Should -Match '\w' -Because $because
            ($parameter.aliases -replace '^none$' -split ', ' -ne '') | Should -Be $metadata.Aliases -Because $because
            $ways = @(if ($attribute.ValueFromPipeline) { 'ByValue' }; if ($attribute.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
            $parameter.pipelineInput | Should -Be $(if ($ways) { "True ($($ways -join ', '))" } else { 'False' }) -Because $because
            $parameter.required | Should -Be "$($attribute.Mandatory)".ToLowerInvariant() -Because $because
            $parameter.globbing | Should -Be "$([bool] $metadata.Attributes.Where({ $_ -is [SupportsWildcards] }))".ToLowerInvariant() -Because $because
            if ($metadata.Aliases -and $parameter.name -notin 'WhatIf', 'Confirm') {
                Get-Section $command.Name 'Parameters' | Should -Match "Aliases: $($metadata.Aliases -join ', ')"
            }
            (Get-Help $command.Name -Parameter $parameter.name).name | Should -Be $parameter.name
        }
    }

    It 'says what <_> takes and emits' -ForEach $names {
        foreach ($section in 'Inputs', 'Outputs') {
            Get-Section $_ $section | Should -Match '(?m)^### .+\n\n.+' -Because $section
        }
        $types = @((Get-Command $_ -Module Gitproc).OutputType.Name -replace '^System\.Void$', 'None' | Where-Object { $_ })
        foreach ($type in $types) { Get-Section $_ 'Outputs' | Should -Match "(?m)^### $([regex]::Escape($type))$" }
    }

    It 'links <_> to its online page' -ForEach $names {
        $command = Get-Command $_ -Module Gitproc
        $link = (Get-CommandHelp $_).relatedLinks.navigationLink[0].uri
        $link | Should -Match "^https://.+/docs/help/$_\.md$"
        $command.HelpUri | Should -Be $link
        $project = (Get-Module Gitproc).ProjectUri
        if ($project) { $link | Should -BeLike "$project*" }
    }

    It 'links <_> to its related topics, which exist' -ForEach $names {
        $links = @((Get-CommandHelp $_).relatedLinks.navigationLink)
        foreach ($link in $links) {
            if ($link.uri) {
                $link.uri | Should -Match '^https://[^/]+/gitproc/gitproc/blob/main/'
                Join-Path $docs ../.. ($link.uri -replace '^.+/blob/main/' -replace '#.*') | Should -Exist
            } else {
                Get-Help $link.linkText | Should -Not -BeNullOrEmpty
            }
        }
        # The links of the page, and the link to its online version.
        $links.Count | Should -Be ([regex]::Matches((Get-Section $_ 'Related links'), '(?m)^- ').Count + 1)
    }

    It 'opens the page in the browser' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because '.NET uses xdg-open only on Linux' }
        # .NET starts xdg-open to open an address.
        $opener = Join-Path $TestDrive 'xdg-open'
        Set-Content -LiteralPath $opener -Value '#!/bin/sh', "echo `"`$1`" > '$TestDrive/opened'"
        chmod +x $opener
        $path = $env:PATH
        $env:PATH = "$TestDrive$([IO.Path]::PathSeparator)$path"
        try {
            Get-Help Invoke-GitprocAcquire -Online
            for ($i = 0; $i -lt 2400 -and -not (Test-Path "$TestDrive/opened"); $i++) { Start-Sleep -Milliseconds 50 }
        } finally {
            $env:PATH = $path
        }
        Get-Content "$TestDrive/opened" | Should -Be (Get-Command Invoke-GitprocAcquire).HelpUri
    }

    It 'has a page for each command, and no others' {
        $pages = @(Get-ChildItem "$docs/*-*.md").BaseName
        $exported = (Get-Module Gitproc).ExportedCommands.Values | Where-Object CommandType -NE Alias | ForEach-Object Name
        $pages | Sort-Object | Should -Be ($exported | Sort-Object)
        $links = Select-String -Path "$docs/*.md" -Pattern '\]\(([^):]+)\)' -AllMatches
        foreach ($link in $links) {
            foreach ($match in $link.Matches) { Join-Path $docs $match.Groups[1].Value | Should -Exist -Because $link.Filename }
        }
    }

    It 'lists each alias and each word after gitproc on the page of its command, and no others' {
        $words = @('a', 'list', 'r', 'ls', 'gp', 'gitproc')
        $tree = (TabExpansion2 'gitproc ' -cursorColumn 8).CompletionMatches.CompletionText
        $words += foreach ($word in $tree) {
            if ([Gitproc.PowerShell.ShortCommands]::TargetOf($word) -notlike '*\Get-Help') { "gp $word"; "gitproc $word" }
            foreach ($inner in 'list', 'ls', 'remove', 'rm', 'repair', 'restore') {
                if ([Gitproc.PowerShell.ShortCommands]::TargetOf("$word $inner")) { "gp $word $inner"; "gitproc $word $inner" }
            }
        }
        # Completion does not offer words this short.
        $words += 'gp -F', 'gitproc -F', 'gp a', 'gitproc a', 'gp r', 'gitproc r'
        $named = @{}
        foreach ($page in Get-ChildItem "$docs/*-*.md") {
            foreach ($match in [regex]::Matches((Get-Section $page.BaseName 'Aliases'), '`([^`]+)`')) { $named[$match.Groups[1].Value] = $page.BaseName }
        }
        $named.Keys | Sort-Object | Should -Be ($words | Sort-Object -Unique)
        Enable-GitprocAlias
        try {
            foreach ($word in $named.Keys) {
                $target = if ($word -match '^\S+ (.+)') { [Gitproc.PowerShell.ShortCommands]::TargetOf($Matches[1]) } else { (Get-Alias $word).Definition }
                $target | Should -Be $named[$word] -Because $word
            }
        } finally {
            Disable-GitprocAlias
        }
    }

    It 'says that r and ls are set only on request' {
        Get-Help Exit-GitprocCheckout -Full | Out-String | Should -Match 'Aliases: .*after Enable-GitprocAlias r too'
        Get-Help Get-GitprocCheckout -Full | Out-String | Should -Match 'Aliases: list, .*after Enable-GitprocAlias ls too'
    }

    It 'is there for <Alias>' -ForEach @(
        @{ Alias = 'a'; Name = 'Invoke-GitprocAcquire' }, @{ Alias = 'list'; Name = 'Get-GitprocCheckout' }
        @{ Alias = 'gp'; Name = 'Invoke-Gitproc' }, @{ Alias = 'gitproc'; Name = 'Invoke-Gitproc' }
    ) {
        (Get-Help $Alias).Name | Should -Be $Name
    }

    It 'has the topic <_>' -ForEach 'about_Gitproc', 'about_Gitproc_Leases', 'about_Gitproc_CI' {
        $text = Get-Help $_ | Out-String
        $text | Should -Match "TOPIC\s+$_\s+SHORT DESCRIPTION\s+\w+"
        $text | Should -Match 'LONG DESCRIPTION'
        # No backticks, headings or links of Markdown are left.
        $text | Should -Not -Match '`|\]\(|(?m)^#'
        # Only a single long word may exceed the width.
        $text -split '\r?\n' | Where-Object { $_.Length -gt 80 -and $_ -notmatch '^ *\S+$' } | Should -BeNullOrEmpty
        # Links to documents that are not in the package are online addresses.
        $addresses = @([regex]::Matches($text, 'https://\S+/blob/main/(\S+\.md)') | ForEach-Object { $_.Groups[1].Value })
        foreach ($address in $addresses) { Join-Path $docs ../.. $address | Should -Exist }
        $addresses.Count | Should -Be ([regex]::Matches((Get-Content "$docs/$_.md" -Raw), '\]\(\.\./').Count)
    }

    It 'names only cmdlets, parameters and settings that exist' {
        $parameters = (Get-Module Gitproc).ExportedCommands.Values | Where-Object CommandType -NE Alias | ForEach-Object { $_.Parameters.Keys }
        foreach ($page in Get-ChildItem "$docs/*.md") {
            $text = Get-Content -LiteralPath $page -Raw
            foreach ($match in [regex]::Matches($text, '\b[A-Z][a-z]+-Gitproc\w*')) {
                Get-Command $match.Value -Module Gitproc -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because "$($match.Value) in $($page.Name)"
            }
            $prose = $text -replace '(?s)```.*?```'
            foreach ($match in [regex]::Matches($prose, '`-([A-Z]\w+)')) {
                $match.Groups[1].Value | Should -BeIn $parameters -Because $page.Name
            }
        }
    }

    It 'shows the actual syntax and output of the examples' {
        $script = Join-Path $PSScriptRoot ../../build/Update-HelpExample.ps1
        $changed = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script -Check
        $changed -join "`n" | Should -BeNullOrEmpty -Because 'build/Update-HelpExample.ps1 must run after a change of syntax or output'
    } -Skip:$IsWindows
}
