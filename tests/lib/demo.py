# SPDX-License-Identifier: BSD-2-Clause
"""The part of ./demo that runs without privileges: brings the stack up, has certbot get a certificate, waits."""

import argparse
import pathlib
import re
import signal
import sys
import time

import stack

NAME = "demo.test"
EVERYWHERE = "*"
LIMITS = """
	validity = "90d"
	max-identifiers = 100
	order-lifetime = "7d"
"""


def say(text):
    print(f"demo: {text}", flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="demo", add_help=False)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--assume-valid", action="store_true")
    parser.add_argument("--eab", action="store_true")
    parser.add_argument("--web", choices=sorted(stack.WEB_SERVERS), default="lighttpd")
    parser.add_argument("--port", type=int, default=14000)
    parser.add_argument("--http-port", type=int, default=5002)
    parser.add_argument("--tls-port", type=int, default=5001)
    parser.add_argument("--resolver")
    return parser.parse_args()


def profile(args):
    # Names that mean this machine have nothing to do with the CAA records of those they belong to.
    return LIMITS + ("" if args.resolver else "\tcaa = no\n")


def build_stack(args):
    # Without a DNS server to ask, every name is this machine.
    names = ["localhost", NAME] + ([] if args.resolver else [EVERYWHERE])
    resolvers = [args.resolver] if args.resolver else stack.system_resolvers()
    return stack.Stack(args.state, args.build, web=args.web, port=args.port, http_port=args.http_port,
                       tls_port=args.tls_port, resolvers=resolvers, hosts=[f"127.0.0.1 {' '.join(names)}"],
                       assume_valid=args.assume_valid, profile_settings=profile(args), progress=say,
                       settings="external-account-required = yes" if args.eab else "")


def issue(st, args, key):
    stack.need_free_port(args.http_port, "http-01")
    say(f"certbot asks for {NAME}")
    home = st.dir / "certbot"
    st.run("certbot", "certbot", "certonly", "--non-interactive", "--standalone", "--http-01-port", args.http_port,
           "--http-01-address", "127.0.0.1", "--server", st.directory_url, "--agree-tos",
           "--register-unsafely-without-email", "--force-renewal", "--cert-name", NAME, "-d", NAME,
           *(["--eab-kid", key["kid"], "--eab-hmac-key", key["hmac_key"]] if key else []),
           "--config-dir", home / "config", "--work-dir", home / "work", "--logs-dir", home / "logs",
           env={"REQUESTS_CA_BUNDLE": str(st.root_file)})
    chain = home / "config" / "live" / NAME
    st.run("verify", "openssl", "verify", "-CAfile", st.root_file, "-untrusted", chain / "chain.pem",
           "-verify_hostname", NAME, chain / "cert.pem")
    text = st.run("certificate", "openssl", "x509", "-in", chain / "cert.pem", "-noout", "-subject", "-issuer",
                  "-startdate", "-enddate", "-ext", "subjectAltName")
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    names = ", ".join(n for line in text.splitlines() for n in re.findall(r"DNS:([^,\s]+)", line))
    say("certbot got it, and openssl verified it against the root:")
    print(f"    certificate  {chain / 'fullchain.pem'}\n"
          f"    subject      {found['subject'].strip() or '(empty: the names are in subjectAltName)'}\n"
          f"    names        {names}\n"
          f"    issuer       {found['issuer']}\n"
          f"    validity     {found['notBefore']} to {found['notAfter']}", flush=True)


def wait(st):
    say("running until Ctrl-C")
    while True:
        st.check()
        time.sleep(0.5)


def complain(error):
    print(f"demo: {error}", file=sys.stderr, flush=True)
    if error.log:
        print(f"demo: more in {error.log} and beside it", file=sys.stderr, flush=True)


def tell_ports(args):
    if not args.assume_valid:
        say(f"validates http-01 at port {args.http_port} (lego --http --http.port :{args.http_port}), "
            f"tls-alpn-01 at port {args.tls_port} (lego --tls --tls.port :{args.tls_port})")


def serve(st, args):
    st.start()
    key = st.chertctl_json("eab", "create", "--uses", "many", "--note", "demo") if args.eab else None
    binding = f" eab-kid={key['kid']} eab-hmac={key['hmac_key']}" if key else ""
    print(f"ready: directory={st.directory_url} ca={st.root_file}{binding}", flush=True)
    tell_ports(args)
    try:
        issue(st, args, key)
    except stack.StackError as e:
        if args.once:
            raise
        # The server itself is fine: the port may be taken by a client's own responder, say.
        complain(e)
    if not args.once:
        wait(st)
    return 0


def interrupted(number, _frame):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    raise KeyboardInterrupt(number)


def main():
    args = arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    st = build_stack(args)
    try:
        return serve(st, args)
    except stack.StackError as e:
        complain(e)
        return 1
    except KeyboardInterrupt as e:
        number = e.args[0]
        return 0 if number == signal.SIGINT and not args.once else 128 + number
    finally:
        if st.processes:
            say("stopping")
            st.stop()
            say("stopped")


if __name__ == "__main__":
    sys.exit(main())
