#!/usr/bin/env python3
"""How a store compresses its genotypes changes its size and nothing else. MANIPLE names the binary."""
import json
import unittest

from command_case import CommandCase, cohort

try:
    import h5py
except ImportError:
    h5py = None

KINDS = ("automatic", "none", "deflate", "zstd")


class CompressionTest(CommandCase):
    def import_as(self, kind, store=None):
        return self.succeed("import", "--store", store or kind, "--bfile", cohort() / "p", "--table",
                            cohort() / "p.tsv", "--name", "t", "--compression", kind)

    def partitions(self, store):
        return json.loads(self.succeed("info", store, "--json"))["partitions"]

    def test_results_do_not_depend_on_the_codec(self):
        results = set()
        for kind in KINDS:
            self.import_as(kind)
            self.assertIn("every checksum holds", self.succeed("verify", kind))
            self.succeed("scan", "--store", kind, "--trait", "quantitative_*", "--covariate", "sex", "--out",
                         f"run-{kind}")
            results.add((self.folder / f"run-{kind}" / "results.h5").read_bytes())
        self.assertEqual(len(results), 1)

    def test_info_shows_codec_and_ratio(self):
        for kind in KINDS:
            self.import_as(kind)
        self.assertRegex(self.succeed("info", "none"), r"(?m)^compression  none$")
        for kind in ("deflate", "zstd"):
            self.assertRegex(self.succeed("info", kind),
                             rf"(?m)^compression  {kind} in \d+ of \d+ chunks.*; \d+\.\d\d times smaller$")
            for entry in self.partitions(kind):
                self.assertEqual(entry["codec"], kind)
                self.assertGreaterEqual(entry["chunks"], entry["packed_chunks"])
                self.assertGreater(entry["packed_chunks"], 0)
                self.assertLess(entry["stored_genotype_bytes"], entry["plain_genotype_bytes"])
        self.assertEqual({entry["packed_chunks"] for entry in self.partitions("none")}, {0})

    def test_partitions_of_one_store_may_differ(self):
        self.import_as("deflate", "s")
        text = (cohort() / "p.bim").read_text().splitlines()
        renamed = [line.split() for line in text]
        self.write("q.bim", "".join(f"c{f[0]} {' '.join(f[1:])}\n" for f in renamed))
        for suffix in ("bed", "fam"):
            self.write(f"q.{suffix}", (cohort() / f"p.{suffix}").read_bytes())
        self.succeed("import", "--store", "s", "--bfile", "q", "--compression", "zstd")
        self.assertEqual([entry["codec"] for entry in self.partitions("s")],
                         ["deflate", "deflate", "zstd", "zstd"])
        self.assertRegex(self.succeed("info", "s"), r"compression  deflate in \d+, zstd in \d+ of ")
        self.succeed("verify", "s")

    @unittest.skipIf(h5py is None, "no h5py")
    def test_stock_readers_open_all_but_zstd(self):
        sums = {}
        for kind in KINDS:
            self.succeed("simulate", "--store", kind, "--samples", 3000, "--variants", 1100, "--contigs", 1,
                         "--missing-genotypes", 0, "--compression", kind)
            packed = sum(entry["packed_chunks"] for entry in self.partitions(kind))
            self.assertEqual(packed > 0, kind != "none", kind)
            with h5py.File(self.folder / kind / "genotypes" / "1-1.h5") as file:
                genotypes = file["call_genotype_2bit"]
                if kind != "zstd":
                    sums[kind] = int(genotypes[:].sum())
                    continue
                properties = genotypes.id.get_create_plist()
                self.assertEqual(properties.get_filter(0)[0], 32015)
                chunks = [genotypes.id.read_direct_chunk((row, 0))
                          for row in range(0, len(genotypes), genotypes.chunks[0])]
                for mask, stored in chunks:
                    self.assertEqual(stored[:4] == b"\x28\xb5\x2f\xfd", mask == 0)
                self.assertEqual(sum(mask == 0 for mask, _ in chunks), packed)
        self.assertEqual(len(set(sums.values())), 1)

    def test_damage_is_found_whatever_the_codec(self):
        for kind in KINDS:
            self.import_as(kind)
            path = self.folder / kind / "genotypes" / "1-1.h5"
            good = path.read_bytes()
            before = self.run_maniple("verify", kind)
            self.assertEqual(before.returncode, 0)
            # Chunks of genotypes are the first large thing in a file.
            found = 0
            for at in range(3000, 6000, 500):
                path.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1:])
                found += self.run_maniple("verify", kind).returncode == 4
            self.assertGreaterEqual(found, 5, kind)

    def test_refuses_unknown_codecs(self):
        message = "option --compression = 'gzip' (must be automatic or none or deflate or zstd)"
        self.refuse(message, "import", "--store", "s", "--bfile", cohort() / "p", "--compression", "gzip")
        self.refuse(message, "simulate", "--store", "s", "--samples", 10, "--variants", 10, "--compression",
                    "gzip")
        self.refuse("option --compression belongs to --bfile and --vcf", "import", "--store", "s", "--table",
                    cohort() / "p.tsv", "--compression", "none")

    def test_simulate_takes_the_option(self):
        for kind in ("none", "zstd"):
            self.succeed("simulate", "--store", kind, "--samples", 100, "--variants", 600, "--contigs", 1,
                         "--compression", kind)
        self.assertEqual({entry["packed_chunks"] for entry in self.partitions("none")}, {0})
        self.assertEqual({entry["codec"] for entry in self.partitions("zstd")}, {"zstd"})

    def test_help_warns_of_the_plug_in(self):
        said = " ".join(self.succeed("import", "--help").split())
        self.assertIn("zstd plug-in, filter 32015", said)


if __name__ == "__main__":
    unittest.main()
