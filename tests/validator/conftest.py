# SPDX-License-Identifier: BSD-2-Clause
"""Fixture: a validator for each test file, with its own database, web servers and DNS server."""

import pathlib

import pytest

import rig as rigs


@pytest.fixture(scope="module")
def rig_settings():
    """A test file may override this with keyword arguments of Rig."""
    return {}


@pytest.fixture(scope="module")
def rig(request, rig_settings):
    r = rigs.Rig(pathlib.Path(request.module.__file__).stem.removeprefix("test_"), **rig_settings)
    try:
        yield r.start()
    finally:
        r.stop()
    for log in r.stack.sanitizer_reports():
        pytest.fail(f"{log.name}\n{log.read_text(encoding='utf-8', errors='replace')[:8000]}", pytrace=False)
