"""The part that is compiled: typed Python without imports."""


def distance(a: str, b: str) -> int:
    """The edit distance of two texts: how many characters to insert, delete or replace to make one of the other."""
    if len(a) < len(b):
        a, b = b, a
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal = row[0]
        row[0] = i + 1
        for j, y in enumerate(b):
            above = row[j + 1]
            best = diagonal if x == y else diagonal + 1
            if above + 1 < best:
                best = above + 1
            if row[j] + 1 < best:
                best = row[j] + 1
            row[j + 1] = best
            diagonal = above
    return row[len(b)]
