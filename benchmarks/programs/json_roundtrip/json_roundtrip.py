"""Orders written as JSON text and read back into a tree of values, which is then walked."""

import json


def order(number: int) -> dict[str, object]:
    lines: list[object] = []
    for k in range(number % 4 + 1):
        lines.append({'sku': f'SKU-{(number * 31 + k) % 9973:05d}', 'count': k + 1, 'price': (number * 7 + k * 13) % 4000 / 8.0})
    return {
        'id': number,
        'customer': f'customer "{number % 100}" \u00e9\n',
        'paid': number % 3 == 0,
        'coupon': None if number % 5 else 'TEN',
        'lines': lines,
        'address': {'street': f'{number % 300} Main Street', 'zip': f'{number * 17 % 100000:05d}'},
    }


def weigh(value: object) -> int:
    """A checksum over every value of the tree, in order."""
    if value is None:
        return 3
    if isinstance(value, bool):
        return 5 if value else 7
    if isinstance(value, int):
        return value % 1009
    if isinstance(value, float):
        return int(value * 8.0) % 1013
    if isinstance(value, str):
        return len(value) * 11
    total = 1
    if isinstance(value, list):
        for item in value:
            total = (total * 31 + weigh(item)) % 1_000_003
    elif isinstance(value, dict):
        for key, item in value.items():
            total = (total * 37 + len(key) + weigh(item)) % 1_000_003
    return total


def main() -> None:
    orders: list[object] = [order(number) for number in range(2000)]
    checksum = 0
    length = 0
    for _ in range(24):
        text = json.dumps(orders)
        length += len(text)
        back = json.loads(text)
        checksum = (checksum * 31 + weigh(back)) % 1_000_003
    print(length, checksum)
    print(json.dumps(orders[7]))


if __name__ == '__main__':
    main()
