# bash completion of gitproc. For this shell: eval "$(gitproc completion bash)"

_gitproc() {
    local program=gitproc rest=${COMP_LINE:0:COMP_POINT} words=() i word skipped typed quote='' prefix='' run='' text tip
    [[ ${COMP_WORDS[0]} == */* ]] && program=${COMP_WORDS[0]/#\~/$HOME}

    # bash also splits words at : and =. Join those with no blank between them. The last word ends at the cursor.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        skipped=${rest%%[![:blank:]]*}
        rest=${rest#"$skipped"}
        word=${COMP_WORDS[i]}
        [[ $rest == "$word"* ]] || word=$rest
        rest=${rest#"$word"}
        if [[ $i -gt 0 && -z $skipped ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
    done

    typed=${words[${#words[@]}-1]}
    case $typed in
        [\'\"]*) quote=${typed:0:1} ;;
        *[:=]*) prefix=${typed%"${typed##*[:=]}"} ;;
    esac
    for i in "${!words[@]}"; do
        case ${words[i]} in
            \'*) word=${words[i]#\'} words[i]=${word%\'} ;;
            \"*) word=${words[i]#\"} words[i]=${word%\"} ;;
            *) words[i]=${words[i]//\\/} ;;
        esac
    done

    COMPREPLY=()
    # The words after "run --" belong to another command.
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == run ]] && run=1
        [[ $run && ${COMP_WORDS[i]} == -- ]] || continue
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset $((i + 1))
        elif declare -F _command_offset >/dev/null; then
            _command_offset $((i + 1))
        elif ((i + 1 == COMP_CWORD)); then
            while IFS= read -r text; do
                COMPREPLY+=("$text")
            done < <(compgen -c -- "$typed")
        fi
        return
    done

    while IFS=$'\t' read -r text tip; do
        [[ $quote ]] || printf -v text %q "$text"
        COMPREPLY+=("${text#"$prefix"}")
    done < <("$program" complete -- "${words[@]:1}" 2>/dev/null)
}

# If gitproc has no completions, files are completed.
# bash before 4.4 has no nosort, and sorts the completions.
complete -o default -o nosort -F _gitproc gitproc 2>/dev/null || complete -o default -F _gitproc gitproc
