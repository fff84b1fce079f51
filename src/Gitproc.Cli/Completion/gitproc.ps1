# PowerShell completion of the gitproc program. For this session: gitproc completion pwsh | Out-String | Invoke-Expression
# The Gitproc module has its own completion and does not need this script.

Register-ArgumentCompleter -Native -CommandName gitproc, gpa, gpr -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    # The words after "run --" belong to another command.
    $texts = @($CommandAst.CommandElements.Extent.Text)
    $end = $texts.IndexOf('--')
    if ($end -gt 1 -and $texts[1..$end] -ccontains 'run' -and $CommandAst.CommandElements[$end].Extent.EndOffset -lt $CursorPosition) {
        $start = $CommandAst.CommandElements[$end].Extent.EndOffset
        $line = $CommandAst.Extent.StartScriptPosition.GetFullScript().Substring($start)
        return (TabExpansion2 $line.PadRight($CursorPosition - $start) ($CursorPosition - $start)).CompletionMatches
    }

    $words = @(foreach ($element in $CommandAst.CommandElements | Select-Object -Skip 1) {
            if ($element.Extent.StartOffset -ge $CursorPosition) { break }
            if ($element.Extent.EndOffset -ge $CursorPosition) { break }
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value } else { $element.Extent.Text }
        })
    $quote = if ($WordToComplete -match '^[''"]') { $Matches[0] }
    $typed = if ($quote) { $WordToComplete.Trim($quote) } else { $WordToComplete }
    $name = $CommandAst.GetCommandName()
    # gitproc shell-init makes these two.
    if ($name -in 'gpa', 'gpr') {
        $words = @($(if ($name -eq 'gpa') { 'acquire' } else { 'release' })) + $words
        $name = 'gitproc'
    }
    $program = Get-Command -Name $name -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if (-not $program) { return }
    foreach ($line in & $program complete -- @words $typed 2>$null) {
        $text, $tip = $line -split "`t", 2
        $written = if ($quote -or $text -notmatch '^[\w./:\\+=^!-]+$') { "'" + $text.Replace("'", "''") + "'" } else { $text }
        [System.Management.Automation.CompletionResult]::new($written, $text, 'ParameterValue', $(if ($tip) { $tip } else { $text }))
    }
}
