"""What operations needs from outside: a place for files, locks, and an importer of files."""

from pathlib import Path
from typing import Protocol

from siyu.rooms.operations.types import FilePreview, ImportSummary, ImportView, Listener


class Importer(Protocol):
    """Reads a file by its mapping and hands its rows to the rooms' actions."""

    def run(self, *, imported: ImportView, progress: Listener) -> ImportSummary:
        """Import the file; going on where an interrupted attempt stopped."""

    def dry_run(
        self, *, program_id: int, kind: str, path: Path, mapping: str, progress: Listener
    ) -> tuple[ImportSummary, Path]:
        """What an import would do, and the reject file; nothing is kept in the database."""

    def template_headings(self, *, kind: str, language: str) -> list[str]:
        """The headings of an empty file of a kind: Chinese for ``zh``, else English."""

    def money_and_zone(self, *, kind: str, mapping: str) -> tuple[str, str]:
        """The currency and time zone that a mapping names, or the defaults."""

    def look(self, *, program_id: int, kind: str, path: Path, mapping: str) -> FilePreview:
        """The first rows of a file as they would be read, before anything is imported."""


_importers: list[Importer] = []


def plug_importer(importer: Importer) -> None:
    """Use this importer from now on."""
    _importers[:] = [importer]


def importer() -> Importer:
    """The plugged importer."""
    return _importers[0]
