"""What no line of the program does: put texts into SQL, run what it reads, write HTML by script."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT

APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
#: Where a statement is put together of names the program holds itself (tables, columns, triggers, settings of
#: the server): never of anything somebody sent.
STATEMENTS_OF_OWN_NAMES = {
    "db.py", "operations/doctor/postgres.py", "operations/doctor/sqlite.py", "operations/restore.py",
    "operations/rules.py", "operations/schema.py", "operations/tables.py",
}  # fmt: skip
EXECUTE = {"text", "exec_driver_sql", "execute", "scalar", "scalars", "executemany"}
RUNS = {"eval", "exec", "compile", "__import__", "execfile", "breakpoint"}
UNSAFE = {"pickle", "marshal", "shelve", "subprocess", "pty", "xmlrpc", "telnetlib", "ftplib"}
TO_THE_SYSTEM = {"system", "popen", "execv", "execve", "execvp", "spawnv", "spawnl", "fork", "forkpty"}


def calls(path: Path) -> Iterator[tuple[str, str, ast.Call]]:
    """(what it is called on, its name, the call)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield ast.unparse(function.value), function.attr, node
            elif isinstance(function, ast.Name):
                yield "", function.id, node


def is_put_together(value: ast.expr) -> bool:
    """An f-string, a sum, a %-format or .format(): no constant, no expression of SQLAlchemy's."""
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, ast.Mod | ast.Add)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr in ("format", "join", "replace")
    return isinstance(value, ast.JoinedStr)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(APP).as_posix())
def test_a_module_puts_no_text_into_sql_and_runs_nothing_it_reads(path: Path) -> None:
    name = path.relative_to(APP).as_posix()
    for on, function, call in calls(path):
        said = f"{name}:{call.lineno}: {ast.unparse(call)[:120]}"
        if function in EXECUTE and call.args and is_put_together(call.args[0]):
            assert name in STATEMENTS_OF_OWN_NAMES, said
        assert on or function not in RUNS, said
        assert on != "os" or function not in TO_THE_SYSTEM, said
        assert function not in ("from_string", "render_template_string"), said
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {one.split(".")[0] for one in names} & UNSAFE, f"{name} imports {names}"


def test_the_exceptions_are_needed() -> None:
    needed = {
        path.relative_to(APP).as_posix()
        for path in MODULES
        for _on, function, call in calls(path)
        if function in EXECUTE and call.args and is_put_together(call.args[0])
    }
    assert needed == STATEMENTS_OF_OWN_NAMES


def test_a_module_reads_a_form_or_an_address_and_never_either() -> None:
    """A value in the address must not stand in for one a form left out."""
    mixed = re.compile(r"\brequest\.(values|get_json|json)\b")
    found = [path.name for path in MODULES if mixed.search(path.read_text(encoding="utf-8"))]
    assert not found, found


def test_the_scripts_put_text_on_the_page_as_text() -> None:
    scripts = sorted((APP / "static").rglob("*.js"))
    assert scripts
    for path in scripts:
        said = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
            r"|setTimeout\(\s*[\"'`]"
            r"|localStorage|sessionStorage|indexedDB|postMessage|document\.cookie|onpaste",
            path.read_text(encoding="utf-8"),
        )
        assert not said, f"{path.name}: {said}"


def test_a_template_lets_through_only_what_was_rendered_from_the_courses() -> None:
    """Their HTML is made once, by ``courses/render.py``, and cleaned there; its name ends in html."""
    found = 0
    for path in sorted((APP / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"autoescape\s+false", text), path.name
        for said in re.findall(r"\{\{([^{}]*?)\|\s*safe\b", text):
            found += 1
            values = re.findall(r"[\w.\[\]]+", re.sub(r"\bif\b.*?\belse\b", " ", said))
            assert values and all(value.endswith("html") for value in values), f"{path.name}: {said}"
    assert found > 20
