"""All ways to place n queens: recursion that marks and clears lists of booleans."""


class Board:
    def __init__(self, size: int) -> None:
        self.size = size
        self.columns = [False] * size
        self.rising = [False] * (2 * size)
        self.falling = [False] * (2 * size)
        self.placed = [0] * size
        self.solutions = 0
        self.checksum = 0

    def place(self, row: int) -> None:
        size = self.size
        if row == size:
            self.solutions += 1
            weight = 0
            for column in self.placed:
                weight = weight * 7 + column
            self.checksum = (self.checksum + weight) % 1_000_003
            return
        for column in range(size):
            up = row + column
            down = row - column + size
            if self.columns[column] or self.rising[up] or self.falling[down]:
                continue
            self.columns[column] = True
            self.rising[up] = True
            self.falling[down] = True
            self.placed[row] = column
            self.place(row + 1)
            self.columns[column] = False
            self.rising[up] = False
            self.falling[down] = False


def main() -> None:
    board = Board(12)
    board.place(0)
    print(board.solutions, board.checksum)


if __name__ == '__main__':
    main()
