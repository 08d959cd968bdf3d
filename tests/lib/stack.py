# SPDX-License-Identifier: BSD-2-Clause
"""A whole private chert in one directory: PostgreSQL, CA, web server, responders, validator and signer.

The demo and the tests share it.  Everything runs as the user who calls; as root, go through tests/lib/as-user first.
Nothing is left running: stop() ends what start() began, and should this process die, the kernel ends its children.
"""

import contextlib
import ctypes
import errno
import fcntl
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
SOCKET_PATH_MAX = 107
SOCKET_NAME_MAX = len("/chert-responder-00")
DISK_NEEDED = 300 * 1024 * 1024
WEB_SERVERS = {"lighttpd": "/usr/sbin/lighttpd", "apache": "/usr/sbin/apache2", "nginx": "/usr/sbin/nginx"}
PR_SET_CHILD_SUBREAPER = 36


class StackError(Exception):
    """One line that says what is wrong; `log` is the file that says more, if any."""

    def __init__(self, text, log=None):
        super().__init__(text)
        self.log = log


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def need_free_port(port, what):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except PermissionError:
            raise StackError(f"port {port} ({what}) may not be used by this user: take one above 1023") from None
        except OSError as e:
            raise StackError(f"port {port} ({what}) is in use on 127.0.0.1: {e.strerror.lower()}") from None


def system_resolvers():
    try:
        text = pathlib.Path("/etc/resolv.conf").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return re.findall(r"^nameserver\s+([0-9a-fA-F.:]+)\s*$", text, re.M)


