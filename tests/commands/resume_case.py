"""What tests share that stop a scan --whole-genome, or kill it, and run it again."""
import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from command_case import CommandCase, ENVIRONMENT, launcher, ranks_of, start
from program import MANIPLE

STOPPED = 75


@functools.cache
def in_one_go(simulate, words, files):
    """A folder with a store, and the bytes of a run that nobody disturbs: made once."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="maniple-resume-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for command in (simulate, [*words, "--out", "whole"]):
        done = start([MANIPLE, *command], cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    return folder, [(folder / "whole" / name).read_bytes() for name in files]


class Interrupted(CommandCase):
    """A scan of traits enough that level 1 takes many turns, in blocks so small that level 0 does."""

    simulate = ()  # Words of the cohort,
    words = ()     # and of the scan.
    files = ()     # Whose bytes count,
    others = (".plan", "log.txt", "run.json", "summary.tsv")  # and those beside them.

    def setUp(self):
        super().setUp()
        folder, self.whole = in_one_go(self.simulate, self.words, self.files)
        shutil.copytree(folder / "s", self.folder / "s")

    def there(self, pattern, out="r"):
        return list((self.folder / out).glob(pattern))

    def said(self, out="r"):
        log = self.folder / out / "log.txt"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def stop(self, sent, is_time, *options, ranks=0, out="r"):
        """Start it, send every rank a signal when it is time, and return the exit code and what was said."""
        words = [*launcher(ranks), MANIPLE, *map(str, self.words), "--out", out, *map(str, options)]
        child = subprocess.Popen(words, cwd=self.folder, text=True, stderr=subprocess.PIPE, env=ENVIRONMENT)
        limit = time.monotonic() + 60
        while not is_time() and child.poll() is None and time.monotonic() < limit:
            time.sleep(0.001)
        self.assertIsNone(child.poll(), "it ended before it was time")
        for process in ranks_of(child.pid) if ranks else [child.pid]:
            try:
                os.kill(process, sent)
            except ProcessLookupError:
                pass
        _, said = child.communicate(timeout=60)
        return child.returncode, said

    def finish(self, *options, ranks=0, out="r"):
        """Run it to the end; the bytes are those of one go, and nothing else is left."""
        said = self.succeed(*self.words, "--out", out, *options, ranks=ranks)
        self.assertEqual([(self.folder / out / name).read_bytes() for name in self.files], self.whole)
        page = {"report.html"} if "results.h5" in self.files else set()
        self.assertEqual(set(os.listdir(self.folder / out)), {*self.files, *self.others} | page)
        return said

    def is_level_zero(self):
        return "variants in" in self.said() and "predict" in self.said()

    def is_level_one(self):
        return len(self.there("whole-genome/traits-*")) >= 2 and not self.there("whole-genome/*.unfinished-*")

    def is_between(self):
        return bool(self.there("whole-genome/finished"))

    def is_scan(self):
        return bool(self.there("whole-genome/columns"))
