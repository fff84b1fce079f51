# gpa and gpr for PowerShell. For this session: gitproc shell-init pwsh | Out-String | Invoke-Expression

# The folders that gpa came from, by checkout.
if (-not $global:__GitprocOrigins) { $global:__GitprocOrigins = @{} }

# Runs the program. With the Gitproc module, gitproc is also an alias of a cmdlet.
function global:__Invoke-GitprocProgram {
    & (Get-Command -Name gitproc -CommandType Application -TotalCount 1 -ErrorAction Stop) @args
}

# Acquires a checkout and goes to it.
function global:gpa {
    $output = __Invoke-GitprocProgram acquire @args
    if ($LASTEXITCODE -ne 0) { return }
    if ($output -is [string] -and (Test-Path -LiteralPath $output -PathType Container)) {
        $global:__GitprocOrigins[$output] = $PWD.Path
        Set-Location -LiteralPath $output
    } else {
        $output
    }
}

# Releases a checkout. If it is the current one, goes back to where gpa came from. The process of PowerShell is never in
# the folder of its location, so it can leave afterwards.
function global:gpr {
    $checkout = __Invoke-GitprocProgram release --print-current @args 2>$null
    __Invoke-GitprocProgram release @args
    if ($LASTEXITCODE -ne 0 -or $checkout -isnot [string] -or -not (Test-Path -LiteralPath $checkout -PathType Container)) { return }
    $back = $global:__GitprocOrigins[$checkout]
    if (-not $back -or -not (Test-Path -LiteralPath $back -PathType Container)) { $back = $HOME }
    Set-Location -LiteralPath $back
}

