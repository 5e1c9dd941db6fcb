#!/usr/bin/env python3
"""One flipped bit anywhere in a run's or a store's file: verify finds it, or there is nothing it has changed."""
import random

from command_case import CORRUPT_INPUT, SUCCESS, CommandCase
from program import everything, main


class FlippedBits(CommandCase):
    def flip_some(self, name, checked, flips, seed):
        path = self.folder / name
        whole = path.read_bytes()
        right = everything(path)
        chance = random.Random(seed)
        found = 0
        for _ in range(flips):
            offset, bit = chance.randrange(len(whole)), chance.randrange(8)
            flipped = bytearray(whole)
            flipped[offset] ^= 1 << bit
            path.write_bytes(flipped)
            place = f"{name} byte {offset} bit {bit}"
            done = self.run_maniple("verify", checked)
            if done.returncode == CORRUPT_INPUT:
                self.judge(done, CORRUPT_INPUT, ["damaged"], [place])
                self.assertIn(path.name, done.stdout + done.stderr, place)
                found += 1
                continue
            self.assertEqual(done.returncode, SUCCESS, f"{place}: {done.stderr}")
            try:
                self.assertEqual(everything(path), right, f"{place}: a value changed")
            except (OSError, RuntimeError, KeyError) as error:
                self.fail(f"{place}: h5py cannot read it any more: {error}")
        path.write_bytes(whole)
        self.assertIn("every checksum holds", self.succeed("verify", checked))
        # What HDF5 leaves unused is a third of the smallest files.
        self.assertGreater(found, flips // 2)

    def test_results_and_predictors(self):
        self.have_store()
        self.succeed("scan", "--store", "s", "--trait", "quantitative_*", "--whole-genome", "ridge",
                     "--whole-genome-block", "100", "--out", "r")
        self.flip_some("r/predictors.h5", "r", 60, 1)
        self.flip_some("r/results.h5", "r", 60, 2)

    def test_models(self):
        self.have_store()
        self.succeed("fit", "--store", "s", "--trait", "quantitative_1", "--covariate", "sex,site", "--method", "ridge",
                     "--name", "m")
        self.flip_some("s/models/m.h5", "s", 60, 3)
        self.flip_some("s/models/truth.h5", "s", 60, 4)

    def test_the_rest_of_a_store(self):
        self.have_store()
        for seed, name in enumerate(("cohort.h5", "tables/simulated.h5", "genotypes/1-1.h5")):
            self.flip_some(f"s/{name}", "s", 60, seed)

    def test_structure_that_no_reader_of_ours_needs(self):
        """The free room of the heap that datasets' names are in: h5py could not list the file any more."""
        self.have_store()
        self.succeed("scan", "--store", "s", "--trait", "quantitative_1", "--whole-genome", "ridge", "--out", "r")
        for name, checked in (("r/results.h5", "r"), ("r/predictors.h5", "r"), ("s/models/truth.h5", "s"),
                              ("s/cohort.h5", "s"), ("s/genotypes/2-1.h5", "s")):
            path = self.folder / name
            whole = path.read_bytes()
            with self.subTest(name):
                place = whole.find(b"FSHD")
                self.assertGreater(place, 0)
                path.write_bytes(whole[:place + 10] + bytes([whole[place + 10] ^ 1]) + whole[place + 11:])
                self.fail_with(CORRUPT_INPUT, "1 problem", "verify", checked)
            path.write_bytes(whole)


if __name__ == "__main__":
    main()
