"""Start one command and print its wall seconds, peak kilobytes, exit code and time-out as JSON.

Arguments: SECONDS OUT ERR COMMAND... The kernel counts the peak of a child from the size of the
process that starts it, so that process is this one, which imports next to nothing.
"""

import os
import signal
import sys
import time


def main(limit: str, out: str, err: str, *command: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams = [(os.POSIX_SPAWN_OPEN, fd, path, flags, 0o600) for fd, path in ((1, out), (2, err))]
    late: list[int] = []
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=streams, setpgroup=0)

    def stop(*_: object) -> None:
        late.append(1)
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, float(limit))
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    signal.setitimer(signal.ITIMER_REAL, 0)
    code = os.waitstatus_to_exitcode(status)
    print(f"[{seconds}, {usage.ru_maxrss}, {code}, {len(late)}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
