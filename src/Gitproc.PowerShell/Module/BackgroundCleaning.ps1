# Exit-GitprocCheckout -Background starts this in a separate pwsh to clean the checkout it released.
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
