# An acquire starts this in a separate pwsh for a hook in the background.
param(
    [Parameter(Mandatory)]
    [string] $Ticket
)

Import-Module "$PSScriptRoot/Gitproc.psd1"
[Gitproc.PowerShell.BackgroundHook]::Run($Ticket)
