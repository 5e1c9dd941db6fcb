/// \file  Writes a small store, a result file and, as text, what they hold: for read_with_h5py.py.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>

#include "maniple/store/cohort.hpp"
#include "maniple/store/result_file.hpp"
#include "store/known_results.hpp"
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

template <class T>
void write_binary(std::filesystem::path const& path, std::vector<T> const& values) {
    std::ofstream{path, std::ios::binary}.write(
        reinterpret_cast<char const*>(values.data()),
        static_cast<std::streamsize>(values.size() * sizeof(T)));
}

// Five row chunks, the last one short: one trait of noise with rows that have no numbers, one that
// never has any, one that is easy to compress.
void write_results(std::filesystem::path const& folder) {
    constexpr std::size_t rows = 5'000;
    auto const nan = std::nan("");
    std::mt19937_64 random{11};
    std::normal_distribution<double> normal;
    std::vector<TraitResults> all(3);
    for (std::size_t v = 0; v < rows; ++v) {
        auto const absent = v % 40 == 3 || (v > 2'000 && v < 2'700);
        auto const noise = [&] { return absent ? nan : normal(random); };
        auto const samples = static_cast<std::int32_t>(250 + random() % 8);
        std::array const beta{noise(), nan, 0.5 * static_cast<double>(v)};
        std::array const error{static_cast<float>(noise()), NAN, 0.5F};
        std::array const p{static_cast<float>(noise()), NAN, 0.5F};
        std::array const status{absent, true, false};
        for (std::size_t t = 0; t < all.size(); ++t) {
            all[t].beta.push_back(beta[t]);
            all[t].standard_error.push_back(error[t]);
            all[t].neg_log10_p.push_back(p[t]);
            all[t].status.push_back(status[t] ? 2 : 0);
            all[t].samples.push_back(t == 0 ? samples : 257);
            all[t].effect_allele_frequency.push_back(static_cast<float>(v % 97) / 100);
        }
    }
    for (std::size_t t = 0; t < all.size(); ++t) {
        auto const truth = [&](std::string const& name) {
            return folder / ("truth-" + name + "-" + std::to_string(t));
        };
        write_binary(truth("beta"), all[t].beta);
        write_binary(truth("standard_error"), all[t].standard_error);
        write_binary(truth("neg_log10_p"), all[t].neg_log10_p);
        write_binary(truth("status"), all[t].status);
        write_binary(truth("samples"), all[t].samples);
        write_binary(truth("effect_allele_frequency"), all[t].effect_allele_frequency);
    }
    test::write_results(folder / "results.h5",
                        {.traits = {"height", "absent", "weight"},
                         .statuses = {"ok", "filtered_maf", "constant_genotype"},
                         .model = "linear",
                         .covariates = "age",
                         .missing_genotype = "mean",
                         .fingerprint = 5},
                        std::vector<test::ContigVariants>{{"21", test::make_variants(0, 1'500)},
                                                          {"22", test::make_variants(0, 3'500)}},
                        all);
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
        bool const rare = std::strcmp(contig, "21") == 0;
        auto const known =
            test::write_partition(folder, contig, index.format(), 130, 4, rare ? 0.01 : 0.5,
                                  rare ? Compression::deflate : Compression::none);
        index.partitions.push_back(known.entry);
        write_truth(folder / (std::string{"truth-"} + contig + ".txt"), known, 64);
    }
    write_cohort_index(folder, index);
    write_table(folder, index, test::make_table("phenotypes", 257), ExistingTable::refuse);
    write_results(folder);
}
