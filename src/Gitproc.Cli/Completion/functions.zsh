# gpa and gpr for zsh. For this shell, after compinit: eval "$(gitproc shell-init zsh)"

# The checkouts that gpa went to, and the folders that it came from.
typeset -ga _gitproc_checkouts _gitproc_origins

# Acquires a checkout and goes to it.
function gpa {
    local output
    output=$(command gitproc acquire "$@") || return
    if [[ -d $output ]]; then
        _gitproc_checkouts+=("$output") _gitproc_origins+=("$PWD")
        builtin cd -- "$output"
    elif [[ -n $output ]]; then
        print -r -- "$output"
    fi
}

# Releases a checkout. If it is the current one, the shell leaves it first: it must not be in a folder that is cleaned.
function gpr {
    local here=$PWD back=$HOME checkout entry origin code
    checkout=$(command gitproc release --print-current "$@" 2>/dev/null)
    if [[ ! -d $checkout ]]; then
        command gitproc release "$@"
        return
    fi
    for entry origin in "${(@)_gitproc_checkouts:^_gitproc_origins}"; do
        [[ $entry != "$checkout" ]] || back=$origin
    done
    builtin cd -- "$back" 2>/dev/null || builtin cd -- "$HOME" || return
    (builtin cd -q -- "$here" && command gitproc release "$@") && return
    code=$?
    builtin cd -- "$here"
    return $code
}

# The arguments of gpa and gpr are those of acquire and release.
function _gitproc_function {
    local command=acquire
    [[ $words[1] == gpr ]] && command=release
    words=(gitproc $command "${(@)words[2,-1]}")
    (( CURRENT++ ))
    _gitproc
}

compdef _gitproc_function gpa gpr

