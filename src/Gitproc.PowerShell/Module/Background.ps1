# Gitproc starts this in a separate pwsh, with the pool's folder and what is to be done there.
Import-Module "$PSScriptRoot/Gitproc.psd1"
exit [Gitproc.PowerShell.Background]::Run($args)
