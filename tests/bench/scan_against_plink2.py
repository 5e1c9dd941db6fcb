#!/usr/bin/env python3
"""CPU time of `maniple scan` against `plink2 --glm`, in turn, each on its own prepared format.

    tests/bench/scan_against_plink2.py MANIPLE [--samples 20000] [--variants 50000] [--runs 3] ...

Prints both programs' CPU and wall seconds, peak memory and the ratio of each pair. The default is one
trait with 10 covariates on 1e9 genotypes; both programs drop samples without a genotype, so that they
compute the same numbers, which is checked.
"""
import argparse
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def measure(command, **environment):
    """(CPU seconds, wall seconds, peak MB) of one command as the operating system counts them."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**os.environ, **environment})
    complaint = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\n{complaint.decode()}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def disagreement(maniple, folder, trait):
    """Largest difference of -log10 p, relative, over variants that both report."""
    ours = folder / "ours.tsv"
    subprocess.run([maniple, "export", "--run", folder / "run", "--trait", trait, "--out", ours,
                    "--replace"], check=True, stderr=subprocess.DEVNULL)
    def read(file, key, value):
        rows = (line.rstrip("\n").split("\t") for line in file.open())
        header = next(rows)
        at, what = header.index(key), header.index(value)
        return {row[at]: float(row[what]) for row in rows if row[what] != "NA"}
    theirs = read(folder / f"plink.{trait}.glm.linear", "ID", "LOG10_P")
    found = read(ours, "variant_id", "neg_log_10_p_value")
    common = theirs.keys() & found.keys()
    if len(common) < 0.99 * len(theirs):
        sys.exit(f"only {len(common)} of {len(theirs)} variants are in both results")
    return max(abs(found[v] - theirs[v]) / max(theirs[v], 1e-4) for v in common)


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("maniple", type=pathlib.Path)
    options.add_argument("--samples", type=int, default=20_000)
    options.add_argument("--variants", type=int, default=50_000)
    options.add_argument("--covariates", type=int, default=10)
    options.add_argument("--missing-genotypes", default="0.01")
    options.add_argument("--threads", default="2")
    options.add_argument("--runs", type=int, default=3)
    asked = options.parse_args()
    if not shutil.which("plink2"):
        sys.exit("plink2 is not installed; scripts/setup --tests installs it on Debian")

    with tempfile.TemporaryDirectory(prefix="maniple-bench-") as name:
        folder = pathlib.Path(name)
        maniple = str(asked.maniple.resolve())
        subprocess.run([maniple, "simulate", "--store", folder / "store", "--bfile", folder / "plink",
                        "--samples", str(asked.samples), "--variants", str(asked.variants),
                        "--covariates", str(asked.covariates), "--quantitative", "1", "--binary", "0",
                        "--missing-genotypes", asked.missing_genotypes], check=True)
        covariates = ",".join(f"covariate_{i + 1}" for i in range(asked.covariates))
        trait = "quantitative_1"
        scan = [maniple, "scan", "--store", folder / "store", "--trait", trait, "--covariate",
                covariates, "--missing-genotype", "drop", "--out", folder / "run", "--threads",
                asked.threads]
        peer = ["plink2", "--bfile", folder / "plink", "--pheno", folder / "plink.tsv", "--pheno-name",
                trait, "--covar", folder / "plink.tsv", "--covar-name", covariates, "--glm",
                "hide-covar", "omit-ref", "log10", "--threads", asked.threads, "--out",
                folder / "plink"]
        scan, peer = [str(word) for word in scan], [str(word) for word in peer]
        print(f"{'':10}{'CPU s':>10}{'wall s':>10}{'peak MB':>10}")
        ratios = []
        for _ in range(asked.runs):
            shutil.rmtree(folder / "run", ignore_errors=True)
            ours = measure(scan)
            theirs = measure(peer, OPENBLAS_NUM_THREADS="1")
            for who, figures in (("maniple", ours), ("plink2", theirs)):
                print(f"{who:10}" + "".join(f"{figure:10.2f}" for figure in figures))
            ratios.append(theirs[0] / ours[0])
            print(f"ratio     {ratios[-1]:10.1f}{theirs[1] / ours[1]:10.1f}{theirs[2] / ours[2]:10.1f}")
        worst = disagreement(maniple, folder, trait)
        print(f"median ratio of CPU time {statistics.median(ratios):.1f} "
              f"({min(ratios):.1f} to {max(ratios):.1f}); -log10 p agrees within {worst:.1e}")
        if not worst < 1e-4 or math.isnan(worst):
            sys.exit("the results differ: the comparison is void")


if __name__ == "__main__":
    main()
