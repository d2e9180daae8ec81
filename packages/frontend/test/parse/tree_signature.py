"""Oracle of the parser tests: prints what CPython itself makes of a set of files.

First a line with the version; then for each file named on standard input a line `parses compiles hash path`, where the
hash covers a pre-order walk of the tree with node kinds, the fields that are not nodes, and positions. Files that are
not UTF-8 are passed over. `--dump FILE` prints the walk itself, one node per line.
Before 3.13, spans inside an f-string are not what the grammar says and are left out; kinds and values never are.
"""

import ast
import hashlib
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)

PLACES_IN_FORMAT = sys.version_info >= (3, 13)
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
        inside = in_format or (isinstance(node, ast.JoinedStr) and not PLACES_IN_FORMAT)
        stack.extend((child, depth + 1, inside) for child in reversed(children))


def main():
    if sys.argv[1:2] == ["--dump"]:
        with open(sys.argv[2], "rb") as file:
            for depth, line in lines(ast.parse(file.read())):
                print("  " * depth + line)
        return
    print("%d.%d" % sys.version_info[:2])
    for path in sys.stdin.read().split("\n"):
        if not path:
            continue
        with open(path, "rb") as file:
            data = file.read()
        try:
            data = data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        data = data.removeprefix("\ufeff")
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError):
            print("no no -", path)
            continue
        try:
            compile(data, path, "exec", dont_inherit=True)
            compiles = "yes"
        except (SyntaxError, ValueError):
            compiles = "no"
        digest = hashlib.sha1()
        for _, line in lines(tree):
            digest.update(line.encode())
            digest.update(b"\n")
        print("yes", compiles, digest.hexdigest(), path)


main()
