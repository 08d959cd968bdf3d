# SPDX-License-Identifier: BSD-2-Clause
"""What the demo tells on its ready line is all that a client needs."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

import acme
import stack as stacks


@pytest.fixture
def ready():
    """Of a demo with --eab; certbot has been there before the line after it."""
    place = pathlib.Path(os.environ["CHERT_TEST_DIR"]) / "demo"
    ports = [x for option in ("--port", "--http-port", "--tls-port") for x in (option, str(stacks.free_port()))]
    argv = [sys.executable, "-u", stacks.TOP / "tests" / "lib" / "demo.py", "--build", os.environ["CHERT_BUILD"],
            "--state", place, "--eab", *ports]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=os.environ | stacks.environment()) as demo:
        said = []
        for line in demo.stdout:
            said.append(line)
            if "running until" in line:
                break
        text = "".join(said)
        assert demo.poll() is None and "certbot got it" in text, text
        [found] = [line for line in said if line.startswith("ready: ")]
        yield dict(word.split("=", 1) for word in found.split()[1:]) | {"http-port": ports[3], "tls-port": ports[5]}
        demo.send_signal(signal.SIGINT)
        assert demo.stdout.read().endswith("stopped\n")
    assert demo.returncode == 0


def lego(ready, home, *args, way="http"):
    argv = ["lego", "--server", ready["directory"], "--accept-tos", "--email", "admin@demo.test", "--path", home,
            f"--{way}", f"--{way}.port", f"127.0.0.1:{ready[f'{way}-port']}", "--domains", "lego.demo.test", *args, "run"]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
                          env=stacks.environment() | {"LEGO_CA_CERTIFICATES": ready["ca"]})


def test_bound(ready, tmp_path):
    done = lego(ready, tmp_path / "unbound")
    assert done.returncode != 0 and "requires External Account Binding" in done.stderr, done.stderr
    for way in ("http", "tls"):
        done = lego(ready, tmp_path / way, "--eab", "--kid", ready["eab-kid"], "--hmac", ready["eab-hmac"], way=way)
        assert done.returncode == 0, done.stderr
        chain = (tmp_path / way / "certificates" / "lego.demo.test.crt").read_text(encoding="ascii")
        assert acme.names_of(acme.certificates(chain)[0]) == ["lego.demo.test"]
