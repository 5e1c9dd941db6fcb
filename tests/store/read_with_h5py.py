#!/usr/bin/env python3
"""Stock h5py and h5dump read our files: usage read_with_h5py.py WRITE_KNOWN_STORE READ_A_VARIANT."""
import os, shutil, subprocess, sys, tempfile, zlib

try:
    import h5py
    import numpy as np
except ImportError:
    # The interpreter that CMake found need not be the one that has h5py.
    for other in ("/usr/bin/python3", "/usr/local/bin/python3", shutil.which("python3")):
        if other and os.path.exists(other) and not os.environ.get("MANIPLE_TRIED_PYTHON"):
            if subprocess.run([other, "-c", "import h5py, numpy"], capture_output=True).returncode == 0:
                os.environ["MANIPLE_TRIED_PYTHON"] = other
                os.execv(other, [other, *sys.argv])
    print("skipped: no Python here has h5py (Debian: python3-h5py)")
    sys.exit(77)


def read_truth(path):
    return [line.rstrip("\n").split(" ") for line in open(path, encoding="utf-8")]


def check_partition(store, contig, truth):
    with h5py.File(f"{store}/genotypes/{contig}-1.h5") as file:
        ids = [text.decode() for text in file["variant_id"][:]]
        assert ids == [row[0] for row in truth]
        assert file["variant_position"][:].tolist() == [int(row[1]) for row in truth]
        assert [[a.decode() for a in pair] for pair in file["variant_allele"][:]] == [
            row[2:4] for row in truth]
        genotypes = np.array([[int(g) for g in row[4:]] for row in truth])
        packed = file["call_genotype_2bit"][:]
        decoded = (packed[:, :, None] >> np.array([0, 2, 4, 6]) & 3).reshape(len(truth), -1)
        assert (decoded[:, :257] == genotypes).all() and (decoded[:, 257:] == 0).all()
        assert (file["variant_missing"][:] == (genotypes == 3).sum(axis=1)).all()
        counts = np.where(genotypes == 3, 0, genotypes).sum(axis=1)
        assert (file["variant_alternate_count"][:] == counts).all()
        assert file["block_start"][:].tolist() == [0, 64, 128]
        assert [text.decode() for text in file["contig_id"][:]] == [contig]
        assert file.attrs["encoding"].decode() == "2bit" and file.attrs["samples"] == 257


def check_snippet(store, snippet, truth):
    named = [row for row in truth if row[0] == "rs7"]
    out = subprocess.run([sys.executable, snippet, store, "rs7"], check=True, capture_output=True,
                         text=True).stdout
    assert out.splitlines() == [" ".join(row[4:]) for row in named] and len(named) == 2
    assert len(open(snippet).read().splitlines()) <= 10


def check_rest(store):
    with h5py.File(f"{store}/cohort.h5") as file:
        assert file["sample_id"][3].decode() == "person-3-é" and len(file["sample_id"]) == 257
        assert file["partition_variants"][:].tolist() == [130, 130]
    with h5py.File(f"{store}/tables/phenotypes.h5") as file:
        assert [text.decode() for text in file["column_id"][:]] == ["height", "site"]
        values = file["values"][:]
        assert np.isnan(values[0, 0]) and values[5, 0] == 171.25 and values[5, 1] == 1


def check_zlib_streams(dataset, values, column):
    """zlib's own inflate on each chunk as it lies in the file: byte planes, padded with zeros."""
    rows = dataset.chunks[0]
    for first in range(0, len(values), rows):
        mask, stream = dataset.id.read_direct_chunk((first, column))
        assert mask == 0
        whole = np.zeros(rows, dataset.dtype)
        whole[:len(values[first:first + rows])] = values[first:first + rows]
        planes = whole.view(np.uint8).reshape(rows, -1).T
        assert zlib.decompress(stream) == planes.tobytes()


def check_results(store):
    with h5py.File(f"{store}/results.h5") as file:
        types = {"beta": "f8", "standard_error": "f4", "neg_log10_p": "f4", "status": "u1",
                 "samples": "i4", "effect_allele_frequency": "f4"}
        for name, kind in types.items():
            dataset = file[name]
            assert dataset.shape == (5000, 3) and dataset.dtype == np.dtype("<" + kind)
            for trait in range(3):
                truth = np.fromfile(f"{store}/truth-{name}-{trait}", kind)
                if kind[0] == "f":
                    truth[np.isnan(truth)] = np.nan
                assert dataset[:, trait].tobytes() == truth.tobytes()
                check_zlib_streams(dataset, truth, trait)
        assert [text.decode() for text in file["trait_id"][:]] == ["height", "absent", "weight"]
        assert [text.decode() for text in file["contig_id"][:]] == ["21", "22"]
        assert file["variant_contig"][:].tolist() == [0] * 1500 + [1] * 3500
        here = [*range(1500), *range(3500)]
        assert file["variant_position"][:].tolist() == [1000 + 7 * v for v in here]
        assert [text.decode() for text in file["variant_id"][:]] == [
            "." if v % 5 == 0 else f"rs{v}" for v in here]
        assert [[a.decode() for a in pair] for pair in file["variant_allele"][:]] == [
            ["A" if v % 4 == 0 else "CG", "T"] for v in here]
        assert file.attrs["variants"] == 5000 and file.attrs["model"].decode() == "linear"


def check_h5dump(store):
    if not shutil.which("h5dump"):
        print("h5dump is not here: left out")
        return
    for name in ("cohort.h5", "genotypes/21-1.h5", "tables/phenotypes.h5", "results.h5"):
        done = subprocess.run(["h5dump", f"{store}/{name}"], capture_output=True, text=True)
        assert done.returncode == 0 and "error" not in done.stderr, done.stderr


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    both = {contig: read_truth(f"{folder}/truth-{contig}.txt") for contig in ("21", "22")}
    for contig, rows in both.items():
        check_partition(folder, contig, rows)
    check_snippet(folder, sys.argv[2], both["21"] + both["22"])
    check_rest(folder)
    check_results(folder)
    check_h5dump(folder)
    print("h5py reads every file")
