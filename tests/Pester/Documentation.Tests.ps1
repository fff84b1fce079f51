BeforeDiscovery {
    # As tests/Unit/Documentation does for shells, with the same markers.
    $root = Join-Path $PSScriptRoot ../..
    $blocks = foreach ($file in Get-ChildItem -Path "$root/README.md", "$root/CONTRIBUTING.md", "$root/SECURITY.md", "$root/docs/*.md") {
        $lines = Get-Content -LiteralPath $file
        for ($i = 0; $i -lt $lines.Count; $i++) {
            if ($lines[$i] -notmatch '^```(\w*)$') { continue }
            $language = $Matches[1]
            $end = [array]::IndexOf($lines, '```', $i + 1)
            if ($language -eq 'powershell' -and ($i -eq 0 -or $lines[$i - 1] -notmatch '^<!-- not run: ')) {
                @{ Where = "$($file.Name):$($i + 2)"; Code = $lines[($i + 1)..($end - 1)] -join "`n" }
            }
            $i = $end
        }
    }
}

BeforeAll {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $before = Initialize-TestPool -Folder $TestDrive
    $module = Join-Path $PSScriptRoot ../../out/Gitproc | Resolve-Path
    $path = $env:PATH
}

AfterAll {
    $env:PATH = $path
    Reset-TestPool -Before $before
}

Describe 'PowerShell in the documents' -Skip:$IsWindows {
    It 'works: <Where>' -ForEach $blocks {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid()))
        $env:HOME = Join-Path $folder 'home'
        $env:GIT_CONFIG_GLOBAL = Join-Path $env:HOME '.gitconfig'
        $env:GITPROC_POOL = Join-Path $env:HOME '.gitproc_pool'
        $env:PATH = "$folder/bin:$path"
        bash "$PSScriptRoot/New-DocumentationGround.sh" $folder (Join-Path $module ../bin | Resolve-Path) $module
        $LASTEXITCODE | Should -Be 0
        $script = Join-Path $folder 'block.ps1'
        Set-Content -LiteralPath $script -Value @(
            '$ErrorActionPreference = "Stop"; $PSNativeCommandUseErrorActionPreference = $true'
            '$url = "https://github.com/owner/repo"; Import-Module Gitproc'
            $Code
        )
        $output = pwsh -NoProfile -NonInteractive -WorkingDirectory (Join-Path $folder 'repo') -File $script 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
    }

    It 'can be in a profile that runs twice: <Where>' -ForEach ($blocks | Where-Object Where -Like 'prompt.md:*') {
        $script = Join-Path $TestDrive 'again.ps1'
        Set-Content -LiteralPath (Join-Path $TestDrive 'profile.ps1') -Value $Code
        Set-Content -LiteralPath $script -Value @(
            'Set-StrictMode -Version Latest; $ErrorActionPreference = "Stop"; Import-Module Gitproc; function prompt { "mine> " }'
            ". '$TestDrive/profile.ps1'", ". '$TestDrive/profile.ps1'"
            'prompt'
        )
        $shell = Start-Process (Get-Process -Id $PID).Path '-NoProfile', '-NonInteractive', '-File', $script -WorkingDirectory $TestDrive -RedirectStandardOutput "$TestDrive/shown" -PassThru
        # A prompt function that calls itself would never return.
        if (-not $shell.WaitForExit(120000)) { $shell.Kill() }
        $shell.ExitCode | Should -Be 0
        Get-Content -LiteralPath "$TestDrive/shown" | Should -BeLike '*> '
    }
}
