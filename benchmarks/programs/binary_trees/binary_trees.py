"""Many short-lived trees beside a long-lived one: allocation and collection."""

from typing import Optional


class Node:
    def __init__(self, left: 'Optional[Node]', right: 'Optional[Node]') -> None:
        self.left = left
        self.right = right

    def count(self) -> int:
        total = 1
        if self.left is not None:
            total += self.left.count()
        if self.right is not None:
            total += self.right.count()
        return total


def build(depth: int) -> Node:
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def main() -> None:
    deepest = 14
    print(f'stretch tree of depth {deepest + 1} has {build(deepest + 1).count()} nodes')
    lasting = build(deepest)
    for depth in range(4, deepest + 1, 3):
        trees = 1 << (deepest - depth + 4)
        nodes = 0
        for _ in range(trees):
            nodes += build(depth).count()
        print(f'{trees} trees of depth {depth} have {nodes} nodes')
    print(f'lasting tree of depth {deepest} has {lasting.count()} nodes')


if __name__ == '__main__':
    main()
