"""Runs a program in a pseudo-terminal and acts as its user.

Usage: pseudo-terminal.py STEPS PROGRAM [ARGUMENT...]
STEPS is a JSON array:
  ["wait", TEXT]                 wait until the program writes TEXT after the last text waited for, at most 300 s
  ["send", TEXT]                 type TEXT
  ["size", ROWS, COLUMNS]        resize the terminal
  ["signal", NUMBER]             send a signal to the program
  ["pause", SECONDS]             wait, and read output meanwhile
  ["run", PROGRAM, ARGUMENT...]  run another program outside the terminal
If the program asks where the cursor is, as PowerShell's line editor does, the answer is the top left corner.
Prints a JSON object: output; exitCode; problem (null if all went well); restored (true if the terminal has its original
settings); cpu (processor time in seconds).
"""
import fcntl, json, os, pty, resource, select, signal, struct, subprocess, sys, termios, time

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
written, seen, answered, problem = b"", 0, 0, None


def resize(rows, columns):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def become_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # The parent process may ignore these signals. In a terminal, they have their default action.
    for ignored in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_DFL)


def read(seconds):
    global written, answered
    if not select.select([master], [], [], seconds)[0]:
        return False
    written += os.read(master, 65536)
    while (at := written.find(b"\x1b[6n", answered)) >= 0:
        os.write(master, b"\x1b[1;1R")
        answered = at + 1
    return True


resize(24, 80)
before = termios.tcgetattr(slave)
child = subprocess.Popen(
    program, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=become_terminal,
    env={**os.environ, "TERM": "xterm-256color"})
for kind, *values in steps:
    if kind == "wait":
        end = time.time() + 300
        while values[0].encode() not in written[seen:] and time.time() < end:
            if not read(0.1) and child.poll() is not None and not read(0.1):
                break
        at = written.find(values[0].encode(), seen)
        if at < 0:
            problem = "did not write " + repr(values[0])
            break
        seen = at + len(values[0].encode())
    elif kind == "send":
        os.write(master, values[0].encode())
    elif kind == "size":
        resize(*values)
    elif kind == "signal":
        child.send_signal(values[0])
    elif kind == "run":
        subprocess.run(values, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elif kind == "pause":
        end = time.time() + values[0]
        while time.time() < end:
            read(0.05)
end = time.time() + 300
while child.poll() is None and time.time() < end and not problem:
    read(0.05)
if child.poll() is None:
    problem = problem or "did not end"
    child.kill()
    child.wait()
while read(0.1):
    pass
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "output": written.decode("utf-8", "replace"), "exitCode": child.returncode, "problem": problem,
    "restored": termios.tcgetattr(slave) == before, "cpu": usage.ru_utime + usage.ru_stime}))
