"""Oracle of the parser tests: prints what CPython's own parser makes of a set of files.

For each file named on standard input: one line `status hash path`, where the hash covers a pre-order walk of the tree
with node kinds, the fields that are not nodes, and positions. `--dump FILE` prints the walk itself, one node per line.
Spans of what is inside an f-string differ between CPython versions and are left out; kinds and values are not.
"""

import ast
import hashlib
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)

SKIPPED = {"ctx", "type_ignores", "type_comment"}


def constant(value):
    if value is None:
        return "none"
    if value is Ellipsis:
        return "ellipsis"
    if isinstance(value, bool):
        return "bool " + str(value)
    if isinstance(value, int):
        return "int %x" % value
    if isinstance(value, float):
        return "float " + struct.pack(">d", value).hex()
    if isinstance(value, complex):
        return "imaginary " + struct.pack(">d", value.imag).hex()
    if isinstance(value, bytes):
        return "bytes " + value.hex()
    return "str " + text(value)


def text(value):
    # UTF-16 code units, as JavaScript strings hold them.
    units = value.encode("utf-16-be", "surrogatepass")
    return units.hex() if any(ord(c) > 126 or ord(c) < 32 for c in value) else value


def field(value):
    if value is None:
        return "-"
    if isinstance(value, list):
        return "[" + ",".join(field(item) for item in value) + "]"
    return str(value)


def lines(tree):
    stack = [(tree, 0, False)]
    while stack:
        node, depth, in_format = stack.pop()
        name = type(node).__name__
        parts = [name]
        children = []
        for key in node._fields:
            if key in SKIPPED:
                if key == "ctx":
                    parts.append(type(node.ctx).__name__)
                continue
            value = getattr(node, key, None)
            if isinstance(value, (ast.operator, ast.boolop, ast.unaryop, ast.cmpop)):
                parts.append(type(value).__name__)
            elif isinstance(value, ast.AST):
                children.append(value)
            elif isinstance(value, list) and any(isinstance(item, ast.AST) for item in value):
                if isinstance(value[0], ast.cmpop):
                    parts.append(" ".join(type(item).__name__ for item in value))
                else:
                    parts.append("%s:%s" % (key, "".join("." if item is None else "n" for item in value)))
                    children.extend(item for item in value if item is not None)
            elif isinstance(node, (ast.Constant, ast.MatchSingleton)) and key == "value":
                parts.append(constant(value))
            elif isinstance(node, ast.Constant) and key == "kind":
                if not in_format:
                    parts.append(field(value))
            elif value is not None and value != []:
                parts.append("%s=%s" % (key, field(value)))
        if hasattr(node, "lineno") and not in_format:
            parts.append("%d:%d-%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
        yield depth, " ".join(parts)
        inside = in_format or isinstance(node, ast.JoinedStr)
        stack.extend((child, depth + 1, inside) for child in reversed(children))


def main():
    if sys.argv[1:2] == ["--dump"]:
        with open(sys.argv[2], "rb") as file:
            for depth, line in lines(ast.parse(file.read())):
                print("  " * depth + line)
        return
    for path in sys.stdin.read().split("\n"):
        if not path:
            continue
        with open(path, "rb") as file:
            data = file.read()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError) as error:
            print("error", type(error).__name__, path)
            continue
        digest = hashlib.sha1()
        for _, line in lines(tree):
            digest.update(line.encode())
            digest.update(b"\n")
        print("ok", digest.hexdigest(), path)


main()
