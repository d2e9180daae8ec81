"""Product of two square matrices held as lists of rows: nested float lists."""


def matrix(n: int, seed: int) -> list[list[float]]:
    rows: list[list[float]] = []
    state = seed
    for _ in range(n):
        row: list[float] = []
        for _ in range(n):
            state = (state * 1103515245 + 12345) % 2147483648
            row.append(state / 2147483648.0 - 0.5)
        rows.append(row)
    return rows


def multiply(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    n = len(a)
    m = len(b[0])
    inner = len(b)
    result = [[0.0] * m for _ in range(n)]
    for i in range(n):
        row = a[i]
        out = result[i]
        for k in range(inner):
            factor = row[k]
            other = b[k]
            for j in range(m):
                out[j] += factor * other[j]
    return result


def main() -> None:
    n = 260
    product = multiply(matrix(n, 1), matrix(n, 2))
    trace = 0.0
    total = 0.0
    for i in range(n):
        trace += product[i][i]
        for value in product[i]:
            total += value
    print(f'{trace:.9f} {total:.9f}')


if __name__ == '__main__':
    main()
