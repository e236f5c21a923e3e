"""Each test process gets a home and a database file of its own, set before Django reads them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django
import hypothesis

_home = tempfile.TemporaryDirectory(prefix="siyu-test-")
os.environ["SIYU_HOME"] = _home.name
# Not in pyproject.toml: pytest-django would then load the settings before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.config.settings")
django.setup()
# A parallel worker inherits the environment, and pytest-django would read the settings there
# before this file has given the worker a home of its own.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.db import connection  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402

from tests.append_only import restored_after  # noqa: E402

if connection.vendor == "sqlite":
    # Threads and child processes cannot share a database in memory.
    connection.settings_dict["TEST"]["NAME"] = str(Path(_home.name) / "test.sqlite3")

# A test that commits ends with a flush, whose DELETE the audit log refuses.
TransactionTestCase._fixture_teardown = restored_after(TransactionTestCase._fixture_teardown)

hypothesis.settings.register_profile("siyu", deadline=None)
hypothesis.settings.load_profile("siyu")
