# gpa and gpr for fish. For this shell: gitproc shell-init fish | source

# Acquires a checkout and goes to it.
function gpa
    set -l output (command gitproc acquire $argv)
    or return
    if test (count $output) -eq 1 -a -d "$output[1]"
        # The checkouts that gpa went to, and the folders that it came from.
        set -ga __gitproc_checkouts $output[1]
        set -ga __gitproc_origins $PWD
        cd $output[1]
    else
        printf '%s\n' $output
    end
end

# Releases a checkout. If it is the current one, the shell leaves it first: it must not be in a folder that is cleaned.
function gpr
    set -l here $PWD
    set -l checkout (command gitproc release --print-current $argv 2>/dev/null)
    if not test -d "$checkout"
        command gitproc release $argv
        return
    end
    set -l back $HOME
    for i in (seq (count $__gitproc_checkouts))
        test $__gitproc_checkouts[$i] = $checkout
        and set back $__gitproc_origins[$i]
    end
    cd $back 2>/dev/null
    or cd $HOME
    or return
    # fish has no subshell that could be in another folder.
    command sh -c 'cd -- "$1" && shift && exec gitproc release "$@"' sh $here $argv
    and return
    set -l code $status
    cd $here
    return $code
end

# The arguments of gpa and gpr are those of acquire and release.
for name in gpa gpr
    set -l command (test $name = gpa; and echo acquire; or echo release)
    complete -c $name -f -k -a "(__gitproc_complete $command)"
    complete -c $name -n "__gitproc_has_nothing $command" -F
end

