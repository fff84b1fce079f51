# Shared by the test files: imports the built module, and makes a pool, a home and repositories separate from the
# user's.

$script:Module = Join-Path $PSScriptRoot '../../out/Gitproc/Gitproc.psd1' | Resolve-Path

function Initialize-TestPool {
    param([Parameter(Mandatory)] [string] $Folder)

    $unset = 'NO_COLOR', 'GITPROC_MAX_CHECKOUTS', 'GITPROC_AUTO_CREATE', 'GITPROC_CASE_INSENSITIVE_HOST'
    $set = 'GITPROC_POOL', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM', 'PSModulePath', 'PATH'
    $before = @{}
    foreach ($name in $unset + $set) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    foreach ($name in $unset) { [Environment]::SetEnvironmentVariable($name, $null) }
    $personal = New-Item -ItemType Directory -Path (Join-Path $Folder 'home') -Force
    $config = Join-Path $personal '.gitconfig'
    Set-Content -LiteralPath $config -Value "[user]`n`tname = Test`n`temail = test@example.com`n[init]`n`tdefaultBranch = main"
    $env:HOME = $personal
    $env:XDG_CONFIG_HOME = Join-Path $personal '.config'
    $env:GIT_CONFIG_GLOBAL = $config
    $env:GIT_CONFIG_NOSYSTEM = '1'
    $env:GITPROC_POOL = Join-Path $Folder 'pool'
    $modules = Split-Path (Split-Path $script:Module)
    $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $env:PSModulePath
    # Makes "pwsh" the PowerShell that this runs in.
    $env:PATH = (Split-Path ([Environment]::ProcessPath)) + [IO.Path]::PathSeparator + $env:PATH
    Import-Module $script:Module -Global -Force
    $before
}

function Reset-TestPool {
    param([Parameter(Mandatory)] [hashtable] $Before)

    Remove-Module Gitproc -Force -ErrorAction Ignore
    foreach ($name in $Before.Keys) { [Environment]::SetEnvironmentVariable($name, $Before[$name]) }
}

function New-TestRepository {
    param([Parameter(Mandatory)] [string] $Path)

    git init --quiet $Path
    Set-Content -LiteralPath (Join-Path $Path 'readme.txt') -Value 'text'
    git -C $Path add .
    git -C $Path commit --quiet --message first
    git -C $Path branch other
    (Get-Item -LiteralPath $Path).FullName
}

# "Another machine": a real sshd on loopback, which gives what it starts a home and a pool of its own, the gitproc that was
# built and this PowerShell. The host "box" leads there.
# What lists and messages call a local repository: on Windows its path with slashes, and without capital letters.
function Get-RepositoryName {
    param([Parameter(Mandatory)] [string] $Path)

    $IsWindows ? $Path.Replace('\', '/') : $Path
}

function Start-TestSshd {
    param([Parameter(Mandatory)] [string] $Folder, [string] $Path)

    $null = New-Item -ItemType Directory -Path "$Folder/home" -Force
    foreach ($key in 'host', 'user') { ssh-keygen -q -t ed25519 -N '' -f "$Folder/$key" }
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $Path = $Path ? $Path : (Join-Path $PSScriptRoot '../../out/bin' | Resolve-Path), $env:PATH -join ':'
    $variables = @{
        HOME = "$Folder/home"; XDG_CONFIG_HOME = "$Folder/home/.config"; GITPROC_POOL = "$Folder/pool"; GIT_CONFIG_NOSYSTEM = '1'
        PATH = $Path; DOTNET_ROOT = $env:DOTNET_ROOT; POWERSHELL_TELEMETRY_OPTOUT = '1'
    }
    Set-Content "$Folder/sshd_config" @"
ListenAddress 127.0.0.1
Port $port
HostKey $Folder/host
AuthorizedKeysFile $Folder/user.pub
PasswordAuthentication no
UsePAM no
StrictModes no
PidFile none
SetEnv $($variables.Keys.ForEach({ "`"$_=$($variables[$_])`"" }))
"@
    Set-Content "$Folder/ssh_config" @"
Host *
    HostName 127.0.0.1
    Port $port
    User $([Environment]::UserName)
    IdentityFile $Folder/user
    IdentitiesOnly yes
    UserKnownHostsFile /dev/null
    StrictHostKeyChecking no
    LogLevel ERROR
"@
    # sshd wants it where root runs it, and a system makes it only when it starts sshd itself.
    if ([Environment]::UserName -eq 'root') { $null = New-Item -ItemType Directory -Path /run/sshd -Force }
    $process = Start-Process (Find-TestSshd) '-D', '-f', "$Folder/sshd_config", '-E', "$Folder/log" -PassThru
    $deadline = [datetime]::Now.AddSeconds(60)
    do {
        Start-Sleep -Milliseconds 50
        try { [Net.Sockets.TcpClient]::new('127.0.0.1', $port).Dispose(); $answers = $true } catch { $answers = $false }
    } until ($answers -or $process.HasExited -or [datetime]::Now -gt $deadline)
    if (-not $answers) { throw (Get-Content "$Folder/log" -Raw) }
    [pscustomobject]@{ Process = $process; Ssh = "ssh -F $Folder/ssh_config"; Home = "$Folder/home"; Pool = "$Folder/pool"; Folder = $Folder }
}

function Find-TestSshd {
    $found = Get-Command sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if ($found) { $found.Path } elseif (Test-Path /usr/sbin/sshd) { '/usr/sbin/sshd' }
}

Export-ModuleMember -Function Initialize-TestPool, Reset-TestPool, New-TestRepository, Get-RepositoryName, Start-TestSshd, Find-TestSshd
