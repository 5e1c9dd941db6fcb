#!/usr/bin/env python3
"""--stop-before: commands stop by themselves and go on when they are given again, to the bytes of one go."""
import itertools
import shutil
import time
import unittest

from command_case import ENVIRONMENT, SUCCESS, CommandCase
import program
from program import main

STOPPED = 75
MOST_RUNS = 5  # A machine on which planning takes a second gets on by a last run without a limit.


def ends_in(seconds):
    """The environment of a Slurm job that ends so many seconds from now."""
    return {**ENVIRONMENT, "SLURM_JOB_END_TIME": str(int(time.time()) + seconds)}


class Stops(CommandCase):
    simulate = ("--samples", 2000, "--variants", 8000, "--quantitative", 3, "--binary", 4, "--missing-traits", 0.2)

    def setUp(self):
        super().setUp()
        self.succeed("simulate", "--store", "s", *self.simulate, "--seed", 4)

    def in_parts(self, *words, ranks=(0,), limit="1s"):
        """Give the command again until it is done, and return how often it stopped."""
        for run, now in zip(range(MOST_RUNS), itertools.cycle(ranks)):
            stop = [] if run == MOST_RUNS - 1 else ["--stop-before", limit]
            done = self.run_maniple(*words, *stop, ranks=now)
            self.assertIn(done.returncode, (SUCCESS, STOPPED), done.stderr)
            if done.returncode == SUCCESS:
                return run
            self.assertIn("give the same command again", done.stderr)
            self.assertIn(f"--stop-before {limit}", done.stderr)
            self.assertIn("stops after", done.stderr)
        return MOST_RUNS

    def same(self, *names):
        for name in names:
            self.assertEqual((self.folder / "r" / name).read_bytes(), (self.folder / "whole" / name).read_bytes(), name)


class Scan(Stops):
    # Full regressions: they take seconds.
    words = ("scan", "--store", "s", "--trait", "binary_*", "--covariate", "covariate_1", "--test", "wald", "--threads", 1)

    def test_scan(self):
        self.succeed(*self.words, "--out", "whole")
        self.in_parts(*self.words, "--out", "r")
        self.same("results.h5", "summary.tsv")

    @unittest.skipIf(program.find_mpirun() is None, "no mpirun")
    def test_ranks(self):
        self.succeed(*self.words, "--out", "whole")
        self.in_parts(*self.words, "--out", "r", ranks=(2, 0, 3))
        self.same("results.h5", "summary.tsv")

    def test_whole_genome(self):
        words = ["scan", "--store", "s", "--trait", "all", "--model", "linear", "--covariate", "covariate_1", "--whole-genome", "ridge",
                 "--whole-genome-block", 50, "--threads", 1]
        self.succeed(*words, "--out", "whole")
        self.in_parts(*words, "--out", "r")
        self.same("results.h5", "predictors.h5")  # The summary names the folder.
        shutil.rmtree(self.folder / "r")
        self.in_parts(*words, "--whole-genome-only", "--out", "r")
        self.same("predictors.h5")

    def test_end_of_a_slurm_job(self):
        """Of it a process knows by SLURM_JOB_END_TIME; it leaves some time by itself."""
        self.assertIn("stops after", self.succeed(*self.words, "--plan", env=ends_in(4000)))
        self.assertNotIn("stops after", self.succeed(*self.words, "--plan"))
        self.assertNotIn("stops after", self.succeed(*self.words, "--plan", "--stop-before", "never", env=ends_in(4000)))
        self.assertIn("--stop-before slurm-10m", self.succeed(*self.words, "--plan", "--stop-before", "slurm-10m",
                                                              env=ends_in(4000)))
        self.refuse(["--stop-before = 'slurm-10m'", "ends in", "ask Slurm for more time"], *self.words, "--out", "r",
                    "--stop-before", "slurm-10m", env=ends_in(300))
        self.refuse(["--stop-before = 'slurm'", "no SLURM_JOB_END_TIME", "give a duration"], *self.words, "--out", "r",
                    "--stop-before", "slurm")
        done = self.run_maniple(*self.words, "--out", "r", env=ends_in(1))
        self.assertIn(done.returncode, (SUCCESS, STOPPED), done.stderr)
        if done.returncode == STOPPED:
            self.assertIn("give the same command again", done.stderr)

    def test_plans_and_job_files(self):
        self.write("scan.ini", "store = s\ntrait = quantitative_*\nstop-before = 1-02:00:00\n")
        said = self.succeed("scan", "--job", "scan.ini", "--plan")
        self.assertIn("stops after 26.0 h", said)
        self.assertIn("--stop-before 2h", self.succeed("scan", "--job", "scan.ini", "--plan", "--stop-before", "2h"))
        self.succeed("scan", "--job", "scan.ini", "--out", "r")
        self.assertIn("stops after 26.0 h", (self.folder / "r/log.txt").read_text())

    def test_limits_that_are_none(self):
        for limit in ("soon", "0", "0s", "-5m", "1.5h", "1:2:3:4", "slurm5m", "2000d"):
            with self.subTest(limit=limit):
                self.refuse(f"option --stop-before = '{limit}'", *self.words, "--out", "r", f"--stop-before={limit}")
        self.refuse(["--stop-before", "--leave-one-out"], "evaluate", "--store", "s", "--scores", "t", "--trait",
                    "quantitative_1", "--out", "r", "--stop-before", "1h")


class Fit(Stops):
    def test_fits(self):
        for method in ("ridge", "stacked-ridge"):
            with self.subTest(method=method):
                words = ["fit", "--store", "s", "--trait", "quantitative_1", "--method", method, "--threads", 1]
                self.succeed(*words, "--name", f"whole-{method}")
                self.in_parts(*words, "--name", f"parts-{method}", limit="3s")
                models = [(self.folder / f"s/models/{name}-{method}.h5").read_bytes() for name in ("whole", "parts")]
                self.assertEqual(len(models[0]), len(models[1]))
        self.assertIn("stops after", self.succeed(*words, "--name", "plan", "--plan", "--stop-before", "1h"))

    def test_leave_one_out(self):
        words = ["evaluate", "--store", "s", "--leave-one-out", "covariate_1:-0.5/0.5", "--trait",
                 "quantitative_1", "--method", "ridge", "--threads", 1]
        self.succeed(*words, "--out", "whole")
        self.in_parts(*words, "--out", "r", limit="3s")
        self.same("evaluation.json", "evaluation.tsv")


if __name__ == "__main__":
    main()
