"""A payer that only notes what it was told, on disk, as a bank would: the same key once."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from siyu.rooms.settlement.types import Instruction, Result

_CLOSED = "0000"


class SandboxPayer:
    """Pays everybody at once, but for accounts that end in 0000: these come back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pay(self, *, instructions: Sequence[Instruction]) -> None:
        """Note payments; one whose key was noted before stays as it is."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for told in instructions:
            is_paid = not told.account.endswith(_CLOSED)
            note = json.dumps({"amount_minor": told.amount_minor, "is_paid": is_paid})
            with NamedTemporaryFile("w", dir=self._folder, encoding="utf-8") as file:
                file.write(note)
                file.flush()
                with suppress(FileExistsError):
                    # Under its own name it is there whole or not at all.
                    os.link(file.name, self._file(told.key))

    def results(self, *, keys: Sequence[str]) -> list[Result]:
        """What became of payments; what was never noted is left out."""
        found = []
        for key in keys:
            try:
                note = json.loads(self._file(key).read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
            reason = "" if note["is_paid"] else "The account is closed."
            found.append(Result(key=key, is_paid=note["is_paid"], reason=reason))
        return found

    def _file(self, key: str) -> Path:
        return self._folder / f"{int(key)}.json"
