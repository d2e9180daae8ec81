"""Runs a program whose functions are compiled by Numba: once to compile, once to measure. Fails where Numba cannot compile it.

timed_numba.py FILE: every function but main() becomes a compiled one; main() stays in Python and only prints.
"""

import contextlib
import io
import sys
import time
import types
import warnings

import numba


def main() -> None:
    warnings.simplefilter('ignore')
    path = sys.argv[1]
    with open(path, encoding='utf-8') as file:
        code = compile(file.read(), path, 'exec')
    program = types.ModuleType('program')
    # Numba looks the functions' module up by its name.
    sys.modules['program'] = program
    exec(code, program.__dict__)
    for name, value in list(vars(program).items()):
        if isinstance(value, type) and value.__module__ == 'program':
            sys.exit('classes are not compiled')
        if isinstance(value, types.FunctionType) and name != 'main':
            setattr(program, name, numba.njit(value))
    with contextlib.redirect_stdout(io.StringIO()):
        program.main()
    start = time.perf_counter_ns()
    program.main()
    sys.stdout.flush()
    print(f'@seconds {(time.perf_counter_ns() - start) / 1e9:.9f}', file=sys.stderr)


main()
