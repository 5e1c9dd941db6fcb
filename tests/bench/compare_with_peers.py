#!/usr/bin/env python3
"""maniple and plink2 on the same simulated cohorts, one after the other, on the same threads.

Prints a table: work, program, CPU seconds, wall seconds, peak memory, the figure that a goal is about, and
whether it is met. CPU and wall times include start and output; of --runs runs the median counts. Files are in
the page cache. Results are compared in the same run; where they differ, it fails. A goal that is not met is no
failure.

rows:
  a  1 trait, 10 covariates, 1% missing genotypes, 20,000 x 50,000, against plink2
  b  the same without missing genotypes
  c  50 traits with all values, with and without missing genotypes, against plink2
  d  50 traits that each lack 2% of the people, others for each trait, against plink2
  e  the times of d against those of c
  f  1,000 traits: the share of the machine's int8 peak
  g  1 trait on plain blocks, 20,000 x 400,000: the share of the kernel's rate
  h  500,000 x 16,384: the rate against that of g, and memory
  i  2 ranks of 1 thread against 1 rank of 1 thread
  j  rare variants against common ones
  k  compression of genotypes: none, deflate, zstd, automatic
  l  polygenic scores: 1, 50 and 1,000, against plink2 --score
  m  10 binary traits with each correction, against plink2 --glm firth-fallback
  n  10 times to an event, against coxph of R's package survival where that is here
"""
import argparse
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
asks_for_help = {"-h", "--help"} & set(sys.argv)
if asks_for_help:
    os.environ["MANIPLE"] = "true"  # Help is there before a build.
import program  # first: leaves where a package is missing

import cohorts
import kernel_rates
import measurement
import peer
import rows

KERNEL_SECONDS = 0.5  # per microbenchmark


def rows_of(text):
    names = text.split(",")
    for name in names:
        if name not in rows.ROWS:
            raise argparse.ArgumentTypeError(f"there is no row '{name}'; choose among {','.join(rows.ROWS)}")
    return names


def positive(text):
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not above 0")
    return number


def count(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not at least 1")
    return number


def share(text):
    number = positive(text)
    if number > 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no share; choose 1 or less")
    return number


def read_options():
    parser = argparse.ArgumentParser(prog="bench-peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=rows_of, default=list(rows.ROWS), metavar="ROW,...", help="these rows alone")
    parser.add_argument("--scale", type=positive, default=1, metavar="X", help="times as many variants")
    parser.add_argument("--scale-samples", type=positive, default=1, metavar="X", help="times as many samples")
    parser.add_argument("--threads", type=count, default=2, metavar="N", help="of each program (default: 2)")
    parser.add_argument("--runs", type=count, default=3, metavar="N",
                        help="of each command, but of plink2's in rows c and d, which run once (default: 3)")
    parser.add_argument("--peer-share", type=share, default=0.1, metavar="X",
                        help="share of the variants that plink2 is timed on in rows c, d, f and m (default: 0.1)")
    parser.add_argument("--folder", type=pathlib.Path, metavar="DIR",
                        help="where a temporary folder is made for up to 8 GB of cohorts (default: TMPDIR)")
    parser.add_argument("--kernels", type=pathlib.Path, metavar="FILE",
                        default=pathlib.Path(program.MANIPLE).with_name("bench_kernels"),
                        help="the microbenchmarks (default: bench_kernels beside maniple)")
    parser.add_argument("--maniple", metavar="FILE", help="the program (default: build/release/maniple)")
    return parser.parse_args()


def print_table(lines):
    cells = [["row", "work", "program", "CPU s", "wall s", "peak MB", "figure", "goal", "met"]]
    remarks = []
    for row, line in lines:
        cost = line.cost
        numbers = [f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.memory:.0f}"] if cost else ["-"] * 3
        met = {True: "yes", False: "NO", None: ""}[line.met]
        marks = []
        for remark in line.remarks:
            if remark not in remarks:
                remarks.append(remark)
            marks.append(f"[{remarks.index(remark) + 1}]")
        cells.append([row, line.work, line.program, *numbers, line.figure, line.goal, met + " ".join(["", *marks])])
    widths = [max(len(row[c]) for row in cells) for c in range(len(cells[0]))]
    for row in cells:
        print("  ".join(text.rjust(width) if 3 <= c <= 5 else text.ljust(width)
                        for c, (text, width) in enumerate(zip(row, widths))).rstrip())
    for number, remark in enumerate(remarks, start=1):
        print(f"[{number}] {remark}")
    if any("agree" in remark for remark in remarks):
        print(f"agreement: {peer.ALLOWED}")


def main():
    options = read_options()
    if not peer.plink2.PLINK2:
        print("bench-peers: plink2 is not on the PATH (Debian: apt-get install plink2, as an administrator); "
              "elsewhere see PLINK 2's own pages", file=sys.stderr)
        return 3
    say = lambda text: print(f"bench-peers: {text}", file=sys.stderr, flush=True)
    print(f"machine: {measurement.describe_machine()}")
    remark = measurement.busy()
    if remark:
        print(f"note: {remark}")
    print(f"{options.threads} threads, {options.runs} runs; variants x {options.scale:g}, "
          f"samples x {options.scale_samples:g}; {cohorts.COVARIATES} covariates, --missing-genotype drop", flush=True)
    lines = []
    with tempfile.TemporaryDirectory(prefix="maniple-bench-", dir=options.folder) as name:
        folder = pathlib.Path(name)
        made = cohorts.Cohorts(folder, options.scale, options.scale_samples, options.threads, say)
        bench = rows.Bench(folder, options, made, peer.Peer(folder, options.threads, say),
                           kernel_rates.KernelRates(options.kernels, KERNEL_SECONDS), say)
        for row in options.only:
            lines += [(row, line) for line in rows.ROWS[row](bench)]
    print_table(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
