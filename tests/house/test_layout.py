"""The four folders are source roots of one package.

What each root carries at its top is what makes wheels, editable installs, type checkers and foreign projects agree on
where a module is: one `__init__.py`, the same in each root, and nothing else.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOTS = ("specs", "models", "checkers", "conformance")


def stray_files(root: Path) -> list[str]:
    """Python files of a source root that are outside of its one package."""
    package = root / "lawful" / root.name
    inside = {root / "lawful" / "__init__.py"}
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*.py") if path not in inside and package not in path.parents
    )


def folders_without_init(root: Path) -> list[str]:
    """Folders with Python files that are no packages."""
    return sorted(
        str(folder.relative_to(root))
        for folder in {path.parent for path in root.rglob("*.py")}
        if not (folder / "__init__.py").is_file()
    )


def has_docstring(source: str) -> bool:
    return bool(ast.get_docstring(ast.parse(source)))


def test_every_root_carries_the_same_init(repository: Path) -> None:
    texts = {root: (repository / root / "lawful" / "__init__.py").read_bytes() for root in ROOTS}
    assert len(set(texts.values())) == 1, texts


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_has_no_python_outside_of_its_package(repository: Path, root: str) -> None:
    assert stray_files(repository / root) == []


@pytest.mark.parametrize("root", ROOTS)
def test_every_folder_with_python_is_a_package(repository: Path, root: str) -> None:
    assert folders_without_init(repository / root) == []


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_is_typed_and_says_what_it_is_for(repository: Path, root: str) -> None:
    assert (repository / root / "lawful" / "py.typed").is_file()
    assert len((repository / root / "README.md").read_text(encoding="utf-8")) > len("# specs")


def test_every_public_module_has_a_docstring(repository: Path, source_files: list[Path]) -> None:
    public = [path for path in source_files if path.name == "__init__.py" or not path.name.startswith("_")]
    silent = [str(path.relative_to(repository)) for path in public if not has_docstring(path.read_text("utf-8"))]
    assert silent == []
    assert public


def test_stray_files_and_missing_inits_are_found(tmp_path: Path) -> None:
    root = tmp_path / "models"
    for name in ("lawful/__init__.py", "lawful/models/__init__.py", "lawful/models/raft/log.py", "lawful/stray.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / "loose.py").write_text("")
    assert stray_files(root) == ["lawful/stray.py", "loose.py"]
    assert "lawful/models/raft" in folders_without_init(root)


def test_a_missing_docstring_is_found() -> None:
    assert not has_docstring("# a comment is none\nx = 1")
