BeforeDiscovery {
    $root = Join-Path $PSScriptRoot ../.. | Resolve-Path
    $files = git -C $root ls-files '*.ps1' '*.psm1'
}

Describe 'The script <_>' -ForEach $files {
    BeforeAll {
        $file = Join-Path $PSScriptRoot ../.. $_ | Resolve-Path
        $errors = $null
        $script = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $errors)
    }

    It 'is PowerShell' {
        $errors | Should -BeNullOrEmpty
    }

    It 'calls commands by their names' {
        # gp is allowed, because it has to be tested too.
        $commands = $script.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
        $commands | Where-Object { ($name = $_.GetCommandName()) -and $name -ne 'gp' -and (Get-Alias -Name ([WildcardPattern]::Escape($name)) -ErrorAction Ignore) } |
            ForEach-Object { "$($_.Extent.StartLineNumber): $($_.GetCommandName())" } | Should -BeNullOrEmpty
    }

    It 'names its functions with approved verbs' {
        $functions = $script.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true)
        $functions.Name | Where-Object { $_ -match '^(\w+)-' -and -not (Get-Verb -Verb $Matches[1]) } | Should -BeNullOrEmpty
    }

    It 'has no white space at the ends of its lines' {
        Get-Content -LiteralPath $file | Where-Object { $_ -match '\s$' } | Should -BeNullOrEmpty
    }
}
