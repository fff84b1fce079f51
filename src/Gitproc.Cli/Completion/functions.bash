# gpa and gpr for bash. For this shell: eval "$(gitproc shell-init bash)"

# The checkouts that gpa went to, and the folders that it came from.
declare -p _gitproc_checkouts >/dev/null 2>&1 || _gitproc_checkouts=() _gitproc_origins=()

# Acquires a checkout and goes to it.
gpa() {
    local output
    output=$(command gitproc acquire "$@") || return
    if [[ -d $output ]]; then
        _gitproc_checkouts+=("$output") _gitproc_origins+=("$PWD")
        builtin cd -- "$output"
    elif [[ $output ]]; then
        printf '%s\n' "$output"
    fi
}

# Releases a checkout. If it is the current one, the shell leaves it first: it must not be in a folder that is cleaned.
gpr() {
    local here=$PWD back=$HOME checkout i code
    checkout=$(command gitproc release --print-current "$@" 2>/dev/null)
    if [[ ! -d $checkout ]]; then
        command gitproc release "$@"
        return
    fi
    for ((i = 0; i < ${#_gitproc_checkouts[@]}; i++)); do
        [[ ${_gitproc_checkouts[i]} != "$checkout" ]] || back=${_gitproc_origins[i]}
    done
    builtin cd -- "$back" 2>/dev/null || builtin cd -- "$HOME" || return
    (builtin cd -- "$here" && command gitproc release "$@") && return
    code=$?
    builtin cd -- "$here"
    return "$code"
}

# The arguments of gpa and gpr are those of acquire and release.
_gitproc_function() {
    local command=acquire
    [[ ${COMP_WORDS[0]} == gpr ]] && command=release
    local COMP_LINE="gitproc $command${COMP_LINE#"${COMP_WORDS[0]}"}"
    local COMP_POINT=$((COMP_POINT + ${#command} + 5)) COMP_CWORD=$((COMP_CWORD + 1))
    local COMP_WORDS=(gitproc "$command" "${COMP_WORDS[@]:1}")
    _gitproc
}

complete -o default -o nosort -F _gitproc_function gpa gpr 2>/dev/null || complete -o default -F _gitproc_function gpa gpr

