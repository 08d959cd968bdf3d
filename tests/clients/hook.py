#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""certbot's --manual-auth-hook and --manual-cleanup-hook for dns-01: hook.py add|delete PORT ZONE."""

import os
import sys

import dns.query
import dns.rcode
import dns.update


def main():
    action, port, zone = sys.argv[1:]
    name = f"_acme-challenge.{os.environ['CERTBOT_DOMAIN'].removeprefix('*.')}."
    text = f'"{os.environ["CERTBOT_VALIDATION"]}"'
    message = dns.update.UpdateMessage(f"{zone}.")
    if action == "add":
        message.add(name, 1, "TXT", text)
    else:
        message.delete(name, "TXT", text)
    reply = dns.query.tcp(message, "127.0.0.1", 10, int(port))
    return 0 if reply.rcode() == dns.rcode.NOERROR else f"the DNS server says {dns.rcode.to_text(reply.rcode())}"


if __name__ == "__main__":
    sys.exit(main())
