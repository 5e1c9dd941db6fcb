"""What campaigns on simulated cohorts share: what is asked of them, and a folder that is gone afterwards."""
import pathlib
import sys
import tempfile


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
