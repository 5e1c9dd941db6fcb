"""The rows of the table: what is run, against what, and what is asked for."""
import filecmp
import shutil

import program  # first: leaves where a package is missing

import cohorts
import disease_rows
import measurement
import peer
import score_rows
from line import Line, shape

COVARIATES = [f"covariate_{c + 1}" for c in range(cohorts.COVARIATES)]
TIMED_TRAITS = 3         # of those that plink2 takes one at a time
DIGITS = 4               # int8 products for each genotype and column: digits of a fixed-point number
MEMORY_LIMIT = 4000      # MB


class Bench:
    """Everything that rows share."""

    def __init__(self, folder, options, made, peer, rates, say):
        self.folder, self.options, self.cohorts, self.peer, self.rates, self.say = (
            folder, options, made, peer, rates, say)
        self.known = {}

    def command(self, store, traits, threads=None):
        return [program.MANIPLE, "scan", "--store", store, "--trait", traits, "--covariate", "covariate_*",
                "--missing-genotype", "drop", "--threads", threads or self.options.threads]

    def run_folder(self, name):
        folder = self.folder / f"run-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def scan_once(self, name, store, traits):
        return measurement.measure([*self.command(store, traits), "--out", self.run_folder(name)])

    def scan(self, name, store, traits):
        """Median cost; results are in run-NAME. Rows that need the same scan share it."""
        if name not in self.known:
            self.say(f"maniple: {name}")
            self.known[name] = measurement.median(
                [self.scan_once(name, store, traits) for _ in range(self.options.runs)])
        return self.known[name]

    def rate(self, cohort_name):
        """(genotypes per second of CPU time, cost) of one trait, start and output included."""
        cohort = self.cohorts.get(cohort_name)
        cost = self.scan(f"{cohort_name}-one", cohort.store, "quantitative_1")
        return cohort.genotypes / cost.cpu, cost


def against(ours, theirs, work, goal, remarks):
    ratio = theirs.cpu / ours.cpu
    return [Line(work, "plink2", theirs),
            Line(work, "maniple", ours, f"{ratio:.1f}x", f"{goal}x", ratio >= goal, remarks)]


def giga(rate):
    return f"{rate / 1e9:.3g}e9"


def one_trait(bench, cohort_name, work):
    """One trait against plink2, the two in turn."""
    cohort = bench.cohorts.get(cohort_name)
    table, trait = f"{cohort.bfile}.tsv", "quantitative_1"
    name = f"{cohort_name}-one"
    ours, theirs = [], []
    for turn in range(bench.options.runs):
        bench.say(f"maniple and plink2, run {turn + 1} of {bench.options.runs}")
        ours.append(bench.scan_once(name, cohort.store, trait))
        theirs.append(bench.peer.run(cohort, table, [trait], COVARIATES))
    bench.known[name] = measurement.median(ours)
    ratios = sorted(their.cpu / our.cpu for our, their in zip(ours, theirs))
    agreement = bench.peer.compare(work, bench.folder / f"run-{name}", [trait])
    spread = [f"ratio of the pairs of runs: {ratios[0]:.1f} to {ratios[-1]:.1f}"] if len(ratios) > 1 else []
    return against(bench.known[name], measurement.median(theirs), f"{work}, {shape(cohort)}", 50,
                   [agreement, *spread])


def row_a(bench):
    return one_trait(bench, "missing", "1 trait, 1% missing genotypes")


def row_b(bench):
    return one_trait(bench, "complete", "1 trait, no missing genotypes")


def many_traits(bench, kind, timed, goal, what):
    lines = []
    for name, genotypes in (("complete", "no missing genotypes"), ("missing", "1% missing genotypes")):
        cohort = bench.cohorts.get(name)
        table, traits = bench.cohorts.table(name, kind)
        ours = bench.scan(f"{name}-{kind}", cohort.store, f"{kind}_*")
        theirs, how = bench.peer.estimate(cohort, table, traits, timed or len(traits), COVARIATES,
                                          bench.options.peer_share)
        work = f"50 traits {what}, {genotypes}"
        seen = [traits[0], traits[(timed or len(traits)) - 1]]
        agreement = bench.peer.compare(work, bench.folder / f"run-{name}-{kind}", seen)
        lines += against(ours, theirs, f"{work}, {shape(cohort)}", goal, [agreement] + ([how] if how else []))
    return lines


def row_c(bench):
    return many_traits(bench, "complete", None, 200, "with all values")


def row_d(bench):
    return many_traits(bench, "own", TIMED_TRAITS, 400, "each lacking its own 2%")


def row_e(bench):
    lines = []
    for name, genotypes in (("complete", "no missing genotypes"), ("missing", "1% missing genotypes")):
        costs = {}
        for kind in ("complete", "own"):
            bench.cohorts.table(name, kind)
            costs[kind] = bench.scan(f"{name}-{kind}", bench.cohorts.get(name).store, f"{kind}_*")
        ratio = costs["own"].cpu / costs["complete"].cpu
        work = f"50 patterns of missing values against none, {genotypes}"
        lines += [Line(work, "maniple, none", costs["complete"]),
                  Line(work, "maniple, 50", costs["own"], f"{ratio:.2f}", "at most 1.5", ratio <= 1.5)]
    return lines


