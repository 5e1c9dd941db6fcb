"""PLINK 1 files and tables written by hand, for cohorts that no simulator makes."""
import numpy as np

BED_START = b"\x6c\x1b\x01"
MISSING = 3
CODE_OF_DOSAGE = np.array([3, 2, 0, 1], dtype=np.uint8)  # ALT alleles 0, 1, 2, missing; ALT is A1


def write_bfile(prefix, dosages, contigs=None, alleles=None):
    """dosages: variants x samples of ALT alleles 0, 1, 2 or MISSING. Sample s has the IID of sample_id(s).
    alleles: (ALT, REF) of each variant; A and G where not given."""
    dosages = np.asarray(dosages)
    variants, samples = dosages.shape
    padded = np.zeros((variants, -(-samples // 4) * 4), dtype=np.uint8)
    padded[:, :samples] = CODE_OF_DOSAGE[dosages]
    packed = padded.reshape(variants, -1, 4) << np.array([0, 2, 4, 6], dtype=np.uint8)
    with open(f"{prefix}.bed", "wb") as file:
        file.write(BED_START + np.bitwise_or.reduce(packed, axis=2).tobytes())
    with open(f"{prefix}.bim", "w", encoding="utf-8") as file:
        for v in range(variants):
            contig = 1 if contigs is None else contigs[v]
            alternate, reference = ("A", "G") if alleles is None else alleles[v]
            file.write(f"{contig}\tv{v}\t0\t{1000 + v}\t{alternate}\t{reference}\n")
    with open(f"{prefix}.fam", "w", encoding="utf-8") as file:
        file.writelines(f"{sample_id(s)}\t{sample_id(s)}\t0\t0\t{1 + s % 2}\t-9\n" for s in range(samples))


def sample_id(sample):
    return f"p{sample}"


def write_table(path, columns):
    """columns: {name: values}; NaN is written as NA, text as it is."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("\t".join(["FID", "IID", *columns]) + "\n")
        for s, values in enumerate(zip(*columns.values())):
            cells = ["NA" if value != value else value if isinstance(value, str) else repr(float(value))
                     for value in values]
            file.write("\t".join([sample_id(s), sample_id(s), *cells]) + "\n")
