# SPDX-License-Identifier: BSD-2-Clause
"""A little internet of network namespaces: hosts on one wire, and wires of their own to those who hijack a route."""

import pathlib
import subprocess
import time

import stack

PREFIX = 24


def run(*argv):
    subprocess.run([str(a) for a in argv], check=True, capture_output=True, text=True)


class Host:
    """A namespace with one address on the wire."""

    def __init__(self, net, name, address):
        self.net, self.name, self.address = net, name, address
        self.processes = []
        run("ip", "netns", "add", name)
        self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        run("ip", "-n", self.name, *args)

    def argv(self, *argv):
        """What runs a command in there."""
        return ["ip", "netns", "exec", self.name, *argv]

    def start(self, name, *argv):
        """Runs until stop()."""
        process = stack.Process(f"{self.name}-{name}", self.argv(*argv), self.net.dir / f"{self.name}-{name}.log")
        self.processes.append(process.start())
        return process

    def serve_web(self, port):
        """An HTTP server; returns the directory that it gives out."""
        directory = self.net.dir / f"{self.name}-web"
        (directory / ".well-known" / "acme-challenge").mkdir(parents=True)
        self.start("web", "/usr/bin/python3", "-m", "http.server", "--bind", self.address, "--directory", directory, port)
        self.wait_for(port)
        return directory / ".well-known" / "acme-challenge"

    def serve_dns(self, zone, *records):
        """Knot with one zone; a record is a line of its file."""
        directory = self.net.dir / f"{self.name}-dns"
        directory.mkdir()
        (directory / "zone").write_text("\n".join([f"$ORIGIN {zone}.", "$TTL 1", "@ SOA ns hostmaster 1 60 60 60 1", "@ NS ns",
                                                   f"ns A {self.address}", *records, ""]), encoding="ascii")
        conf = directory / "knot.conf"
        conf.write_text(f"server:\n    rundir: {directory}\n    listen: {self.address}@53\n    udp-workers: 1\n"
                        f"    tcp-workers: 1\n    background-workers: 1\ndatabase:\n    storage: {directory}\n"
                        f"log:\n  - target: stderr\n    any: info\n"
                        f"zone:\n  - domain: {zone}\n    file: {directory}/zone\n    journal-content: none\n", encoding="ascii")
        self.start("dns", "/usr/sbin/knotd", "-c", conf)
        self.wait_for(53)

    def wait_for(self, port, seconds=20):
        script = f"import socket; socket.create_connection(('{self.address}', {port}), 1)"
        deadline = time.monotonic() + seconds
        while subprocess.run(self.argv("/usr/bin/python3", "-c", script), check=False, capture_output=True).returncode:
            for process in self.processes:
                process.check()
            assert time.monotonic() < deadline, f"nothing listens on {self.address}:{port}"
            time.sleep(0.1)

    def hijack(self, victim, liar):
        """What this host sends to the victim's address goes to a liar, who has that address too: a more specific route.

        It is gone with the link whose name is returned.
        """
        here, there = f"h{len(self.net.wires)}", f"l{len(self.net.wires)}"
        self.net.wires.append(here)
        run("ip", "link", "add", here, "netns", self.name, "type", "veth", "peer", "name", there, "netns", liar.name)
        self.ip("link", "set", here, "up")
        liar.ip("link", "set", there, "up")
        self.ip("route", "add", f"{victim.address}/32", "dev", here, "src", self.address)
        liar.ip("route", "add", f"{self.address}/32", "dev", there, "src", victim.address)
        return here

    def stop(self):
        for process in reversed(self.processes):
            process.stop()


class Net:
    def __init__(self, directory):
        self.dir, self.hosts, self.wires = pathlib.Path(directory), [], []
        self.dir.mkdir(parents=True)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "wire", "type", "bridge")
        run("ip", "link", "set", "wire", "up")

    def host(self, name, address):
        host = Host(self, name, address)
        run("ip", "link", "add", f"w-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"w-{name}", "master", "wire", "up")
        host.ip("address", "add", f"{address}/{PREFIX}", "dev", "eth0")
        host.ip("link", "set", "eth0", "up")
        self.hosts.append(host)
        return host

    def liar(self, name, victim):
        """A host that claims the victim's address, to those whose route to it was hijacked."""
        host = Host(self, name, victim.address)
        host.ip("address", "add", f"{victim.address}/32", "dev", "lo")
        self.hosts.append(host)
        return host

    def stop(self):
        for host in self.hosts:
            host.stop()
