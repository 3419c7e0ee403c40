"""What the QEMU tests share: where things are, checks that are counted, the real daemon.

The guest library is not part of this repository: PEERS names its folder (../shared/peers).
"""
import json, os, shutil, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.environ.get("PEERS", os.path.join(ROOT, "..", "shared", "peers"))
LIBRARY = os.path.join(PEERS, "guests")
IMAGE = os.path.join(ROOT, ".build", "guest-image")
PROGRAMS = os.path.join(ROOT, ".build", "release")
NAME = os.path.basename(sys.argv[0])

if os.geteuid():
    sys.exit(f"{NAME}: TAP devices and namespaces need root")
if not os.path.exists(os.path.join(LIBRARY, "guest.py")):
    sys.exit(f"{NAME}: there is no guest library in {LIBRARY}; set PEERS to its folder")
sys.path.insert(0, LIBRARY)
from guest import Guest, NS  # noqa: E402

failures = []


def check(sentence, holds, detail=""):
    print(("ok    " if holds else "FAIL  ") + sentence + (f": {detail}" if detail else ""), flush=True)
    if not holds:
        failures.append(sentence)


class Switch:
    """The real daemon in the host's namespace, on a folder of its own."""

    def __init__(self, host, name="hv1", configuration=""):
        self.folder = tempfile.mkdtemp(prefix="vswitch-qemu-")
        self.environment = dict(os.environ, VSWITCH_SOCKET=f"{self.folder}/control.sock")
        self.log = open(f"{self.folder}/log", "w+")
        config = self.write("vswitch.yaml", configuration)
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", host.name, f"{PROGRAMS}/vswitchd", "--name", name, "--config", config,
             "--state", f"{self.folder}/state", "--socket", f"{self.folder}/control.sock"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(100):
            if self.control("status", check=False).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit(f"{NAME}: vswitchd does not answer: " + self.log_text())

    def control(self, *arguments, check=True):
        result = subprocess.run([f"{PROGRAMS}/vswctl", *arguments], env=self.environment,
                                capture_output=True, text=True)
        if check and result.returncode:
            raise RuntimeError(f"vswctl {' '.join(arguments)}: {result.stderr}")
        return result

    def reply(self, *arguments):
        return json.loads(self.control(*arguments, "--json").stdout)

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
        return file.name

    def apply(self, text):
        self.control("policy", "apply", "--allow-widening", self.write("policy.yaml", text))

    def log_text(self):
        self.log.seek(0)
        return self.log.read()[-3000:]

    def stop(self):
        self.process.terminate()
        try:
            check("the daemon ends on SIGTERM with 0", self.process.wait(10) == 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            check("the daemon ends on SIGTERM", False)
        shutil.rmtree(self.folder, ignore_errors=True)


def image():
    """Makes the guests' kernel and initial RAM disk, once."""
    if not os.path.exists(f"{IMAGE}/initrd.gz"):
        subprocess.run(["sh", f"{LIBRARY}/mk-guest.sh", IMAGE], check=True)


def play(scenario, *switches):
    """Runs the scenario; whatever comes of it, ends its guests and the switches, and reports."""
    guests = []
    try:
        scenario(guests, *switches)
    except Exception as error:
        check(f"{type(error).__name__}: {error}", False, "".join(s.log_text() for s in switches))
    finally:
        for guest in guests:
            guest.stop()
        for switch in switches:
            switch.stop()
    print(f"{len(failures)} failed" if failures else "all passed")
    sys.exit(bool(failures))
