/// \file  Writes a small store, a result file and, as text, what they hold: for read_with_h5py.py.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "maniple/store/cohort.hpp"
#include "maniple/store/result_file.hpp"
#include "store/scratch_store.hpp"

namespace {

using namespace maniple;

// One line per variant: ID, missing, ALT alleles, then every genotype.
void write_truth(std::filesystem::path const& path, test::KnownPartition const& known,
                 std::int64_t block) {
    std::ofstream truth{path};
    for (std::size_t v = 0; v < known.variants.size(); ++v) {
        auto const row = static_cast<std::int64_t>(v);
        auto const genotypes = known.blocks[static_cast<std::size_t>(row / block)].view();
        truth << known.variants[v].id << ' ' << known.variants[v].position << ' '
              << known.variants[v].reference << ' ' << known.variants[v].alternate;
        for (SampleIndex s{0}; s < SampleIndex{genotypes.samples()}; ++s) {
            truth << ' ' << genotypes.genotype(LocalVariantIndex{row % block}, s);
        }
        truth << '\n';
    }
}

void write_results(std::filesystem::path const& path) {
    std::vector<double> beta(20'000);
    for (std::size_t v = 0; v < beta.size(); ++v) beta[v] = 0.5 * static_cast<double>(v);
    std::vector<float> const half(beta.size(), 0.5F);
    std::vector<std::uint8_t> const status(beta.size(), 0);
    std::vector<std::int32_t> const samples(beta.size(), 257);
    std::vector<ResultRows> const rows(2, {.beta = beta,
                                           .standard_error = half,
                                           .neg_log10_p = half,
                                           .status = status,
                                           .samples = samples,
                                           .effect_allele_frequency = half});
    ResultWriter writer{path,
                        {.traits = {"height", "weight"},
                         .statuses = {"ok"},
                         .model = "linear",
                         .covariates = "age",
                         .missing_genotype = "mean",
                         .fingerprint = 5,
                         .variants = std::ssize(beta)}};
    writer.append("22", test::make_variants(0, std::ssize(beta)), rows);
    writer.finish();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_known_store FOLDER\n", stderr);
        return 2;
    }
    std::filesystem::path const folder{argv[1]};
    auto index = test::make_index(test::make_samples(257), 64);
    for (auto const* contig : {"21", "22"}) {
        // One partition deflated, one stored as it is.
        auto const frequency = std::strcmp(contig, "21") == 0 ? 0.01 : 0.5;
        auto const known = test::write_partition(folder, contig, index.format(), 130, 4, frequency);
        index.partitions.push_back(known.entry);
        write_truth(folder / (std::string{"truth-"} + contig + ".txt"), known, 64);
    }
    write_cohort_index(folder, index);
    write_table(folder, index, test::make_table("phenotypes", 257), ExistingTable::refuse);
    write_results(folder / "results.h5");
}
