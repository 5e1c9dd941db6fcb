"""What campaigns on simulated cohorts share: what is asked of them, and a folder that is gone afterwards."""
import os
import pathlib
import sys
import tempfile
import time


class Campaign:
    """What was asked for and did not hold is printed at the end."""

    def __init__(self):
        self.failures = []

    def require(self, holds, what):
        if not holds:
            self.failures.append(what)

    def print_failures(self):
        """Returns the exit code."""
        for failure in self.failures:
            print(f"FAILED  {failure}")
        return 1 if self.failures else 0


def reason_in(said):
    """What a program that failed says of it, without the lines of a launcher."""
    lines = [line for line in said.splitlines() if line.startswith("maniple: ")]
    return lines[-1] if lines else said[-300:]


def working_in(folder):
    """Processes whose working folder is below this one."""
    found = []
    for process in pathlib.Path("/proc").iterdir():
        try:
            if process.name.isdigit() and pathlib.Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found.append(int(process.name))
        except OSError:  # It has ended.
            pass
    return found


def is_left_alone(folder, seconds):
    """Have all processes that work in this folder ended, at the latest after so many seconds?"""
    end = time.monotonic() + seconds
    while working_in(folder.resolve()):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def bytes_of(folder, made):
    """Of the files of these names, and of HDF5 files below the folders of these names."""
    found = {}
    for name in made:
        path = folder / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.h5")):
            found[str(file.relative_to(folder))] = file.read_bytes()
    return found


def run_in_folder(make, name, options):
    """make(folder, options).run(), in a folder of options.folder; ends the process with what it returns."""
    with tempfile.TemporaryDirectory(prefix=f"maniple-{name}-", dir=options.folder) as folder:
        sys.exit(make(pathlib.Path(folder), options).run())