def row_f(bench):
    peak = bench.rates.peak()
    if peak is None:
        return [Line("1,000 traits", "maniple", remarks=["this processor has no instruction to measure against"])]
    cohort = bench.cohorts.get("complete")
    table, traits = bench.cohorts.table("complete", "many")
    cost = bench.scan("complete-many", cohort.store, "many_*")
    columns = len(traits) + len(COVARIATES)
    share = cohort.genotypes * columns * 2 * DIGITS / cost.cpu / peak[0]
    product = bench.rates.product(20_000, 1010) / peak[0]
    some = [traits[0], traits[-1]]
    bench.peer.run(cohort, table, some, COVARIATES, peer.some_variants(cohort, bench.options.peer_share))
    agreement = bench.peer.compare("1,000 traits", bench.folder / "run-complete-many", some)
    said = f"int8 peak of one core: {peak[0] / 1e12:.2f} T operations/s ({peak[1]})"
    work = "1,000 traits with all values"
    return [Line(f"{work}, {shape(cohort)}", "maniple", cost, f"{share:.0%} of peak", "40%", share >= 0.4,
                 [agreement, said]),
            Line(f"{work}: the product alone", "kernel", None, f"{product:.0%} of peak", "", None,
                 ["multiply_genotypes, 1,010 columns, 20,000 samples in memory"])]


def row_g(bench):
    rate, cost = bench.rate("long")
    kernel = bench.rates.scan(20_000, 1)
    share = rate / kernel
    return [Line(f"1 trait, plain blocks, {shape(bench.cohorts.get('long'))}", "maniple", cost,
                 f"{share:.0%} of kernel", "70%", share >= 0.7,
                 [f"end to end {giga(rate)} genotypes per CPU second; scan_block on 20,000 samples in "
                  f"memory {giga(kernel)}"])]


def row_h(bench):
    large, cost = bench.rate("large")
    small, small_cost = bench.rate("long")
    work = f"1 trait, {shape(bench.cohorts.get('large'))}"
    return [Line(f"1 trait, {shape(bench.cohorts.get('long'))}", "maniple", small_cost,
                 f"{giga(small)} genotypes/s"),
            Line(work, "maniple", cost, f"{giga(large)} genotypes/s", "75% of that", large >= 0.75 * small),
            Line(f"{work}: memory", "maniple", cost, f"{cost.memory:.0f} MB", "under 4 GB",
                 cost.memory < MEMORY_LIMIT)]


def row_i(bench):
    mpirun = program.find_mpirun()
    if mpirun is None:
        return [Line("2 ranks against 1", "maniple", remarks=["there is no mpirun on the PATH"])]
    cohort = bench.cohorts.get("long-missing")
    bench.cohorts.table("long-missing", "own")
    settings = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1",
                "OMPI_MCA_rmaps_base_oversubscribe": "1"}
    remark = measurement.busy()
    costs = {}
    for ranks in (1, 2):
        bench.say(f"maniple: {ranks} ranks")
        runs = [measurement.measure([mpirun, "--bind-to", "none", "-n", ranks,
                                     *bench.command(cohort.store, "own_*", 1),
                                     "--out", bench.run_folder(f"ranks-{ranks}")], settings)
                for _ in range(bench.options.runs)]
        costs[ranks] = min(runs, key=lambda cost: cost.wall)
    same = filecmp.cmp(*(bench.folder / f"run-ranks-{ranks}" / "results.h5" for ranks in (1, 2)), shallow=False)
    if not same:
        raise SystemExit("2 ranks write other results than 1: the comparison is void")
    ratio = costs[1].wall / costs[2].wall
    work = f"50 traits each lacking its own 2%, {shape(cohort)}"
    return [Line(work, "1 rank x 1 thread", costs[1]),
            Line(work, "2 ranks x 1 thread", costs[2], f"{ratio:.2f}x (wall)", "1.8x", ratio >= 1.8,
                 ["results.h5 of both has the same bytes; the shortest wall times"] + ([remark] if remark else []))]


def row_j(bench):
    common, common_cost = bench.rate("long")
    rare, rare_cost = bench.rate("long-rare")
    return [Line(f"1 trait, common variants, {shape(bench.cohorts.get('long'))}", "maniple", common_cost,
                 f"{giga(common)} genotypes/s"),
            Line(f"1 trait, 90% rare variants, {shape(bench.cohorts.get('long-rare'))}", "maniple", rare_cost,
                 f"{giga(rare)} genotypes/s", "faster", rare > common)]


def row_k(bench):
    lines = []
    for name, what in (("missing", "1% missing genotypes"), ("sparse", "90% rare variants")):
        first = None
        for codec in ("none", "deflate", "zstd", "automatic"):
            cohort = bench.cohorts.recoded(name, codec)
            cost = bench.scan(f"{name}-{codec}", cohort.store, "quantitative_1")
            lines.append(Line(f"1 trait, {what}, {shape(cohort)}", f"maniple, {codec}", cost,
                              f"{cohorts.stored_bytes(cohort) / 1e6:.1f} MB stored"))
            results = bench.folder / f"run-{name}-{codec}" / "results.h5"
            first = first or results
            if not filecmp.cmp(first, results, shallow=False):
                raise SystemExit(f"results depend on the codec ({codec}): the comparison is void")
    return lines


ROWS = {"a": row_a, "b": row_b, "c": row_c, "d": row_d, "e": row_e, "f": row_f, "g": row_g, "h": row_h,
        "i": row_i, "j": row_j, "k": row_k, "l": score_rows.row_scores, "m": disease_rows.row_cases, "n": disease_rows.row_times}
