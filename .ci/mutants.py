"""Small faults for `make mutation`: which there are, what each is called, and which of them change nothing.

Each mutant is one changed comparison, constant, operator, condition or verdict of harness/checks or harness/verdicts.
It is called by its module, its function and what is changed there, not by its line, so that the list of survivors
(``mutation_survivors.csv``) outlives changes elsewhere in the module.
"""

import ast
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("harness/checks", "harness/verdicts")
LISTED = Path(__file__).with_name("mutation_survivors.csv")

SWAPPED: dict[type[Any], Any] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
SAME = frozenset({"strict", "frozen", "slots", "maxsize"})
"""Arguments that change nothing which is judged: a mutant of one is none."""
LONGEST = 100
"""Characters of the source that a mutant is called by."""


@dataclass(frozen=True)
class Mutant:
    """One fault. ``function`` is the name of the outermost function it is in, empty outside of any.

    ``lines`` are those of the statement, or of the part of a compound statement, that is changed.
    """

    path: str
    index: int
    lines: tuple[int, int]
    function: str
    change: str

    @property
    def name(self) -> tuple[str, str, str]:
        """Module, function and change: the same as long as the function says the same."""
        return self.path, self.function, self.change

    @property
    def place(self) -> str:
        """File, line, function, and what was done there."""
        return f"{self.path}:{self.lines[0]}: {self.function or 'module'}: {self.change}"

    @property
    def name_of_table(self) -> str:
        """What the statement that is changed assigns to, at the top of the module; empty: it assigns nothing there."""
        for one in ast.parse(source(self.path)).body:
            if one.lineno == self.lines[0]:
                match one:
                    case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                        return name
        return ""

    @property
    def tree(self) -> ast.Module:
        """The module with the fault in it."""
        tree = ast.parse(source(self.path))
        _mutate(list(ast.walk(tree))[self.index])
        return ast.fix_missing_locations(tree)


def module_of(path: str) -> str:
    """Dotted name of a module, by its path."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@lru_cache
def source(path: str) -> str:
    """Text of a module, by its path from the root of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


@lru_cache
def every_mutant() -> tuple[Mutant, ...]:
    """Every mutant of the rooms, module by module."""
    paths = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))]
    return tuple(mutant for path in paths for mutant in mutants(str(path)))


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of one module."""
    tree = ast.parse(source(path))
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    skipped = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.keyword) and one.arg in SAME}
    functions = list(_functions(tree, ""))
    places = [int(getattr(node, "lineno", 0)) for node in ast.walk(tree)]
    shown = [(_shown(node, parents), _lines(node, parents)) for node in ast.walk(tree)]  # before anything is changed
    seen: Counter[tuple[str, str]] = Counter()
    for index, node in enumerate(list(ast.walk(tree))):
        done = "" if id(node) in skipped else _mutate(node)
        if not done:
            continue
        text, lines = shown[index]
        function = next((name for name, first, last in functions if first <= places[index] <= last), "")
        change = f"{done}: {text}"
        seen[function, change] += 1
        if seen[function, change] > 1:
            change += f" ({seen[function, change]})"
        yield Mutant(path, index, lines, function, change)


def _functions(node: ast.AST, before: str) -> Iterator[tuple[str, int, int]]:
    """Outermost functions and methods: name, first and last line of the body."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield before + child.name, child.body[0].lineno, child.end_lineno or child.lineno
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{before}{child.name}.")


def _shown(node: ast.AST, parents: dict[int, ast.AST]) -> str:
    """The source that a mutant of this node is called by: of a constant or a name what it stands in."""
    if isinstance(node, ast.If | ast.IfExp):
        node = node.test
    elif isinstance(node, ast.Constant | ast.Attribute | ast.Name):
        node = parents[id(node)]
        while not isinstance(node, ast.expr | ast.stmt | ast.match_case):
            node = parents[id(node)]
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _lines(node: ast.AST, parents: dict[int, ast.AST]) -> tuple[int, int]:
    """Of the statement that a node stands in; of a compound statement only of the expression in its head."""
    inner = node.test if isinstance(node, ast.If) else node
    outer = parents.get(id(inner))
    while outer is not None and not isinstance(inner, ast.stmt):
        if isinstance(outer, ast.match_case) or (isinstance(outer, ast.stmt) and hasattr(outer, "body")):
            break
        inner, outer = outer, parents.get(id(outer))
    return getattr(inner, "lineno", 0), getattr(inner, "end_lineno", 0)


def _mutate(node: ast.AST) -> str:
    """Change a node in place; what was done, empty: nothing."""
    match node:
        case ast.Compare(ops=[first, *_]) if type(first) in SWAPPED:
            node.ops[0] = SWAPPED[type(first)]()
            return f"{type(first).__name__} turned round"
        case ast.BoolOp(op=op):
            node.op = SWAPPED[type(op)]()
            return f"{type(op).__name__} turned round"
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=left) if not isinstance(left, ast.Constant | ast.JoinedStr):
            node.op = SWAPPED[type(op)]()
            return f"{type(op).__name__} turned round"
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
            return "not left out"
        case ast.If() | ast.IfExp():
            node.test = ast.Constant(value=False)
            return "condition never true"
        case ast.Constant(value=bool() as value):
            node.value = not value
            return f"{value} turned round"
        case ast.Constant(value=int() as value):
            node.value = value + 1
            return f"{value} one more"
        case ast.Attribute(value=ast.Name(id="Verdict"), attr=attr) if attr in {"FAIL", "BLOCKED", "REVIEW"}:
            node.attr = {"FAIL": "BLOCKED", "BLOCKED": "FAIL", "REVIEW": "PASS"}[attr]
            return f"{attr} for another"
        case ast.Name(id="failed", ctx=ast.Load()):
            node.id = "passed"
            return "failed for passed"
        case _:
            return ""


def listed() -> dict[tuple[str, str, str], str]:
    """Mutants that change nothing a test could assert, by name, each with the reason."""
    with LISTED.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["function"], row["mutation"]): row["reason"] for row in csv.DictReader(file)}
