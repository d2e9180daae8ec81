"""Doubly recursive Fibonacci numbers: the cost of a call and of small integer arithmetic."""


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def main() -> None:
    for n in (29, 30, 31, 32):
        print(fib(n))


if __name__ == '__main__':
    main()
