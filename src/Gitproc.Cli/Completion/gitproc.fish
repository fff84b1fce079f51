# fish completion of gitproc. For this shell: gitproc completion fish | source

# Completes the command line, or that of a function that stands for the command in its argument.
function __gitproc_complete
    set -l words (commandline -opc)
    set -l program gitproc
    string match -q '*/*' -- $words[1]; and set program $words[1]
    set -l typed (commandline -ct)
    $program complete -- $argv $words[2..-1] "$typed" 2>/dev/null
end

# True if the word belongs to the command after "run --".
function __gitproc_runs
    set -l words (commandline -opc)
    set -l end (contains -i -- -- $words); and contains -- run $words[1..$end]
end

function __gitproc_complete_command
    set -l words (commandline -opc)
    set -l end (contains -i -- -- $words)
    set -e words[1..$end]
    complete -C (string join -- ' ' (string escape -- $words) (commandline -ct) | string collect --allow-empty)
end

function __gitproc_has_nothing
    test -z "$(__gitproc_complete $argv | string collect)"
end

complete -c gitproc -n __gitproc_runs -f -k -a '(__gitproc_complete_command)'
# If gitproc has no completions, files are completed.
complete -c gitproc -f -k -a '(__gitproc_complete)'
complete -c gitproc -n __gitproc_has_nothing -F
