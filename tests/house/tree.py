"""What stands in the source tree: rooms, files, parsed modules, public functions, kept files."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "siyu"
ROOMS = SOURCE / "rooms"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.py")) if directory.is_dir() else []


def source_files() -> list[Path]:
    return [path for path in python_files(SOURCE) if "migrations" not in path.parts]


def room_names() -> list[str]:
    if not ROOMS.is_dir():
        return []
    return sorted(path.name for path in ROOMS.iterdir() if any(path.glob("*.py")))


def room_of(path: Path) -> str | None:
    """Return the room that a file stands in, None outside the rooms."""
    if not path.is_relative_to(ROOMS):
        return None
    parts = path.relative_to(ROOMS).parts
    return parts[0] if len(parts) > 1 else None


def part_files(room: str, part: str) -> list[Path]:
    """Return the files of one part of a room: `part.py`, or every file of the package `part/`."""
    single = ROOMS / room / f"{part}.py"
    return [single] if single.exists() else python_files(ROOMS / room / part)


def module_name(path: Path) -> str:
    parts = list(path.relative_to(SOURCE.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Import:
    """One imported module or name: `from a.b import c` has module `a.b` and name `c`."""

    path: Path
    line: int
    module: str
    name: str | None
    alias: str

    @property
    def target(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def where(self) -> str:
        return f"{shown(self.path)}:{self.line}"


def imports(path: Path) -> list[Import]:
    """Return every import of a file, relative ones resolved."""
    found: list[Import] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [
                Import(path, node.lineno, item.name, None, item.asname or item.name)
                for item in node.names
            ]
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            found += [
                Import(path, node.lineno, module, item.name, item.asname or item.name)
                for item in node.names
            ]
    return found


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module_name(path).split(".")
    above = node.level - 1 if path.name == "__init__.py" else node.level
    base = package[: len(package) - above]
    return ".".join([*base, node.module] if node.module else base)


def public_functions(room: str, part: str) -> list[tuple[Path, Function]]:
    """Return the public functions of a part; of a package, those that its `__init__.py` lists."""
    package = ROOMS / room / part / "__init__.py"
    listed = {item.alias for item in imports(package)} if package.exists() else None
    return [
        (path, node)
        for path in part_files(room, part)
        for node in parsed(path).body
        if isinstance(node, Function)
        and not node.name.startswith("_")
        and (listed is None or path == package or node.name in listed)
    ]


def public_classes(room: str, part: str) -> list[tuple[Path, ast.ClassDef]]:
    return [
        (path, node)
        for path in part_files(room, part)
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def bases(node: ast.ClassDef) -> set[str]:
    """Return the last names of a class's bases, subscripts left off."""
    plain = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return {ast.unparse(base).rpartition(".")[2] for base in plain}


def kept_files() -> list[Path]:
    """Return the files that git tracks or would track; without git, all of `src` and `tests`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return [*python_files(ROOT / "src"), *python_files(ROOT / "tests")]
    names = listing.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]
