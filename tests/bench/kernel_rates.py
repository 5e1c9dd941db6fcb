"""What bench_kernels says about this machine: its int8 peak and the rates of kernels on data in memory."""
import json
import re
import subprocess
import sys


class KernelRates:
    """Runs the benchmarks that a row needs when it needs them; remembers them."""

    def __init__(self, program, seconds):
        self.program, self.seconds = program, seconds
        self.known = {}

    def counters(self, name):
        """Counters of the benchmarks whose names match, by name."""
        if name not in self.known:
            if not self.program.exists():
                sys.exit(f"{self.program} is not there (it is built where Google Benchmark is installed); "
                         "install libbenchmark-dev, configure and build again, or leave its rows out with --only")
            done = subprocess.run([self.program, f"--benchmark_filter={name}", "--benchmark_format=json",
                                   f"--benchmark_min_time={self.seconds}"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
            found = json.loads(done.stdout)["benchmarks"]
            self.known[name] = {entry["name"]: entry for entry in found}
        return self.known[name]

    def peak(self):
        """(operations per second of the fastest instruction, its name); None where there is none."""
        rates = {name.split("/")[1]: entry["operations"] for name, entry in self.counters("^int8_peak/").items()}
        if not rates:
            return None
        fastest = max(rates, key=rates.get)
        return rates[fastest], fastest

    def product(self, samples, columns):
        """Operations per second of the fastest form of multiply_genotypes."""
        found = self.counters(f"^product/dense/.*/samples:{samples}/columns:{columns}$")
        return max(entry["operations"] for entry in found.values())

    def scan(self, samples, traits):
        """Genotypes per second of scan_block without missing values."""
        name = f"scan_block/samples:{samples}/traits:{traits}/missing_genotypes:0/missing_values:0"
        return self.counters(f"^{re.escape(name)}$")[name]["genotypes"]
