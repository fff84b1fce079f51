# Runs in a pwsh of its own: cleans a checkout that Exit-GitprocCheckout -Background has released.
param(
    [Parameter(Mandatory)]
    [string] $Pool,

    [Parameter(Mandatory)]
    [string] $Checkout,

    [string] $Clean = '',

    [switch] $Discard
)

Import-Module "$PSScriptRoot/Gitproc.psd1"
[Gitproc.PowerShell.BackgroundCleaning]::Run($Pool, $Checkout, $Clean, $Discard)
