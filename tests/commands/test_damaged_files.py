#!/usr/bin/env python3
"""Stores with flipped bytes, cut off, mixed from two cohorts: found by verify and by scan, with the file's name."""
import pathlib
import random
import shutil

from command_case import CORRUPT_INPUT, RAW, SUCCESS, CommandCase, contents
from program import main

SCAN = ["scan", "--store", "s", "--trait", "quantitative_1", "--out", "r"]


class Damage(CommandCase):
    def setUp(self):
        super().setUp()
        self.have_store()

    def verify_finds(self, fragments):
        """verify goes on after the first damage: a line for each, and then the message."""
        before = contents(self.folder)
        done = self.run_maniple("verify", "s")
        self.judge(done, CORRUPT_INPUT, ["damaged", "restore"], ["verify"])
        said = done.stdout + done.stderr
        for fragment in fragments:
            self.assertIn(fragment, said)
        self.assertNotRegex(said, RAW)
        self.assertEqual(before, contents(self.folder))

    def both_find(self, fragments, ranks=0):
        self.verify_finds(fragments)
        return self.fail_with(CORRUPT_INPUT, fragments, *SCAN, ranks=ranks)

    def flip(self, name, offset):
        path = self.folder / "s" / name
        data = bytearray(path.read_bytes())
        data[offset] ^= 0x10
        path.write_bytes(data)

    def test_flipped_byte_of_genotypes(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("needs h5py to know where genotypes lie")
        for contig in ("1-1", "2-1"):
            name = f"genotypes/{contig}.h5"
            whole = (self.folder / "s" / name).read_bytes()
            with h5py.File(self.folder / "s" / name) as file:
                chunk = file["call_genotype_2bit"].id.get_chunk_info(0)
            for part in (0.1, 0.5, 0.9):
                self.flip(name, chunk.byte_offset + int(part * chunk.size))
                alone = self.both_find([f"{contig}.h5", "block 0"])
                if part == 0.5:
                    self.assertEqual(alone, self.both_find([f"{contig}.h5", "block 0"], ranks=2))
                (self.folder / "s" / name).write_bytes(whole)

    def test_flipped_bytes_anywhere_change_no_result_unseen(self):
        self.succeed(*SCAN)
        right = (self.folder / "r" / "results.h5").read_bytes()
        shutil.rmtree(self.folder / "r")
        chance = random.Random(7)
        seen = 0
        for name in ["genotypes/1-1.h5"] * 15 + ["tables/simulated.h5"] * 15 + ["cohort.h5"] * 15:
            path = self.folder / "s" / name
            whole = path.read_bytes()
            offset = chance.randrange(len(whole))
            self.flip(name, offset)
            place = f"{name} byte {offset}"
            done = self.run_maniple("verify", "s")
            self.assertIn(done.returncode, (SUCCESS, CORRUPT_INPUT), f"{place}: {done.stderr}")
            if done.returncode == CORRUPT_INPUT:
                seen += 1
                self.verify_finds([pathlib.Path(name).name])
            scan = self.run_maniple(*SCAN)
            if scan.returncode == SUCCESS:
                self.assertEqual(right, (self.folder / "r" / "results.h5").read_bytes(), place)
                shutil.rmtree(self.folder / "r")
            else:
                self.judge(scan, CORRUPT_INPUT, [pathlib.Path(name).name])
                self.assertEqual(done.returncode, CORRUPT_INPUT, f"{place}: verify sees less than scan")
                self.assertFalse((self.folder / "r/results.h5").exists(), place)
                shutil.rmtree(self.folder / "r", ignore_errors=True)  # What was tested before that block.
            path.write_bytes(whole)
        self.assertGreater(seen, 20)

    def test_truncated_or_missing_files(self):
        for name in ("genotypes/2-1.h5", "tables/simulated.h5", "cohort.h5"):
            path = self.folder / "s" / name
            whole = path.read_bytes()
            for length in (0, 100, len(whole) // 2, len(whole) - 1):
                path.write_bytes(whole[:length])
                self.both_find([path.name])
            path.write_bytes(whole)
        (self.folder / "s" / "genotypes" / "2-1.h5").unlink()
        self.assertEqual(self.both_find(["2-1.h5"]), self.both_find(["2-1.h5"], ranks=2))

    def test_files_of_another_cohort(self):
        self.succeed("simulate", "--store", "other", "--samples", "200", "--variants", "1500", "--contigs", "2",
                     "--seed", "9")
        self.succeed("simulate", "--store", "larger", "--samples", "201", "--variants", "1500", "--contigs", "2")
        for other, name in (("other", "genotypes/1-1.h5"), ("larger", "genotypes/1-1.h5"),
                            ("larger", "tables/simulated.h5")):
            path = self.folder / "s" / name
            whole = path.read_bytes()
            shutil.copy(self.folder / other / name, path)
            self.both_find([path.name])
            path.write_bytes(whole)
        shutil.copy(self.folder / "larger/models/truth.h5", self.folder / "s/models/truth.h5")
        done = self.run_maniple("verify", "s")
        self.judge(done, CORRUPT_INPUT, ["1 problem"])
        self.assertIn("'s/models/truth.h5' belongs to another cohort", done.stderr)

    def test_partition_whose_entry_was_forged_too(self):
        """The fingerprint of samples is in every partition: another cohort's is refused by it alone."""
        self.succeed("simulate", "--store", "larger", "--samples", "201", "--variants", "1500", "--contigs", "2")
        for name in ("tables/simulated.h5", "cohort.h5"):
            shutil.copy(self.folder / "larger" / name, self.folder / "s" / name)
        self.both_find(["1-1.h5"])

    def test_partitions_swapped(self):
        one, two = (self.folder / "s" / "genotypes" / f"{c}-1.h5" for c in (1, 2))
        first = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(first)
        self.both_find([".h5"])


if __name__ == "__main__":
    main()
