// Writes the folder of a scan that never was: null p-values and planted loci on the human
// autosomes.
//   write_scan FOLDER VARIANTS [TRAITS [LOCI]]
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/stats/inflation_counter.hpp"
#include "maniple/stats/normal.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {
namespace {

constexpr std::array<std::int64_t, 22> megabases{249, 242, 198, 190, 182, 171, 159, 145,
                                                 138, 134, 135, 133, 114, 107, 102, 90,
                                                 83,  80,  59,  64,  47,  51};
constexpr float hit = 7.30103F;

/// SplitMix64: Steele, Lea and Flood (2014).
class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_{seed} {}
    std::uint64_t bits() {
        auto z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) / 0x1p53; }
    double normal() {
        return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
    }

private:
    std::uint64_t state_;
};

struct Shape {
    std::int64_t variants;
    std::int64_t traits;
    std::int64_t loci;
};

/// Rows of each contig, by its length.
std::vector<std::int64_t> share_rows(std::int64_t variants) {
    auto const all = std::accumulate(megabases.begin(), megabases.end(), std::int64_t{0});
    std::vector<std::int64_t> rows;
    for (auto const length : megabases) rows.push_back(variants * length / all);
    rows.front() += variants - std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
    return rows;
}

void append_names(ResultWriter& writer, std::int64_t variants) {
    Chance chance{1};
    std::int64_t number = 0;
    auto const rows = share_rows(variants);
    constexpr std::string_view bases = "ACGT";
    for (std::size_t c = 0; c < rows.size(); ++c) {
        std::vector<Variant> batch;
        auto const step =
            static_cast<double>(megabases[c]) * 1e6 / static_cast<double>(rows[c] + 1);
        for (std::int64_t v = 0; v < rows[c]; ++v) {
            auto const base = chance.bits() % 4;
            auto const place = step * (static_cast<double>(v) + chance.uniform());
            batch.push_back({.position = 1 + static_cast<std::int32_t>(place),
                             .id = fmt::format("rs{}", 1'000 + number++ * 7),
                             .reference = std::string{bases[base]},
                             .alternate = std::string{bases[(base + 1 + chance.bits() % 3) % 4]}});
            if (batch.size() < 4096 && v + 1 < rows[c]) continue;
            writer.append_variants(std::to_string(c + 1), batch);
            batch.clear();
        }
    }
}

/// A locus is 300 rows around every `gap`-th; its lead is the middle one.
double planted_z(std::int64_t row, std::int64_t trait, Shape const& shape) {
    if (shape.loci == 0) return 0;
    auto const gap = shape.variants / shape.loci;
    auto const locus = row / gap;
    if ((locus + trait) % 3 == 2) return 0;  // Traits share some.
    auto const away = std::abs(row % gap - gap / 2);
    auto const lead = 6 + static_cast<double>((locus * 37 + trait * 5) % 20);
    return away > 150 ? 0 : lead * std::exp(-static_cast<double>(away) / 20);
}

struct TraitTally {
    InflationCounter inflation;
    std::int64_t hits = 0;
};

void write_column(ResultWriter& writer, ResultColumn which, std::int64_t row, std::int64_t trait,
                  auto const& values, std::int64_t chunk) {
    std::vector<std::byte> encoded;
    encode_results(std::span{values}, chunk, encoded);
    writer.write(which, row, TraitIndex{trait}, EncodedColumn{encoded});
}

void write_rows(ResultWriter& writer, std::int64_t row, std::int64_t rows, std::int64_t trait,
                Shape const& shape, TraitTally& tally) {
    auto const size = static_cast<std::size_t>(rows);
    std::vector<double> beta(size);
    std::vector<float> error(size), p(size), frequency(size);
    Chance chance{static_cast<std::uint64_t>(row * 1000 + trait + 7)};
    for (std::size_t i = 0; i < size; ++i) {
        auto const f = 0.0005 + 0.5 * std::pow(chance.uniform(), 3);
        auto const se = 1 / std::sqrt(2 * f * (1 - f) * 100'000);
        auto const z =
            chance.normal() + planted_z(row + static_cast<std::int64_t>(i), trait, shape);
        beta[i] = z * se;
        error[i] = static_cast<float>(se);
        p[i] = static_cast<float>(neg_log10_p_normal(z));
        frequency[i] = static_cast<float>(f);
        tally.hits += p[i] >= hit ? 1 : 0;
    }
    tally.inflation.add(p);
    auto const chunk = result_chunk_rows(shape.variants, shape.traits);
    write_column(writer, ResultColumn::beta, row, trait, beta, chunk);
    write_column(writer, ResultColumn::standard_error, row, trait, error, chunk);
    write_column(writer, ResultColumn::neg_log10_p, row, trait, p, chunk);
    write_column(writer, ResultColumn::status, row, trait, std::vector<std::uint8_t>(size), chunk);
    write_column(writer, ResultColumn::samples, row, trait,
                 std::vector<std::int32_t>(size, 100'000), chunk);
    write_column(writer, ResultColumn::effect_allele_frequency, row, trait, frequency, chunk);
}

ResultHeader header_of(Shape const& shape) {
    ResultHeader header{.traits = {},
                        .statuses = {},
                        .model = "linear",
                        .covariates = "age,sex",
                        .missing_genotype = "mean",
                        .variants = shape.variants,
                        .contigs = {},
                        .id_width = 12};
    for (std::int64_t t = 1; t <= shape.traits; ++t)
        header.traits.push_back(fmt::format("trait{}", t));
    for (auto const name : test_status_names()) header.statuses.emplace_back(name);
    for (std::size_t c = 1; c <= megabases.size(); ++c) header.contigs.push_back(std::to_string(c));
    return header;
}

void write_texts(std::filesystem::path const& folder, Shape const& shape,
                 std::vector<TraitTally> const& tallies) {
    std::ofstream summary{folder / "summary.tsv"};
    summary << "trait\ttype\tsamples\tcases\tcontrols\tleft_out_by_covariate\tpredictors\t"
               "unpredicted\ttested\tlambda_gc\thits";
    for (auto const name : test_status_names().subspan(1)) summary << '\t' << name;
    summary << '\n';
    for (std::int64_t t = 0; t < shape.traits; ++t) {
        auto const& tally = tallies[static_cast<std::size_t>(t)];
        summary << fmt::format("trait{}\tquantitative\t100000\tNA\tNA\t0\tNA\t0\t{}\t{:.4f}\t{}",
                               t + 1, shape.variants, tally.inflation.value(), tally.hits);
        for (std::size_t s = 1; s < test_status_names().size(); ++s) summary << "\t0";
        summary << '\n';
    }
    std::string names;
    for (std::int64_t t = 1; t <= shape.traits; ++t) {
        names += fmt::format("{}\"trait{}\"", t == 1 ? "" : ", ", t);
    }
    std::ofstream{folder / "run.json"} << fmt::format(
        R"({{"program": "maniple", "version": "0", "libraries": {{}},
 "plan": {{"command": "scan", "traits": [{}], "covariates": ["age", "sex"], "samples": 100000, "variants": {}}},
 "inputs": {{"store": "nowhere", "fingerprint": "{}", "partitions": []}}}}
)",
        names, shape.variants, to_hex(0));
}

void write_scan(std::filesystem::path const& folder, Shape const& shape) {
    std::filesystem::create_directories(folder);
    ResultWriter writer{folder / "results.h5", header_of(shape)};
    append_names(writer, shape.variants);
    auto const chunk = result_chunk_rows(shape.variants, shape.traits);
    std::vector<TraitTally> tallies(static_cast<std::size_t>(shape.traits));
    for (std::int64_t row = 0; row < shape.variants; row += chunk) {
        for (std::int64_t t = 0; t < shape.traits; ++t) {
            write_rows(writer, row, std::min(chunk, shape.variants - row), t, shape,
                       tallies[static_cast<std::size_t>(t)]);
        }
    }
    writer.finish();
    write_texts(folder, shape, tallies);
}

}  // namespace
}  // namespace maniple

int main(int argc, char** argv) {
    try {
        std::vector<std::string> const words(argv + 1, argv + argc);
        auto const number = [&](std::size_t place, std::int64_t otherwise) {
            return words.size() > place ? std::stoll(words[place]) : otherwise;
        };
        maniple::write_scan(
            words.at(0),
            {.variants = std::stoll(words.at(1)), .traits = number(2, 1), .loci = number(3, 40)});
        return 0;
    } catch (std::exception const& problem) {
        std::fprintf(stderr, "write_scan FOLDER VARIANTS [TRAITS [LOCI]]: %s\n", problem.what());
        return 1;
    }
}
