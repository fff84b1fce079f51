#compdef gitproc
# zsh completion of gitproc. For this shell, after compinit: eval "$(gitproc completion zsh)"

_gitproc() {
    local program=gitproc line text tip
    local -a typed texts tips shown
    local -i end=${words[(ie)--]} width=0
    # The words after "run --" belong to another command.
    if (( end < CURRENT && ${words[1,end][(Ie)run]} )); then
        shift end words
        (( CURRENT -= end ))
        _normal
        return
    fi
    [[ $words[1] == */* ]] && program=${~words[1]}
    typed=("${(@Q)words[2,CURRENT]}")
    # Ignore what follows the cursor.
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
        # A line that wraps would break the list into uneven rows.
        (( ${(m)#text} < COLUMNS )) || text="${(mr:COLUMNS-2:)text}…"
        shown+=("$text")
    done
    if (( $#texts )); then
        # The group is not sorted, so that checkout-2 comes before checkout-10.
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
