# What needs the caller's own session: the dispatcher, blocks of the user's, aliases. Everything else is a cmdlet.
Set-StrictMode -Version Latest

# The aliases that were set over others, by name: what was there before, or $null.
$script:ReplacedAlias = @{}

function Set-ReplacedAlias {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Its callers ask.')]
    param([string] $Name, [string] $Value)

    if ($script:ReplacedAlias.ContainsKey($Name)) { return }
    $script:ReplacedAlias[$Name] = Get-Alias -Name $Name -Scope Global -ErrorAction Ignore
    Set-Alias -Name $Name -Value $Value -Scope Global -Force
}

function Restore-ReplacedAlias {
    param([string] $Name, [string] $Value)

    if (-not $script:ReplacedAlias.ContainsKey($Name)) { return }
    $before = $script:ReplacedAlias[$Name]
    $script:ReplacedAlias.Remove($Name)
    $now = Get-Alias -Name $Name -Scope Global -ErrorAction Ignore
    # Whoever has set it to something else since has the say.
    if (-not $now -or $now.Definition -ne $Value) { return }
    if ($before) {
        Set-Alias -Name $Name -Value $before.Definition -Option $before.Options -Description $before.Description -Scope Global -Force
    } else {
        Remove-Item -LiteralPath "Alias:\$Name" -Force
    }
}

# r and ls stand for commands that every session has, so they are taken only on request.
$script:OptionalAlias = [ordered]@{ r = 'Exit-GitprocCheckout'; ls = 'Get-GitprocCheckout' }

function Enable-GitprocAlias {
    <#
    .SYNOPSIS
        Lets r and ls stand for Exit-GitprocCheckout and Get-GitprocCheckout in this session.
    .DESCRIPTION
        The stock aliases of these names, Invoke-History and on Windows Get-ChildItem, are given back by
        Disable-GitprocAlias, or when the module is removed.
    .EXAMPLE
        Enable-GitprocAlias

        One line for a profile.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param()

    foreach ($name in $script:OptionalAlias.Keys) {
        if ($PSCmdlet.ShouldProcess($name, "Set the alias to $($script:OptionalAlias[$name])")) {
            Set-ReplacedAlias -Name $name -Value $script:OptionalAlias[$name]
        }
    }
}

function Disable-GitprocAlias {
    <#
    .SYNOPSIS
        Gives r and ls back what they stood for before Enable-GitprocAlias.
    .EXAMPLE
        Disable-GitprocAlias
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param()

    foreach ($name in $script:OptionalAlias.Keys) {
        if ($PSCmdlet.ShouldProcess($name, 'Restore the alias')) {
            Restore-ReplacedAlias -Name $name -Value $script:OptionalAlias[$name]
        }
    }
}

