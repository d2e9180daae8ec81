"""Words of a generated text counted in a dict, then ranked: splitting, hashing and sorting of strings."""

SYLLABLES = ['ba', 'co', 'du', 'fe', 'gi', 'ka', 'lo', 'mu', 'ne', 'pi', 'ra', 'so', 'tu', 've', 'wi', 'za']


def word(number: int) -> str:
    text = ''
    while True:
        text += SYLLABLES[number % 16]
        number //= 16
        if number == 0:
            return text


def generate(lines: int) -> str:
    state = 12345
    result: list[str] = []
    for _ in range(lines):
        words: list[str] = []
        for _ in range(12):
            state = (state * 1103515245 + 12345) % 2147483648
            rank = state // 65536 % 256
            words.append(word(rank * rank // 16 + state // 16777216 % 4))
        result.append(' '.join(words))
    return '\n'.join(result)


def count_words(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in text.split('\n'):
        for token in line.split(' '):
            counts[token] = counts.get(token, 0) + 1
    return counts


def main() -> None:
    text = generate(16000)
    checksum = 0
    for _ in range(20):
        counts = count_words(text)
        checksum = (checksum * 31 + len(counts)) % 1_000_003
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for name, count in ranked[:8]:
        print(f'{name} {count}')
    print(len(text), len(counts), checksum)


if __name__ == '__main__':
    main()
