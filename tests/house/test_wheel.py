"""The wheel holds exactly what the tree holds, and says truly what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOTS = ("specs", "models", "checkers", "conformance")


def files_of_the_tree(repository: Path) -> set[str]:
    """Paths within `lawful/` of everything that should ship."""
    return {
        str(path.relative_to(repository / root))
        for root in ROOTS
        for path in (repository / root / "lawful").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_contains_the_tree(repository: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    packed = [name for name in names if ".dist-info/" not in name]
    assert len(packed) == len(set(packed))
    assert set(packed) == files_of_the_tree(repository)


def test_the_wheel_names_its_entry_points(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        text = archive.read(name).decode()
    assert "lawful = lawful.conformance.cli:main" in text
    assert "lawful = lawful.conformance.plugin" in text
