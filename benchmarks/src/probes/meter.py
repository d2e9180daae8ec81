"""The meter where there is no C compiler: same arguments, same result (see meter.c). Its peak memory has Python's own as its floor."""

import os
import resource
import sys
import time


def main() -> int:
    result, limit, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    start = time.perf_counter_ns()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        try:
            os.execvp(command[0], command)
        except OSError:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter_ns() - start
    peak = usage.ru_maxrss // 1024 if sys.platform == 'darwin' else usage.ru_maxrss
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
    with open(result, 'w', encoding='utf-8') as file:
        file.write(f'{wall} {peak} {code} {round((usage.ru_utime + usage.ru_stime) * 1e6)}\n')
    return 0


sys.exit(main())
