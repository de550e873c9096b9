"""Run a command that ends with its parent: `python tether.py PARENT_PID COMMAND…`.

On Linux the kernel sends SIGTERM to the command as soon as the parent is gone, even after kill -9. Elsewhere the
command simply runs; `./dev stop` finds it by the record.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(0)
    os.execvp(command[0], command)
