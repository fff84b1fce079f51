#compdef gitproc
# zsh completion of gitproc. For this shell, after compinit: eval "$(gitproc completion zsh)"

_gitproc() {
    local program=gitproc line text tip
    local -a typed texts tips shown
    local -i end=${words[(ie)--]} width=0
    # What follows "run --" is another command's.
    if (( end < CURRENT && ${words[1,end][(Ie)run]} )); then
        shift end words
        (( CURRENT -= end ))
        _normal
        return
    fi
    [[ $words[1] == */* ]] && program=${~words[1]}
    typed=("${(@Q)words[2,CURRENT]}")
    # What is behind the cursor does not count.
    typed[-1]=${(Q)PREFIX}
    for line in "${(@f)$("$program" complete -- "${typed[@]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        text=${line%%$'\t'*}
        texts+=("$text")
        tips+=("${line#*$'\t'}")
        (( ${(m)#text} > width )) && width=${(m)#text}
    done
    for text tip in "${(@)texts:^tips}"; do
        [[ -n $tip ]] && text="${(mr:width:)text}  -- $tip"
        # A line that wraps is no row any more.
        (( ${(m)#text} < COLUMNS )) || text="${(mr:COLUMNS-2:)text}…"
        shown+=("$text")
    done
    if (( $#texts )); then
        # In a group that is not sorted: checkout-2 comes before checkout-10.
        compadd -l -V gitproc -d shown -a texts
    else
        _files
    fi
}

if [[ $funcstack[1] == _gitproc ]]; then
    _gitproc "$@"
else
    compdef _gitproc gitproc
fi
