@{
    RootModule = 'Gitproc.PowerShell.dll'
    ModuleVersion = '0.0.0' # the build puts that of Directory.Build.props here
    GUID = '6a3c1f0e-3f0b-4f52-9d0c-7f5b8d1f9a57'
    Author = 'The Gitproc founders'
    CompanyName = 'Gitproc'
    Copyright = '(c) The Gitproc founders. All rights reserved.'
    Description = 'Keeps a pool of lockable checkouts of git repositories, so that CI jobs, test runs and coding agents work side by side on one machine.'
    PowerShellVersion = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess = @('Gitproc.Format.ps1xml')
    CmdletsToExport = @(
        'Approve-GitprocSetup'
        'Clear-GitprocLease'
        'Clear-GitprocPool'
        'Disable-GitprocAlias'
        'Enable-GitprocAlias'
        'Enter-GitprocCheckout'
        'Exit-GitprocCheckout'
        'Get-GitprocCheckout'
        'Get-GitprocHistory'
        'Get-GitprocLease'
        'Get-GitprocLink'
        'Get-GitprocMachine'
        'Get-GitprocPrompt'
        'Get-GitprocRepository'
        'Get-GitprocRescue'
        'Get-GitprocSetup'
        'Initialize-GitprocCheckout'
        'Invoke-Gitproc'
        'Invoke-GitprocAcquire'
        'New-GitprocLink'
        'Remove-GitprocCheckout'
        'Remove-GitprocLink'
        'Remove-GitprocRescue'
        'Repair-GitprocLink'
        'Repair-GitprocPool'
        'Reset-GitprocCheckout'
        'Restore-GitprocLink'
        'Restore-GitprocRescue'
        'Revoke-GitprocSetup'
        'Select-GitprocCheckout'
        'Show-GitprocPool'
        'Switch-GitprocLink'
        'Test-GitprocPool'
        'Update-GitprocLease'
        'Use-GitprocCheckout'
    )
    FunctionsToExport = @()
    AliasesToExport = @('a', 'gitproc', 'list')
    VariablesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('git', 'checkout', 'clone', 'worktree', 'pool', 'lock', 'ci', 'parallel', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://github.com/gitproc/gitproc/blob/main/LICENSE'
            ProjectUri = 'https://github.com/gitproc/gitproc'
            ReleaseNotes = 'https://github.com/gitproc/gitproc/blob/main/CHANGELOG.md'
        }
    }
}
