#compdef gitproc
# zsh completion of gitproc. For this shell, after compinit: eval "$(gitproc completion zsh)"

_gitproc() {
    local program=gitproc line
    local -a typed texts shown
    [[ $words[1] == */* ]] && program=${~words[1]}
    typed=("${(@Q)words[2,CURRENT]}")
    # What is behind the cursor does not count.
    typed[-1]=${(Q)PREFIX}
    for line in "${(@f)$("$program" complete -- "${typed[@]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        texts+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    if (( $#texts )); then
        compadd -l -d shown -a texts
    else
        _files
    fi
}

if [[ $funcstack[1] == _gitproc ]]; then
    _gitproc "$@"
else
    compdef _gitproc gitproc
fi
