# bash completion of gitproc. For this shell: eval "$(gitproc completion bash)"

_gitproc() {
    local program=gitproc rest=${COMP_LINE:0:COMP_POINT} words=() i word skipped typed quote='' prefix='' text tip
    [[ ${COMP_WORDS[0]} == */* ]] && program=${COMP_WORDS[0]/#\~/$HOME}

    # bash ends words at : and = too. What stands together is one word, and the last one ends at the cursor.
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
    while IFS=$'\t' read -r text tip; do
        [[ $quote ]] || printf -v text %q "$text"
        COMPREPLY+=("${text#"$prefix"}")
    done < <("$program" complete -- "${words[@]:1}" 2>/dev/null)
}

# Where it has nothing to say, files are completed.
complete -o default -F _gitproc gitproc
