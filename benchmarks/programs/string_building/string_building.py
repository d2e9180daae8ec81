"""Text made and taken apart: concatenation, join, f-strings, replace, find, upper case, comparison and slices."""


def csv_row(number: int) -> str:
    return f'{number},{number * 37 % 1009:04d},item-{number % 97},{number % 7 == 0}'


def table(rows: int) -> str:
    lines: list[str] = []
    for number in range(rows):
        lines.append(csv_row(number))
    return '\n'.join(lines)


def caesar(text: str, shift: int) -> str:
    letters: list[str] = []
    for letter in text:
        if 'a' <= letter <= 'z':
            letters.append(chr((ord(letter) - 97 + shift) % 26 + 97))
        else:
            letters.append(letter)
    return ''.join(letters)


def count_of(text: str, part: str) -> int:
    count = 0
    at = text.find(part)
    while at >= 0:
        count += 1
        at = text.find(part, at + 1)
    return count


def checksum(text: str) -> int:
    total = 7
    for letter in text:
        total = (total * 31 + ord(letter)) % 1_000_003
    return total


def main() -> None:
    text = table(150000)
    print(len(text), checksum(text))
    print(count_of(text, 'item-9'), count_of(text, 'True'))
    shouted = text.replace('item-', 'thing/').upper()
    print(len(shouted), checksum(shouted[:1000000]))
    secret = caesar(text[:1000000], 3)
    print(checksum(secret))
    grown = ''
    for number in range(300000):
        grown += str(number % 10)
        if len(grown) > 2000:
            grown = grown[1000:]
    print(len(grown), checksum(grown))


if __name__ == '__main__':
    main()
