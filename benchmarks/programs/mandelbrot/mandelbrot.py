"""Escape times of the Mandelbrot set: float arithmetic in a loop with an exit."""


def escape_time(cx: float, cy: float, limit: int) -> int:
    x = 0.0
    y = 0.0
    for i in range(limit):
        xx = x * x
        yy = y * y
        if xx + yy > 4.0:
            return i
        y = 2.0 * x * y + cy
        x = xx - yy + cx
    return limit


def mandelbrot(size: int, limit: int) -> tuple[int, int]:
    total = 0
    inside = 0
    for row in range(size):
        cy = 2.0 * row / size - 1.0
        for column in range(size):
            cx = 3.0 * column / size - 2.0
            steps = escape_time(cx, cy, limit)
            total += steps
            if steps == limit:
                inside += 1
    return total, inside


def main() -> None:
    total, inside = mandelbrot(480, 120)
    print(total, inside)


if __name__ == '__main__':
    main()