function Use-GitprocCheckout {
    <#
    .SYNOPSIS
        Runs a block in a checkout of a repository and releases the checkout, whatever happens.
    .DESCRIPTION
        Acquires a checkout, goes there, runs the block, comes back and releases it: when the block has ended, when it
        fails, and when Ctrl+C ends it. The block gets the checkout as its first argument.
    .PARAMETER Repository
        A URL, a local path, or a name the pool knows; the origin of the repository that the session stands in, when
        not given.
    .PARAMETER ScriptBlock
        What to run.
    .PARAMETER NoCreate
        Fail when none is free instead of making one.
    .PARAMETER MaxCheckouts
        Make at most this many for the repository.
    .PARAMETER Pool
        The pool's folder; GITPROC_POOL, else ~/.gitproc_pool, when not given.
    .EXAMPLE
        Use-GitprocCheckout https://github.com/owner/repo { dotnet test }
    .EXAMPLE
        1..8 | ForEach-Object -Parallel { Use-GitprocCheckout -Repository $using:url { ./build.ps1 } }
    #>
    [CmdletBinding(DefaultParameterSetName = 'Here')]
    param(
        [Parameter(ParameterSetName = 'Repository', Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([Gitproc.PowerShell.Completion.RepositoryCompleter])]
        [string] $Repository,

        [Parameter(ParameterSetName = 'Here', Mandatory, Position = 0)]
        [Parameter(ParameterSetName = 'Repository', Mandatory, Position = 1)]
        [scriptblock] $ScriptBlock,

        [switch] $NoCreate,

        [ValidateRange(1, [int]::MaxValue)]
        [int] $MaxCheckouts,

        [ValidateNotNullOrEmpty()]
        [string] $Pool
    )

    $acquire = [hashtable]::new($PSBoundParameters)
    $acquire.Remove('ScriptBlock')
    $acquire.ErrorAction = 'Stop'
    $checkout = $null
    try {
        try {
            $checkout = Invoke-GitprocAcquire @acquire -Confirm:$false -WhatIf:$false
        } catch [Management.Automation.CmdletInvocationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
        Push-Location -LiteralPath $checkout.Path -StackName gitproc
        try {
            & $ScriptBlock $checkout
        } finally {
            Pop-Location -StackName gitproc
        }
    } finally {
        if ($checkout) {
            Exit-GitprocCheckout -Checkout $checkout -Confirm:$false -WhatIf:$false
        }
    }
}

function Invoke-Gitproc {
    # With a comment for help, a function of no parameters of its own: what follows the sub-command is the
    # sub-command's, named parameters too.
    <#
    .SYNOPSIS
        gitproc and gp: the commands of the pool by their short names.
    .DESCRIPTION
        gitproc list | ls                  Get-GitprocCheckout
        gitproc filter | -F | grep PATTERN Select-GitprocCheckout
        gitproc acquire | a [REPOSITORY]   Invoke-GitprocAcquire
        gitproc run [REPOSITORY] { ... }   Use-GitprocCheckout
        gitproc release | r [CHECKOUT]     Exit-GitprocCheckout
        gitproc help | --help | -h | -H    this text

        Parameters are handed on. gp is the same; with anything else after it, or with pipeline input, it is
        Get-ItemProperty, which it stands for without this module.
    .EXAMPLE
        Push-Location (gp a https://github.com/owner/repo)
    #>
    begin {
        $commands = @{
            'list' = 'Get-GitprocCheckout'; 'ls' = 'Get-GitprocCheckout'
            'filter' = 'Select-GitprocCheckout'; '-F' = 'Select-GitprocCheckout'; 'grep' = 'Select-GitprocCheckout'
            'acquire' = 'Invoke-GitprocAcquire'; 'a' = 'Invoke-GitprocAcquire'
            'run' = 'Use-GitprocCheckout'
            'release' = 'Exit-GitprocCheckout'; 'r' = 'Exit-GitprocCheckout'
            'help' = 'Get-Help'; '--help' = 'Get-Help'; '-h' = 'Get-Help'
        }
        $name = if ($args.Count -gt 0) { "$($args[0])" } else { 'help' }
        $isItemProperty = $MyInvocation.InvocationName -eq 'gp' -and
            ($MyInvocation.ExpectingInput -or -not $commands.ContainsKey($name))
        if ($isItemProperty) {
            $command = 'Microsoft.PowerShell.Management\Get-ItemProperty'
            $rest = $args
        } elseif (-not $commands.ContainsKey($name)) {
            $exception = [ArgumentException]::new("gitproc has no command '$name'. See gitproc help.")
            throw [Management.Automation.ErrorRecord]::new($exception, 'UnknownCommand', 'InvalidArgument', $name)
        } else {
            $command = "Gitproc\$($commands[$name])"
            $rest = @($args | Select-Object -Skip 1)
            if ($commands[$name] -eq 'Get-Help') {
                $command = 'Microsoft.PowerShell.Core\Get-Help'
                $about = "$($rest | Select-Object -First 1)"
                $rest = @($about ? ($commands[$about] ?? $about) : 'about_Gitproc')
            }
        }
        $pipeline = { & $command @rest }.GetSteppablePipeline($MyInvocation.CommandOrigin)
        $pipeline.Begin($MyInvocation.ExpectingInput)
    }
    process {
        if ($MyInvocation.ExpectingInput) { $pipeline.Process($_) } else { $pipeline.Process() }
    }
    end {
        $pipeline.End()
    }
}

Set-Alias -Name gitproc -Value Invoke-Gitproc
Set-Alias -Name a -Value Invoke-GitprocAcquire
Set-Alias -Name list -Value Get-GitprocCheckout

# A module cannot export an alias over a read-only one, and gp is one.
Set-ReplacedAlias -Name gp -Value Invoke-Gitproc

$ExecutionContext.SessionState.Module.OnRemove = {
    Disable-GitprocAlias -Confirm:$false -WhatIf:$false
    Restore-ReplacedAlias -Name gp -Value Invoke-Gitproc
}

Export-ModuleMember -Function Enable-GitprocAlias, Disable-GitprocAlias, Use-GitprocCheckout, Invoke-Gitproc -Alias gitproc, a, list
