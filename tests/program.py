"""What every Python test of the program needs: the binary, runs of it, its results, launchers, skips.

Import this first: it leaves with the exit code of a skipped test where numpy or h5py is missing.
The binary is the environment's MANIPLE, or the word after --maniple, or `maniple` on the PATH.
"""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77  # what CTest's SKIP_RETURN_CODE expects


def skip_everything(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import h5py
    import numpy as np
except ImportError as missing:
    skip_everything(f"{missing} in {sys.executable} (Debian: python3-h5py python3-numpy)")


def find_maniple():
    named = os.environ.get("MANIPLE", "maniple")
    if "--maniple" in sys.argv:
        place = sys.argv.index("--maniple")
        named = sys.argv[place + 1]
        del sys.argv[place:place + 2]
    found = shutil.which(named)
    if found is None:
        sys.exit(f"'{named}' cannot be run (no such program); set MANIPLE to the binary")
    return os.path.abspath(found)


MANIPLE = find_maniple()
SOURCE = pathlib.Path(__file__).resolve().parent.parent
SHARED_DATA = SOURCE.parent / "shared" / "data"
BOLT_EXAMPLE = pathlib.Path("/usr/share/doc/bolt-lmm/examples/examples.tar.xz")


def run(command, folder=None, environment=None, expected=0):
    """Run to the end and return the finished process; fail with its output unless it exits as expected."""
    done = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environment or {})}, capture_output=True, text=True)
    if done.returncode != expected:
        raise AssertionError(f"{' '.join(map(str, command))}\nexit code {done.returncode}, "
                             f"not {expected}:\n{done.stdout}{done.stderr}")
    return done


def maniple(*words, **how):
    return run([MANIPLE, *words], **how)


def find_mpirun():
    return shutil.which(os.environ.get("MANIPLE_MPIRUN", "mpirun"))


def maniple_on(ranks, *words, environment=None, **how):
    """maniple under mpirun: as root, more ranks than cores and unpinned are all allowed."""
    settings = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_rmaps_base_oversubscribe": "1",
                "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
    return run([find_mpirun(), "--bind-to", "none", "-n", ranks, MANIPLE, *words],
               environment={**settings, **(environment or {})}, **how)


def usable_instruction_sets(store, trait):
    """Those that this processor runs, from the program's answer to one that does not exist."""
    done = maniple("scan", "--store", store, "--trait", trait, "--out", f"{store}-never",
                   environment={"MANIPLE_ISA": "list"}, expected=2)
    return re.search(r"this processor runs: ([^)]*)\)", done.stderr).group(1).split(", ")


@dataclasses.dataclass
class Results:
    """results.h5 in memory: variants x traits, as stored."""
    variant_id: list
    variant_position: np.ndarray
    traits: list
    statuses: list
    beta: np.ndarray
    standard_error: np.ndarray
    neg_log10_p: np.ndarray
    status: np.ndarray
    samples: np.ndarray
    effect_allele_frequency: np.ndarray


NUMBERS = ("beta", "standard_error", "neg_log10_p", "status", "samples", "effect_allele_frequency")


def read_results(run_folder, traits=None):
    """All traits, or those named, in the order of the file."""
    with h5py.File(pathlib.Path(run_folder) / "results.h5", "r") as file:
        text = lambda name: [value.decode() for value in file[name][:]]
        names = text("trait_id")
        columns = [c for c, name in enumerate(names) if traits is None or name in traits]
        return Results(text("variant_id"), file["variant_position"][:], [names[c] for c in columns],
                       text("status_id"), *(file[name][:, columns] for name in NUMBERS))


def everything(path):
    """What h5py reads of a file: every attribute, and type, shape and values of every dataset."""
    found = {}

    def take(name, item):
        for key, value in item.attrs.items():
            value = np.asarray(value)
            found[name, key] = (str(value.dtype), value.tobytes())
        if isinstance(item, h5py.Dataset):
            found[name] = (str(item.dtype), item.shape, item.chunks, item[()].tobytes())

    with h5py.File(path) as file:
        take("/", file)
        file.visititems(take)
    return found


class InScratch(unittest.TestCase):
    """Tests that share one temporary folder `cls.folder`, gone afterwards."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="maniple-test-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)


def bolt_example(folder):
    """Unpack Debian's bolt-lmm-example, or None where it is not installed."""
    if not BOLT_EXAMPLE.exists() or shutil.which("xz") is None:
        return None
    members = [f"EUR_subset.{end}" for end in ("bed", "bim", "fam", "pheno2.covars")]
    run(["tar", "-xJf", BOLT_EXAMPLE, "-C", folder, *members])
    return folder / "EUR_subset"


def main():
    """unittest.main, but code 77 where every test was skipped; reasons are printed."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) >= result.testsRun else 0)
