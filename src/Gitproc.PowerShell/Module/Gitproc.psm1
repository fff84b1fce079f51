# What needs the caller's own session: blocks of the user's, aliases. Everything else is a cmdlet. What of
# it is exported stands in Gitproc.psd1.
Set-StrictMode -Version Latest

function Push-Alias {
    param([string] $Name, [string] $Value)

    if ($script:ReplacedAlias.ContainsKey($Name)) { return }
    $script:ReplacedAlias[$Name] = $ExecutionContext.InvokeCommand.GetCommand($Name, 'Alias')
    & ([Gitproc.PowerShell.Loading.InitializeGitprocSessionCommand]::SetAlias) -Name $Name -Value $Value -Scope Global -Force
}

function Pop-Alias {
    param([string] $Name, [string] $Value)

    if (-not $script:ReplacedAlias.ContainsKey($Name)) { return }
    $before = $script:ReplacedAlias[$Name]
    $script:ReplacedAlias.Remove($Name)
    $now = Get-Alias -Name $Name -Scope Global -ErrorAction Ignore
    # Whoever has set it to something else since has the say.
    if (-not $now -or $now.Definition -ne $Value) { return }
    # In a session state that is not the module's: what the module itself sets goes with it.
    & ([System.Management.Automation.PSModuleInfo]::new($true)) {
        param($Name, $Before)
        if ($Before) {
            Set-Alias -Name $Name -Value $Before.Definition -Option $Before.Options -Description $Before.Description -Scope Global -Force
        } else {
            Remove-Item -LiteralPath "Alias:$Name" -Force
        }
    } $Name $before
}

# r and ls stand for commands that every session has, so they are taken only on request.
$script:OptionalAlias = [ordered]@{ r = 'Exit-GitprocCheckout'; ls = 'Get-GitprocCheckout' }

function Enable-GitprocAlias {
    [CmdletBinding(SupportsShouldProcess, HelpUri = 'https://github.com/gitproc/gitproc/blob/main/docs/help/Enable-GitprocAlias.md')]
    param()

    foreach ($name in $script:OptionalAlias.Keys) {
        if ($PSCmdlet.ShouldProcess($name, "Set the alias to $($script:OptionalAlias[$name])")) {
            Push-Alias -Name $name -Value $script:OptionalAlias[$name]
        }
    }
}

function Disable-GitprocAlias {
    [CmdletBinding(SupportsShouldProcess, HelpUri = 'https://github.com/gitproc/gitproc/blob/main/docs/help/Disable-GitprocAlias.md')]
    param()

    foreach ($name in $script:OptionalAlias.Keys) {
        if ($PSCmdlet.ShouldProcess($name, 'Restore the alias')) {
            Pop-Alias -Name $name -Value $script:OptionalAlias[$name]
        }
    }
}

function Use-GitprocCheckout {
    [CmdletBinding(DefaultParameterSetName = 'Repository', SupportsShouldProcess, HelpUri = 'https://github.com/gitproc/gitproc/blob/main/docs/help/Use-GitprocCheckout.md')]
    param(
        # Not mandatory in the default set, so that Tab has the repositories before anything is typed.
        [Parameter(ParameterSetName = 'Repository', Position = 0)]
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
        [ArgumentCompleter([Gitproc.PowerShell.Completion.RefCompleter])]
        [string] $Ref,

        [ValidateNotNullOrEmpty()]
        [string] $NewBranch,

        [switch] $Fetch,

        [switch] $NoFetch,

        [Nullable[Gitproc.CleanMode]] $Clean,

        [Nullable[Gitproc.CheckoutKind]] $Kind,

        [switch] $Discard,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([Gitproc.PowerShell.Completion.CheckoutNameCompleter])]
        [string] $Name,

        [switch] $Wait,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $TimeoutSec,

        [ArgumentCompleter([Gitproc.PowerShell.Completion.LabelCompleter])]
        [string] $Label,

        [Collections.IDictionary] $Environment,

        [ValidateNotNullOrEmpty()]
        [string] $Pool
    )

    # A module's function does not see what its caller has set these to.
    if (-not $PSBoundParameters.ContainsKey('WhatIf')) { $WhatIfPreference = $PSCmdlet.GetVariableValue('WhatIfPreference') }
    if (-not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = $PSCmdlet.GetVariableValue('ConfirmPreference') }
    $target = if ($Repository) { [Gitproc.PowerShell.ShownText]::Of($Repository) } else { "$PWD" }
    if (-not $PSCmdlet.ShouldProcess($target, 'Acquire a checkout, run the block in it and release it')) { return }

    $acquire = @{}
    foreach ($parameter in $PSBoundParameters.Keys) {
        if ($parameter -notin 'ScriptBlock', 'Discard', 'WhatIf', 'Confirm') { $acquire[$parameter] = $PSBoundParameters[$parameter] }
    }
    # Not the process of a CI job: the block ends with this session.
    $acquire.Owner = $PID
    $acquire.ErrorAction = 'Stop'
    $checkout = $null
    try {
        try {
            $checkout = Invoke-GitprocAcquire @acquire -Confirm:$false -WhatIf:$false
        } catch {
            # As from a cmdlet of the name. PowerShell puts the function's own name behind it.
            $id = $_.FullyQualifiedErrorId -replace ',.*', ',Gitproc.UseGitprocCheckoutCommand'
            $category = $_.CategoryInfo.Category
            $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new($_.Exception, $id, $category, $_.TargetObject))
        }
        Push-Location -LiteralPath $checkout.Path -StackName gitproc
        try {
            & $ScriptBlock $checkout
        } finally {
            Pop-Location -StackName gitproc
        }
    } finally {
        if ($checkout) {
            # The block may have kept the checkout (Update-GitprocLease -Hold), or given it to somebody else.
            Exit-GitprocCheckout -Checkout $checkout -OwnerProcessId $PID -Discard:$Discard -Confirm:$false -WhatIf:$false
        }
    }
}

# The aliases that were set over others, by name: what was there before, or $null. No method is called and no property is read while
# the module is imported: the first of them in a process takes longer than all else here.
$script:ReplacedAlias = Initialize-GitprocSession -OnRemove {
    Disable-GitprocAlias -Confirm:$false -WhatIf:$false
    Pop-Alias -Name gp -Value Invoke-Gitproc
}