def environment():
    """What the programs get to see: no proxies and none of the caller's settings for others."""
    env = {k: v for k, v in os.environ.items()
           if not k.lower().endswith("_proxy") and not k.startswith(("PG", "PYTHON", "CHERT_", "NOTIFY_", "LISTEN_"))}
    env["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
    env["LC_ALL"] = "C.UTF-8"
    return env


def last_line(log):
    """What a log says about the end of who wrote it, or why it cannot say anything."""
    place = os.statvfs(log.parent)
    if place.f_bavail * place.f_frsize < 1024 * 1024:
        return f"{log.parent}: {os.strerror(errno.ENOSPC).lower()}"
    try:
        lines = [l.strip() for l in log.read_text(encoding="utf-8", errors="replace").splitlines() if l.strip()]
    except OSError:
        return "it says nothing"
    for line in reversed(lines):
        if re.search(r"\b(error|fatal|failed)\b", line, re.I):
            return line
    return lines[-1] if lines else "it says nothing"


def own_children():
    for task in glob.glob("/proc/self/task/*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, pathlib.Path(task).read_text(encoding="ascii").split())


def session_of(pid):
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


class Process:
    """One long-running program.  `quit_signal` asks it to finish what it has in hand."""

    def __init__(self, name, argv, log, quit_signal=signal.SIGTERM, notify=None, cwd=None):
        self.name, self.argv, self.log = name, [str(a) for a in argv], log
        self.quit_signal, self.notify, self.cwd = quit_signal, notify, cwd
        self.popen = None

    def start(self):
        env = environment()
        listener = self._notify_listener(env) if self.notify else None
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", signal.Signals(self.quit_signal).name[3:], *self.argv],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=self.cwd, start_new_session=True)
        if listener:
            with listener:
                self._wait_ready(listener)
        return self

    def _notify_listener(self, env):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.notify)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(str(self.notify))
        s.settimeout(0.1)
        env["NOTIFY_SOCKET"] = str(self.notify)
        return s

    def _wait_ready(self, listener, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(socket.timeout):
                if b"READY=1" in listener.recv(4096):
                    return
            self.check()
        raise StackError(f"{self.name} is not ready after {seconds} s: {last_line(self.log)}", self.log)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen is not None and self.popen.poll() is None

    def check(self):
        if not self.alive():
            raise StackError(f"{self.name} ended with {describe(self.popen)}: {last_line(self.log)}", self.log)

    def kill(self, sig=signal.SIGKILL):
        """Without notice, and waits for the end."""
        if self.alive():
            self.popen.send_signal(sig)
        self.popen.wait(30)

    def stop(self, seconds=15):
        if not self.alive():
            return
        self.popen.send_signal(self.quit_signal)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()


def describe(ended):
    """How a Popen or CompletedProcess ended."""
    if ended.returncode is not None and ended.returncode < 0:
        return signal.Signals(-ended.returncode).name
    return f"status {ended.returncode}"


class Stack:
    """start() and stop() of everything; `processes` by name in between, for those who want to kill some.

    `perspectives` has the validators by name: "region", "hosts" (lines instead of the stack's) and "settings" of each.  The
    process of default is called validator, that of another one validator-NAME.
    """

    def __init__(self, directory, build, web="lighttpd", port=None, http_port=None, tls_port=None, resolvers=(),
                 hosts=("127.0.0.1 localhost",), assume_valid=False, durable=True, settings="", responder_settings="",
                 validator_settings="", signer_settings="", issuer_settings="", profile_settings="", profiles=None,
                 perspectives=None, progress=lambda text: None):
        self.dir, self.build = pathlib.Path(directory).resolve(), pathlib.Path(build).resolve()
        self.web, self.assume_valid, self.durable, self.progress = web, assume_valid, durable, progress
        self.port, self.http_port, self.tls_port = (p or free_port() for p in (port, http_port, tls_port))
        self.resolvers, self.hosts = list(resolvers), list(hosts)
        self.extra = {"": settings, "responder": responder_settings, "validator": validator_settings,
                      "signer": signer_settings, "issuer": issuer_settings, "profile": profile_settings}
        self.profiles = dict(profiles or {})  # settings by title, beside the default one
        self.perspectives = {"default": {}} if perspectives is None else dict(perspectives)
        self.run_dir, self.log_dir, self.etc = self.dir / "run", self.dir / "log", self.dir / "etc"
        self.pg_data, self.web_dir = self.dir / "postgresql", self.dir / "web"
        self.conf, self.root_file = self.etc / "chert.conf", self.etc / "ca" / "root.pem"
        self.base_url = f"https://localhost:{self.port}/acme"
        self.directory_url = self.base_url + "/directory"
        self.processes, self._sessions = {}, set()
        self._lock = None

    # --- commands

    def run(self, name, *argv, **kwargs):
        """Runs a command to its end; its output goes to a log of its own and is returned."""
        log = self.log_dir / f"{name}.log"
        with open(log, "wb") as out:
            done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  env=environment() | kwargs.pop("env", {}), check=False, **kwargs)
        if done.returncode != 0:
            raise StackError(f"{name} ended with {describe(done)}: {last_line(log)}", log)
        return log.read_text(encoding="utf-8", errors="replace")

    def chertctl(self, *args):
        done = subprocess.run([str(self.build / "chertctl"), "--config", str(self.conf), *map(str, args)], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment())
        if done.returncode != 0:
            raise StackError(f"chertctl {' '.join(map(str, args))} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def chertctl_json(self, *args):
        return json.loads(self.chertctl(*args, "--json"))

    def sql(self, text, database="chert"):
        """As superuser; rows come back as lists of texts."""
        out = subprocess.run([self.pg_bin("psql"), "-X", "-q", "-At", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
                              "-h", str(self.run_dir), "-U", "postgres", "-d", database, "-c", text],
                             check=True, capture_output=True, text=True, env=environment()).stdout
        return [line.split("\x1f") for line in out.splitlines()]

    @staticmethod
    def pg_bin(program):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[-2]))
        if not found:
            raise StackError("PostgreSQL is not installed (package postgresql)")
        return os.path.join(found[-1], program)

    # --- start

    def start(self):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            self._prepare()
            self._start_postgres()
            self._database()
            self._authority()
            self._programs()
        except OSError as e:
            self.stop()
            raise StackError(f"{e.filename or self.dir}: {e.strerror}") from e
        except BaseException:
            self.stop()
            raise
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _prepare(self):
        self._check_place()
        for d in (self.run_dir, self.log_dir, self.etc, self.web_dir):
            d.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = open(self.dir / "lock", "a+", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(f"{self.dir} is in use by another one of these") from None
        need_free_port(self.port, "HTTPS")
        if not os.access(WEB_SERVERS[self.web], os.X_OK):
            raise StackError(f"{WEB_SERVERS[self.web]} is missing: install {self.web}")

    def _check_place(self):
        if not re.fullmatch(r"[A-Za-z0-9/._+@=,~-]+", str(self.dir)):
            raise StackError(f"{self.dir}: the path may have only letters, digits and / . _ + @ = , ~ -")
        longest = SOCKET_PATH_MAX - SOCKET_NAME_MAX - len("/run")
        if len(str(self.dir)) > longest:
            raise StackError(f"{self.dir}: a path of {len(str(self.dir))} characters; sockets allow {longest}")
        self.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = os.statvfs(self.dir)
        if free.f_bavail * free.f_frsize < DISK_NEEDED and not (self.pg_data / "PG_VERSION").exists():
            raise StackError(f"{self.dir}: {free.f_bavail * free.f_frsize >> 20} MiB of disk left, "
                             f"a new one needs {DISK_NEEDED >> 20}")

    def _start_postgres(self):
        if not (self.pg_data / "PG_VERSION").exists():
            self.progress("creating a PostgreSQL cluster")
            shutil.rmtree(self.pg_data, ignore_errors=True)
            self.run("initdb", self.pg_bin("initdb"), "-D", self.pg_data, "-U", "postgres", "--auth=trust",
                     "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
                     *([] if self.durable else ["--no-sync"]))
        self.progress("starting PostgreSQL")
        self.start_postgres()

    def start_postgres(self):
        durability = [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        self._start("postgresql", [self.pg_bin("postgres"), "-D", self.pg_data, "-c", "listen_addresses=",
                                   "-c", f"unix_socket_directories={self.run_dir}", "-c", "max_connections=200",
                                   "-c", "unix_socket_permissions=0700", *durability], quit_signal=signal.SIGINT)
        deadline = time.monotonic() + 60
        while subprocess.run([self.pg_bin("pg_isready"), "-q", "-h", str(self.run_dir)], check=False).returncode:
            self.processes["postgresql"].check()
            if time.monotonic() > deadline:
                raise StackError("PostgreSQL does not answer after 60 s", self.log_dir / "postgresql.log")
            time.sleep(0.05)

    def _database(self):
        if not self.sql("select 1 from pg_database where datname = 'chert'", database="postgres"):
            self.sql("create database chert", database="postgres")
        self.progress("migrating the database")
        for script in ("roles", "migrate"):
            self.run(script, self.pg_bin("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.run_dir,
                     "-U", "postgres", "-d", "chert", "-f", TOP / "sql" / f"{script}.sql")

    def _authority(self):
        if not self.root_file.exists():
            self.progress("creating a root and an intermediate CA")
            self.run("ca-init", self.build / "chertctl", "ca", "init", "--quick", "--dir", self.etc / "ca")
        self._write_conf()
        tls = self.etc / "tls"
        if not (tls / "server.pem").exists():
            self.progress("issuing the web server's certificate")
            tls.mkdir(mode=0o700, exist_ok=True)
            self.run("server-cert", self.build / "chertctl", "--config", self.conf, "server-cert",
                     "--cert", tls / "server.pem", "--key", tls / "server.key", "localhost", "127.0.0.1")

    def _write_conf(self):
        for name in {"default": {}} | self.perspectives:
            self.conf_of(name).write_text(self._conf_text(name), encoding="utf-8")

    def conf_of(self, perspective):
        """Its configuration file; that of default is everybody else's too."""
        return self.conf if perspective == "default" else self.etc / f"chert-{perspective}.conf"

    def _hosts_file(self, perspective):
        own = self.perspectives.get(perspective, {}).get("hosts")
        path = self.etc / (f"hosts-{perspective}" if own else "hosts")
        path.write_text("".join(f"{line}\n" for line in own or self.hosts), encoding="ascii")
        return path

    def _dns_port(self):
        """Where a resolver has a port of its own, it is the zones' server too."""
        port = self.resolvers[0].rpartition(":")[2] if self.resolvers else ""
        return port if port.isdigit() and self.resolvers[0].count(":") == 1 else 53

    def _conf_text(self, perspective):
        resolvers = ", ".join(f'"{r}"' for r in self.resolvers)
        own = self.perspectives.get(perspective, {})
        return f"""\
base-url = "{self.base_url}"
database = "host={self.run_dir} dbname=chert"
{self.extra[""]}
responder {{
	{self.extra["responder"]}
}}

validator {{
	perspective = "{perspective}"
	region = "{own.get("region", "")}"
	{f"resolvers = {{{resolvers}}}" if resolvers else ""}
	dns-port = {self._dns_port()}
	hosts-file = "{self._hosts_file(perspective)}"
	http-port = {self.http_port}
	https-port = {self.tls_port}
	tls-port = {self.tls_port}
	allow-networks = {{"0.0.0.0/0", "::/0"}}
	{self.extra["validator"]}
	{own.get("settings", "")}
}}

signer {{
	{self.extra["signer"]}
}}

issuer "main" {{
	certificate = "{self.etc}/ca/issuer.pem"
	key = "{self.etc}/ca/issuer.key"
	{self.extra["issuer"]}
}}
{"".join(self._profile(title, settings) for title, settings in {"default": self.extra["profile"], **self.profiles}.items())}
"""

    @staticmethod
    def _profile(title, settings):
        return f"""
profile "{title}" {{
	issuer = "main"
	{settings}
}}
"""

    def _programs(self):
        self.progress(f"starting signer, validator, responders and {self.web}")
        self.start_signer()
        for name in self.perspectives:
            self.start_validator(name)
        self.start_web()

    def _start(self, name, argv, **kwargs):
        self.processes[name] = Process(name, argv, self.log_dir / f"{name}.log", **kwargs)
        self.processes[name].start()
        self._sessions.add(self.processes[name].pid)

    def start_signer(self):
        self._start("signer", [self.build / "chert-signer", "--config", self.conf],
                    notify=self.run_dir / "signer.notify")

    def start_validator(self, perspective="default", process=None):
        """Under another name of the process, one more."""
        name = process or ("validator" if perspective == "default" else f"validator-{perspective}")
        self._start(name, [self.build / "chert-validator", "--config", self.conf_of(perspective),
                           *(["--assume-valid"] if self.assume_valid else [])],
                    notify=self.run_dir / f"{name}.notify")

    def start_web(self):
        self.render("errors.sh", self.web_dir / "share" / "errors")
        if self.web == "nginx":
            self._start("responder", [self.build / "chert-responder", "--config", self.conf, "--workers", "8",
                                      "--socket", self.run_dir / "responder.sock"],
                        notify=self.run_dir / "responder.notify")
        site = self.web_dir / f"{self.web}-chert.conf"
        site.write_text(self.render("render.sh", TOP / "fcgi-conf" / f"{self.web}.conf.in", *self._names()),
                        encoding="utf-8")
        main = self.web_dir / f"{self.web}.conf"
        main.write_text(getattr(self, f"_{self.web}_conf")(site), encoding="utf-8")
        program = WEB_SERVERS[self.web]
        argv = {"lighttpd": [program, "-D", "-f", main],
                "apache": [program, "-DFOREGROUND", "-f", main],
                "nginx": [program, "-p", self.web_dir, "-c", main, "-e", self.log_dir / "nginx.log"]}[self.web]
        self._start(self.web, argv)
        self.wait_serving()

    def render(self, script, *args):
        return subprocess.run([str(TOP / "fcgi-conf" / script), *map(str, args)], check=True, capture_output=True,
                              text=True).stdout

    def _names(self):
        listen = f"127.0.0.1:{self.port}"
        names = {"host": "localhost", "lighttpd_listen": listen, "apache_listen": listen, "nginx_listen": listen,
                 "sbindir": self.build, "pkgdatadir": self.web_dir / "share", "confdir": self.etc,
                 "rundir": self.run_dir, "lighttpd_rundir": self.run_dir}
        return [f"{k}={v}" for k, v in names.items()]

    # What Debian's main configuration files contain around ours, as far as it matters.

    def _lighttpd_conf(self, site):
        return f"""\
server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
server.bind = "127.0.0.1"
server.port = {self.port}
server.document-root = "{self.web_dir}"
server.upload-dirs = ( "{self.web_dir}" )
server.errorlog = "{self.log_dir}/lighttpd.log"
include "{site}"
"""

    def _apache_conf(self, site):
        modules = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n" for m in (
            "mpm_event", "authz_core", "alias", "dir", "mime", "setenvif", "socache_shmcb", "ssl", "headers", "rewrite",
            "fcgid"))
        return f"""\
ServerRoot "{self.web_dir}"
DefaultRuntimeDir "{self.run_dir}"
PidFile "{self.run_dir}/apache.pid"
ServerName localhost
Listen 127.0.0.1:{self.port}
ErrorLog "{self.log_dir}/apache.log"
LogLevel warn
{modules}
TypesConfig /etc/mime.types
SSLSessionCache "shmcb:{self.run_dir}/apache-tls(512000)"
FcgidIPCDir "{self.run_dir}/fcgid"
FcgidProcessTableFile "{self.run_dir}/fcgid_shm"
<Directory />
	AllowOverride None
	Require all denied
</Directory>
Include "{site}"
"""

    def _nginx_conf(self, site):
        (self.web_dir / "fastcgi_params").write_text("include /etc/nginx/fastcgi_params;\n", encoding="ascii")
        temp = "".join(f"\t{kind}_temp_path {self.web_dir}/{kind};\n"
                       for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""\
daemon off;
worker_processes 2;
pid {self.run_dir}/nginx.pid;
error_log {self.log_dir}/nginx.log;
events {{ worker_connections 512; }}
http {{
	access_log off;
{temp}	include {site};
}}
"""

    def wait_serving(self, seconds=30):
        deadline = time.monotonic() + seconds
        reason = ""
        while time.monotonic() < deadline:
            for p in self.processes.values():
                p.check()
            try:
                context = ssl.create_default_context(cafile=str(self.root_file))
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                     urllib.request.HTTPSHandler(context=context))
                with opener.open(self.directory_url, timeout=5) as reply:
                    if "newNonce" in json.load(reply):
                        return
            except (OSError, ValueError) as e:
                reason = str(e)
            time.sleep(0.1)
        raise StackError(f"{self.directory_url} does not serve after {seconds} s: {reason}",
                         self.log_dir / f"{self.web}.log")

    # --- later

    def sanitizer_reports(self):
        """Logs in which a program built with --enable-sanitizers found something."""
        found = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error: ")
        return [log for log in sorted(self.log_dir.glob("*.log"))
                if found.search(log.read_text(encoding="utf-8", errors="replace"))]

    def check(self):
        for p in self.processes.values():
            p.check()

    @contextlib.contextmanager
    def paused(self, name):
        """One of the programs, alive and doing nothing."""
        self.processes[name].popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.processes[name].popen.send_signal(signal.SIGCONT)

    def responders(self):
        """Process ids of the responders that serve; not of the one that looks after a pool."""
        program, pool = str(self.build / "chert-responder").encode(), self.processes.get("responder")
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                words = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
                if words[0] == program and session_of(int(entry)) in self._sessions:
                    found.append(int(entry))
        return [pid for pid in found if not pool or pid != pool.pid]

    def reconfigure(self, profiles=None, **settings):
        """Other settings by section (issuer='...'), other profiles: all but the database starts anew."""
        self.extra |= settings
        self.profiles = self.profiles if profiles is None else dict(profiles)
        self._write_conf()
        for name in reversed([n for n in self.processes if n != "postgresql"]):
            self.processes[name].stop()
        self._programs()

    def restart_web(self):
        """Web server and responders."""
        for name in (self.web, "responder"):
            if name in self.processes:
                self.processes[name].stop()
        self.start_web()

    def restart_postgres(self, mode=signal.SIGQUIT):
        """SIGQUIT is pg_ctl's immediate mode: a crash."""
        self.processes["postgresql"].kill(mode)
        self.start_postgres()

    def stop(self):
        """In the reverse order of starting; may be called again."""
        for name in reversed(list(self.processes)):
            self.processes[name].stop()
        self.processes = {}
        self._end_orphans()
        if self._lock:
            self._lock.close()
            self._lock = None

    def _end_orphans(self):
        """Children of killed servers come to us.  They get a second to end by themselves."""
        deadline = time.monotonic() + 1
        while True:
            orphans = [pid for pid in own_children() if session_of(pid) in self._sessions]
            if not orphans:
                return
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.02)
