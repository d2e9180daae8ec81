"""Pancake flips over every permutation: integer lists indexed and rewritten in place."""


def fannkuch(n: int) -> tuple[int, int]:
    permutation = list(range(n))
    work = [0] * n
    count = [0] * n
    most_flips = 0
    checksum = 0
    sign = 1
    r = n
    while True:
        while r > 1:
            count[r - 1] = r
            r -= 1
        if permutation[0] != 0:
            for i in range(n):
                work[i] = permutation[i]
            flips = 0
            first = work[0]
            while first != 0:
                low = 1
                high = first - 1
                while low < high:
                    held = work[low]
                    work[low] = work[high]
                    work[high] = held
                    low += 1
                    high -= 1
                held = work[first]
                work[first] = first
                first = held
                flips += 1
            if flips > most_flips:
                most_flips = flips
            checksum += sign * flips
        sign = -sign
        r = 1
        while True:
            if r == n:
                return checksum, most_flips
            first = permutation[0]
            for i in range(r):
                permutation[i] = permutation[i + 1]
            permutation[r] = first
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1


def main() -> None:
    checksum, flips = fannkuch(9)
    print(checksum, flips)


if __name__ == '__main__':
    main()
