"""The page on failure modes and the table in the README say what the code does."""

import re
from pathlib import Path

import molt_accel
from molt_accel import errors
from molt_accel.web.problem import STATUS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "failure-modes.md"


def rows() -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row for row in cells}


def test_every_error_is_on_the_page_with_its_class_and_status():
    by_name = {cls.name: cls for cls in errors.BY_CODE.values()}
    assert set(rows()) == set(by_name)
    for name, (_, python, executed, http, retry_after) in rows().items():
        cls = by_name[name]
        classes = re.findall(r"`(\w+)`", python)
        assert classes[0] == cls.__name__ and hasattr(molt_accel, classes[0])
        for base in classes[1:]:
            assert base in {ancestor.__name__ for ancestor in cls.__mro__}, (name, base)
        assert str(STATUS[name]) in http, name
        assert cls.executed in executed, (name, cls.executed)
        assert (retry_after == "yes") == (STATUS[name] == 503), name


def test_the_protocol_names_the_same_statuses():
    page = (PAGE.parents[1] / "packages" / "ipc" / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| \d{3} +\| ([A-Z_]+) +\| \w+ +\| \w+ +\| (\d{3}) +\|", page, re.MULTILINE)
    assert {name: int(status) for name, status in table} == STATUS
