"""LOCO predictions written by hand, as REGENIE's step 1 writes them, and as predictors.h5."""
import os

import numpy as np

import program


def write_loco(path, names, rows):
    """rows: {contig: one value per name}; NaN is written as NA, others as float32 that is read back equal."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(" ".join(["FID_IID", *names]) + "\n")
        for contig, values in rows.items():
            cells = ["NA" if value != value else str(np.float32(value)) for value in values]
            file.write(" ".join([str(contig), *cells]) + "\n")


def write_predictions(folder, prefix, names, traits):
    """traits: {trait: rows}. Returns the _pred.list."""
    lines = []
    for number, (trait, rows) in enumerate(traits.items(), 1):
        path = folder / f"{prefix}_{number}.loco"
        write_loco(path, names, rows)
        lines.append(f"{trait} {path}\n")
    listing = folder / f"{prefix}_pred.list"
    listing.write_text("".join(lines), encoding="utf-8")
    return listing


def to_predictors(store, listing, out, contigs, *more):
    """predictors.h5 with what the .loco files of a list have for some contigs."""
    program.run([os.environ["MANIPLE_WRITE_PREDICTORS"], store, listing, out, ",".join(map(str, contigs)), *more])
    return out


has_writer = "MANIPLE_WRITE_PREDICTORS" in os.environ
