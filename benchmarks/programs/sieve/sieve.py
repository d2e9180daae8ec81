"""Primes by the sieve of Eratosthenes: a long list of booleans written at a stride."""


def primes_below(limit: int) -> list[int]:
    composite = [False] * limit
    primes: list[int] = []
    for number in range(2, limit):
        if not composite[number]:
            primes.append(number)
            for multiple in range(number * number, limit, number):
                composite[multiple] = True
    return primes


def main() -> None:
    primes = primes_below(6_000_000)
    total = 0
    for prime in primes:
        total = (total * 31 + prime) % 1_000_000_007
    print(len(primes), primes[-1], total)


if __name__ == '__main__':
    main()
