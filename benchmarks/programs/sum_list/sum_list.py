"""Sum of a list of a million small integers, over and over: iteration and checked addition."""


def total(values: list[int]) -> int:
    result = 0
    for value in values:
        result += value
    return result


def main() -> None:
    values = [i * 7919 % 1000003 for i in range(1_000_000)]
    checksum = 0
    for repeat in range(40):
        values[repeat] = repeat
        checksum ^= total(values)
    print(checksum, total(values))


if __name__ == '__main__':
    main()
