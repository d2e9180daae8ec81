"""Digits of pi from an unbounded spigot, all in integers of growing size: multiplication, addition and division."""


def digits_of_pi(count: int) -> str:
    digits: list[str] = []
    numerator = 1
    total = 3
    denominator = 1
    k = 0
    while len(digits) < count:
        k += 1
        odd = 2 * k + 1
        total = total * odd + numerator * (k - 1)
        numerator *= k
        denominator *= odd
        if numerator * 4 > total:
            continue
        digit = total // denominator
        if digit != (total + numerator) // denominator:
            continue
        digits.append(str(digit))
        total = (total - denominator * digit) * 10
        numerator *= 10
    return ''.join(digits)


def main() -> None:
    digits = digits_of_pi(5000)
    total = 0
    for digit in digits:
        total = (total * 31 + int(digit)) % 1_000_003
    print(digits[:30], digits[-10:], total)
    factorial = 1
    for k in range(2, 1500):
        factorial *= k
    quotient, remainder = divmod(factorial, 7**500)
    text = str(quotient % 10**1000)
    print(len(text), text[:20], remainder % 1_000_000_007)


if __name__ == '__main__':
    main()
