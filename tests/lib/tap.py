# SPDX-License-Identifier: BSD-2-Clause
"""pytest plugin that speaks TAP, one line for each test (pytest -p tap)."""

import os
import sys

import pytest


class Tap:
    def __init__(self):
        self.count = 0
        self.out = sys.__stdout__

    def line(self, text):
        self.out.write(text + "\n")
        self.out.flush()

    def pytest_collection_finish(self, session):
        self.line(f"1..{len(session.items)}")

    def pytest_collectreport(self, report):
        if report.failed:
            self.comment(str(report.longrepr))
            self.line(f"Bail out! {report.nodeid} cannot be collected")

    def comment(self, text):
        for line in text.splitlines():
            self.line(f"# {line}")

    def pytest_runtest_logreport(self, report):
        # A test is its call; set-up and tear-down count only when they keep it from running or fail.
        if report.when == "teardown" and report.failed:
            self.comment(report.longreprtext)
            self.line(f"Bail out! tear-down after {report.nodeid} failed")
            return
        if report.when == "setup" and report.passed or report.when == "teardown":
            return
        self.count += 1
        name = f"{self.count} - {report.nodeid.replace('#', '')}"
        if report.passed:
            self.line(f"ok {name}")
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
            self.line(f"ok {name} # SKIP {reason}")
        else:
            self.comment(report.longreprtext)
            for title, text in report.sections:
                self.comment(f"{title}\n{text}")
            self.line(f"not ok {name}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.register(Tap(), "tap-lines")
    # Other parts of pytest ask the terminal reporter for its options, so it stays, but unheard.
    config.get_terminal_writer()._file = open(os.devnull, "w", encoding="utf-8")
