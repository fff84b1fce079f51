# .EXTERNALHELP Gitproc-Help.xml

# The body of the function of this name, which takes no parameters of its own: what follows the sub-command is the
# sub-command's, named parameters too. A block that it hands on sees the variables here before the caller's own, hence
# their names.
begin {
    $gitprocName = if ($args.Count -gt 0) { "$($args[0])" } else { 'help' }
    $gitprocLength = [Gitproc.PowerShell.ShortCommands]::Length($gitprocName, $(if ($args.Count -gt 1) { "$($args[1])" }))
    if ($gitprocLength -eq 2) { $gitprocName = "$gitprocName $($args[1])" }
    $gitprocCommand = [Gitproc.PowerShell.ShortCommands]::TargetOf($gitprocName)
    # By index: what is $null is handed on too, for the cmdlet to refuse.
    $gitprocRest = @(if ($args.Count -gt $gitprocLength) { $args[$gitprocLength..($args.Count - 1)] })
    if ($MyInvocation.InvocationName -eq 'gp' -and ($MyInvocation.ExpectingInput -or -not $gitprocCommand)) {
        $gitprocCommand = 'Microsoft.PowerShell.Management\Get-ItemProperty'
        $gitprocRest = $args
    } elseif (-not $gitprocCommand) {
        throw [Gitproc.PowerShell.ShortCommands]::Unknown($gitprocName)
    } elseif ($gitprocCommand -eq 'Get-Help') {
        $gitprocCommand = 'Microsoft.PowerShell.Core\Get-Help'
        $gitprocAbout = "$(if ($gitprocRest) { $gitprocRest[0] })"
        $gitprocRest = @($gitprocAbout ? ([Gitproc.PowerShell.ShortCommands]::TargetOf($gitprocAbout) ?? $gitprocAbout) : 'about_Gitproc')
    }
    # -ErrorVariable and its like are set where the command runs, which is here; the caller looks for them one up.
    $gitprocVariables = for ($i = 0; $i + 1 -lt $gitprocRest.Count; $i++) {
        if ($gitprocRest[$i] -match '^-(ErrorVariable|ev|OutVariable|ov|WarningVariable|wv|InformationVariable|iv):?$') {
            "$($gitprocRest[$i + 1])".TrimStart('+')
        }
    }
    # -Confirm:$false comes as two, and is handed on as one only by its name.
    $gitprocNamed = @{}
    $gitprocPositional = for ($i = 0; $i -lt $gitprocRest.Count; $i++) {
        if ($gitprocRest[$i] -is [string] -and $gitprocRest[$i] -match '^-(\w+):$' -and $i + 1 -lt $gitprocRest.Count) {
            $gitprocNamed[$Matches[1]] = $gitprocRest[++$i]
        } else {
            , $gitprocRest[$i]
        }
    }
    $gitprocRest = @($gitprocPositional)
    # In a pipeline of its own, the cmdlet does not see that something stands after it in this one.
    if ($gitprocCommand -eq 'Show-GitprocPool' -and $MyInvocation.PipelinePosition -lt $MyInvocation.PipelineLength) { $gitprocNamed['Once'] = $true }
    $gitprocPipeline = { & $gitprocCommand @gitprocRest @gitprocNamed }.GetSteppablePipeline($MyInvocation.CommandOrigin)
    # Into this function's own streams, so that what goes wrong is in the -ErrorVariable of whoever called it.
    $gitprocPipeline.Begin($MyInvocation.ExpectingInput, $ExecutionContext)
}
process {
    if ($MyInvocation.ExpectingInput) { $gitprocPipeline.Process($_) } else { $gitprocPipeline.Process() }
}
end {
    $gitprocPipeline.End()
    foreach ($gitprocVariable in $gitprocVariables) {
        Set-Variable -Name $gitprocVariable -Value (Get-Variable -Name $gitprocVariable -ValueOnly) -Scope 1
    }
}
