"""Largest singular value of an infinite matrix, by the power method: float arithmetic in nested calls."""

import math


def cell(i: int, j: int) -> float:
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(v: list[float]) -> list[float]:
    n = len(v)
    result: list[float] = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += cell(i, j) * v[j]
        result.append(total)
    return result


def transposed_times(v: list[float]) -> list[float]:
    n = len(v)
    result: list[float] = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += cell(j, i) * v[j]
        result.append(total)
    return result


def spectral_norm(n: int) -> float:
    u = [1.0] * n
    v = u
    for _ in range(10):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    numerator = 0.0
    denominator = 0.0
    for i in range(n):
        numerator += u[i] * v[i]
        denominator += v[i] * v[i]
    return math.sqrt(numerator / denominator)


def main() -> None:
    print(f'{spectral_norm(320):.9f}')


if __name__ == '__main__':
    main()
