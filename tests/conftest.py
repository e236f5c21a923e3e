"""Each test process gets a home of its own, set before Django reads its settings."""

from __future__ import annotations

import os
import tempfile

import django

_home = tempfile.TemporaryDirectory(prefix="siyu-test-")
os.environ["SIYU_HOME"] = _home.name
# Not in pyproject.toml: pytest-django would then load the settings before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.config.settings")
django.setup()
