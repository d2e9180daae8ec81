"""Runs a program and says on stderr how long its code took, without the start of the interpreter.

    timed.py FILE               runs a source file as the main program
    timed.py --module DIR NAME  imports a module (an extension module, when there is one) and calls its main()
"""

import importlib
import sys
import time
import types


def main() -> None:
    if sys.argv[1] == '--module':
        sys.path.insert(0, sys.argv[2])
        module = importlib.import_module(sys.argv[3])
        if str(module.__file__).endswith('.py'):
            sys.exit(f'{sys.argv[3]} was not compiled')
        start = time.perf_counter_ns()
        module.main()
    else:
        path = sys.argv[1]
        with open(path, encoding='utf-8') as file:
            code = compile(file.read(), path, 'exec')
        program = types.ModuleType('__main__')
        sys.modules['__main__'] = program
        start = time.perf_counter_ns()
        exec(code, program.__dict__)
    sys.stdout.flush()
    print(f'@seconds {(time.perf_counter_ns() - start) / 1e9:.9f}', file=sys.stderr)


main()
