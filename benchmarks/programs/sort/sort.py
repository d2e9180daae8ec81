"""Sorting of integers, floats, strings and records, with and without a key, forwards and backwards."""


class Person:
    def __init__(self, name: str, age: int, score: float) -> None:
        self.name = name
        self.age = age
        self.score = score


def numbers(count: int, seed: int) -> list[int]:
    state = seed
    result: list[int] = []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        result.append(state // 1024)
    return result


def checksum(values: list[int]) -> int:
    total = 0
    for value in values:
        total = (total * 31 + value) % 1_000_003
    return total


def main() -> None:
    values = numbers(320000, 1)
    print(checksum(sorted(values)))
    print(checksum(sorted(values, reverse=True)))
    nearly = sorted(values)
    for i in range(0, len(nearly) - 1, 100):
        nearly[i], nearly[i + 1] = nearly[i + 1], nearly[i]
    nearly.sort()
    print(checksum(nearly))

    floats = [value / 7.0 for value in numbers(150000, 2)]
    floats.sort()
    print(f'{floats[0]:.6f} {floats[75000]:.6f} {floats[-1]:.6f}')

    words = [f'w{value % 100000:05d}' for value in numbers(100000, 3)]
    words.sort()
    print(words[0], words[50000], words[-1])

    people = [Person(f'p{value % 1000}', value % 90, value % 977 / 8.0) for value in numbers(80000, 4)]
    people.sort(key=lambda person: person.score)
    people.sort(key=lambda person: person.age, reverse=True)
    total = 0
    for person in people:
        total = (total * 31 + int(person.score * 8.0) + len(person.name)) % 1_000_003
    print(people[0].name, people[-1].name, total)


if __name__ == '__main__':
    main()
