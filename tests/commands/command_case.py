"""What tests of whole commands share: a small cohort, and how to judge a refusal."""
import atexit
import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from program import MANIPLE, find_mpirun

SUCCESS, USER_ERROR, ENVIRONMENT_ERROR, CORRUPT_INPUT = 0, 2, 3, 4
SAMPLES, VARIANTS = 200, 1500
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMP_NUM_THREADS": "2",
}
# Nothing of this belongs before a user's eyes.
RAW = re.compile(r"H5[A-Z][a-z]|std::|boost|terminate called|what\(\)|basic_|0x[0-9a-f]{4}|nullptr|"
                 r"Traceback|\.[ch]pp\b|errno|eof =|bug in maniple|core dumped|\[E::|filesystem error|"
                 r"\(Success\)")


def launcher(ranks):
    """Words before a command that runs on `ranks` ranks; none for 0, a run without a launcher."""
    if ranks == 0:
        return []
    if find_mpirun() is None:
        raise unittest.SkipTest("no mpirun")
    return [find_mpirun(), "--bind-to", "none", "-n", str(ranks)]


def start(words, **options):
    options.setdefault("env", ENVIRONMENT)
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, **options)


def ranks_of(launcher_pid):
    """Processes of the program that a launcher has started."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            if parent == launcher_pid and os.readlink(f"/proc/{entry}/exe") == os.path.realpath(MANIPLE):
                found.append(int(entry))
        except (OSError, ValueError):
            pass
    return found


@functools.cache
def cohort():
    """Folder with a store `s` and PLINK files `p.*` of the same people: made once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-cohort-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = start([MANIPLE, "simulate", "--store", "s", "--samples", SAMPLES, "--variants", VARIANTS,
                  "--contigs", 2, "--missing-genotypes", 0.03, "--bfile", "p"], cwd=folder)
    if done.returncode != 0:
        raise RuntimeError(f"no cohort to test with: {done.stderr}")
    return folder


def contents(folder):
    """Every path below a folder with what tells its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
            for path in sorted(pathlib.Path(folder).rglob("*"))}


class CommandCase(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="maniple-test-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def have_store(self, name="s"):
        shutil.copytree(cohort() / "s", self.folder / name)

    def have_plink(self):
        for suffix in ("bed", "bim", "fam", "tsv"):
            shutil.copy(cohort() / f"p.{suffix}", self.folder)

    def run_maniple(self, *words, ranks=0, **options):
        options.setdefault("cwd", self.folder)
        return start([*launcher(ranks), MANIPLE, *words], **options)

    def succeed(self, *words, **options):
        done = self.run_maniple(*words, **options)
        self.assertEqual(done.returncode, SUCCESS, f"{words}: {done.stderr}")
        return done.stderr + done.stdout

    def judge(self, done, code, fragments, words=()):
        """The exit code, and one line that says all of `fragments` and nothing of a library."""
        if os.environ.get("SHOW_MESSAGES"):
            print(f"{' '.join(map(str, words))}\n    -> {done.returncode}: {done.stderr}", file=sys.stderr)
        self.assertEqual(done.returncode, code, f"{words}: {done.stderr}")
        lines = [line for line in done.stderr.splitlines() if line.startswith("maniple: ")]
        self.assertEqual(len(lines), 1, f"{words}: not one message\n{done.stderr}")
        message = lines[0]
        for fragment in fragments:
            self.assertIn(fragment, message)
        self.assertNotRegex(message, RAW)
        self.assertNotRegex(done.stderr, r"terminate called|\[E::|H5[A-Z]\w+\(|rank \d+: ")
        return message

    def fail_with(self, code, fragments, *words, **options):
        """Runs a command that must be refused and leave every file as it was."""
        if isinstance(fragments, str):
            fragments = [fragments]
        before = contents(self.folder)
        done = self.run_maniple(*words, **options)
        message = self.judge(done, code, fragments, words)
        after = contents(self.folder)
        self.assertEqual(sorted(before), sorted(after), f"{words}: files came or went")
        self.assertEqual(before, after, f"{words}: a file changed")
        return message

    def refuse(self, fragments, *words, **options):
        return self.fail_with(USER_ERROR, fragments, *words, **options)
