#!/usr/bin/env python3
"""Fail when a module includes one it must not know, or a header only one module may touch, or when two types have one
name: compilers may take the code of templates over one for those over the other."""
import collections, pathlib, re, sys

MAY_USE = {  # The architecture, bottom up. Adding an arrow is a reviewed decision.
    "core": set(),
    "stats": {"core"},
    "linalg": {"core"},
    "mpi": {"core"},
    "hdf5": {"core"},
    "genotype": {"core", "linalg"},
    "trait": {"core", "linalg"},
    "simulation": {"core", "stats", "genotype", "trait"},
    "model": {"core", "stats", "linalg", "genotype", "trait"},
    "store": {"core", "hdf5", "genotype", "trait"},
    "run": {"core", "mpi", "stats", "linalg", "genotype", "trait", "simulation", "model", "store"},
    "report": {"core", "stats", "genotype", "trait", "model", "store", "run"},
    "cli": {"core", "mpi", "run", "report"},
}
OWNER = {  # Foreign headers that one module wraps for all others.
    "mpi.h": "mpi", "hdf5.h": "hdf5", "cblas.h": "linalg", "lapacke.h": "linalg",
    "libdeflate.h": "store", "zlib.h": "store", "zstd.h": "store",
}
OWNER_OF_FOLDER = {"htslib": "store", "Random123": "stats"}

TYPE = re.compile(r"(?:template <.*> ?)?(?:struct|class|union|enum class|enum) (\w+)(?: final)?(?: : .*)? ?\{")

root = pathlib.Path(sys.argv[1])
errors = []
types = collections.defaultdict(list)
for path in sorted([*root.glob("include/maniple/*/*.hpp"), *root.glob("src/*/*.[hc]pp")]):
    module = path.parent.name
    for header in re.findall(r'^\s*#include\s+[<"]([^">]+)', path.read_text(), re.M):
        folder, _, rest = header.partition("/")
        ours = folder == "maniple"
        used = rest.split("/")[0] if ours else OWNER_OF_FOLDER.get(folder, OWNER.get(header, module))
        if used != module and not (ours and used in MAY_USE[module]):
            errors.append(f"{path.relative_to(root)}: {module} must not use {header}")
    if module != "run" and re.search(r"^\s*#\s*pragma\s+omp", path.read_text(), re.M):
        errors.append(f"{path.relative_to(root)}: threads are started in run alone")
    unnamed = False
    for line in path.read_text().splitlines():
        if line in ("namespace {", "}  // namespace"):
            unnamed = line == "namespace {"
        elif (found := TYPE.match(line)) and not unnamed:
            types[found[1]].append(str(path.relative_to(root)))
errors += [f"{' and '.join(paths)}: each has a type {name}" for name, paths in types.items() if len(paths) > 1]
sys.exit("\n".join(errors) or 0)
