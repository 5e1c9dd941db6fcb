#include "maniple/stats/hardy_weinberg.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

using Big = boost::multiprecision::cpp_bin_float_50;
using boost::multiprecision::cpp_int;

cpp_int const& factorial(std::int64_t n) {
    static std::deque<cpp_int> known{1};  // never moves what it has handed out
    while (std::ssize(known) <= n) known.push_back(known.back() * known.size());
    return known[static_cast<std::size_t>(n)];
}

// Ways to pair the alleles into these genotypes: the probability up to a constant, as an integer.
cpp_int arrangements(std::int64_t rare, std::int64_t heterozygous, std::int64_t common) {
    cpp_int const ways = factorial(rare + heterozygous + common) /
                         (factorial(rare) * factorial(heterozygous) * factorial(common));
    return ways << static_cast<unsigned>(heterozygous);
}

// The definition, in integers: no rounding, so that ties are exact.
Big brute_force_p(HardyWeinbergCounts counts) {
    auto const first_alleles = 2 * counts.homozygous_reference + counts.heterozygous;
    auto const second_alleles = 2 * counts.homozygous_alternate + counts.heterozygous;
    auto const observed =
        arrangements(counts.homozygous_reference, counts.heterozygous, counts.homozygous_alternate);
    cpp_int total = 0;
    cpp_int no_more_likely = 0;
    for (auto h = first_alleles % 2; h <= std::min(first_alleles, second_alleles); h += 2) {
        auto const ways = arrangements((first_alleles - h) / 2, h, (second_alleles - h) / 2);
        total += ways;
        if (ways <= observed) no_more_likely += ways;
    }
    return Big{no_more_likely} / Big{total};
}

void check_against_brute_force(HardyWeinbergCounts counts, double tolerance) {
    CAPTURE(counts.homozygous_reference, counts.heterozygous, counts.homozygous_alternate);
    Big const exact = brute_force_p(counts);
    auto const expected = static_cast<double>(exact);
    if (expected > 1e-300) {
        CHECK(std::abs(static_cast<double>(Big{hardy_weinberg_p(counts)} / exact - 1)) < tolerance);
    } else {
        CHECK(hardy_weinberg_p(counts) <= 1.1e-300);
    }
    CHECK(hardy_weinberg_neg_log10_p(counts) ==
          Approx(static_cast<double>(-log10(exact))).epsilon(tolerance).margin(tolerance));
}

TEST_CASE("hardy_weinberg_p: every table of up to 30 people, against integers",
          "[hardy_weinberg]") {
    for (int people = 0; people <= 30; ++people) {
        for (int h = 0; h <= people; ++h) {
            for (int common = 0; common + h <= people; ++common) {
                check_against_brute_force({common, h, people - h - common}, 1e-13);
            }
        }
    }
}

TEST_CASE("hardy_weinberg_p: larger tables down to p = 10^-300 and below, against integers",
          "[hardy_weinberg]") {
    for (int h = 0; h <= 1000; h += 40) {
        check_against_brute_force({(1000 - h) / 2, h, (1000 - h) / 2}, 1e-11);
        check_against_brute_force({(1000 - h) * 3 / 4, h, (1000 - h) / 4}, 1e-11);
        check_against_brute_force({1000 - h, h, 0}, 1e-11);
    }
}

TEST_CASE("hardy_weinberg_p: the two alleles have no order", "[hardy_weinberg]") {
    CHECK(hardy_weinberg_p({1500, 300, 40}) == hardy_weinberg_p({40, 300, 1500}));
}

TEST_CASE("hardy_weinberg_p: one allele, or nobody, is no evidence", "[hardy_weinberg]") {
    CHECK(hardy_weinberg_p({0, 0, 0}) == 1);
    CHECK(hardy_weinberg_p({500, 0, 0}) == 1);
    CHECK(hardy_weinberg_p({0, 0, 500}) == 1);
    CHECK(hardy_weinberg_p({499, 1, 0}) == 1);
    CHECK(hardy_weinberg_neg_log10_p({500, 0, 0}) == 0);
}

TEST_CASE("hardy_weinberg_p: a million people in perfect equilibrium, and without heterozygotes",
          "[hardy_weinberg]") {
    CHECK(hardy_weinberg_p({250'000, 500'000, 250'000}) == Approx(1).epsilon(1e-9));
    // near equilibrium the exact test is the chi-squared test: 1,000 heterozygotes too many of
    // 500,000 are 2 standard deviations (sd = sqrt(1e6) / 2)
    CHECK(hardy_weinberg_p({249'500, 501'000, 249'500}) == Approx(0.0455).epsilon(0.01));

    // without heterozygotes p is one term: people! / (half!)^2 over the ways to draw the alleles
    Big const ln_people = boost::math::lgamma(Big{1'000'001});
    Big const ln_half = boost::math::lgamma(Big{500'001});
    Big const ln_double = boost::math::lgamma(Big{2'000'001});
    Big const ln_p = ln_people - 2 * ln_half + 2 * ln_people - ln_double;
    HardyWeinbergCounts const counts{500'000, 0, 500'000};
    CHECK(hardy_weinberg_neg_log10_p(counts) ==
          Approx(static_cast<double>(-ln_p / log(Big{10}))).epsilon(1e-11));
    CHECK(hardy_weinberg_p(counts) == 0);
}

TEST_CASE("hardy_weinberg_p: refuses negative counts", "[hardy_weinberg]") {
    CHECK_THROWS_AS(hardy_weinberg_p({-1, 0, 0}), ContractViolation);
    CHECK_THROWS_AS(hardy_weinberg_p({0, -1, 0}), ContractViolation);
    CHECK_THROWS_AS(hardy_weinberg_neg_log10_p({0, 0, -1}), ContractViolation);
}

void write_vcf(std::filesystem::path const& path, std::vector<HardyWeinbergCounts> const& variants,
               int people) {
    std::ofstream file{path};
    file << "##fileformat=VCFv4.2\n##contig=<ID=1>\n"
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    for (int s = 0; s < people; ++s) file << "\ts" << s;
    for (std::size_t v = 0; v < variants.size(); ++v) {
        file << "\n1\t" << v + 1 << "\tv" << v << "\tA\tC\t.\t.\t.\tGT";
        auto const& counts = variants[v];
        for (int s = 0; s < people; ++s) {
            bool const reference = s < counts.homozygous_reference;
            bool const het = s < counts.homozygous_reference + counts.heterozygous;
            file << (reference ? "\t0/0" : het ? "\t0/1" : "\t1/1");
        }
    }
    file << '\n';
}

TEST_CASE("hardy_weinberg_p: the numbers of plink2 --hardy", "[hardy_weinberg][peer]") {
    if (std::system("command -v plink2 >/dev/null 2>&1") != 0) {
        WARN("skipped: plink2 is not installed");
        return;
    }
    constexpr int people = 400;
    std::vector<HardyWeinbergCounts> variants;
    for (int h = 0; h <= people; h += 17) {
        for (int common = 0; common + h <= people; common += 23) {
            variants.push_back({common, h, people - h - common});
        }
    }
    ScratchFolder const folder;
    write_vcf(folder.path() / "in.vcf", variants, people);
    auto const command = "cd '" + folder.path().string() +
                         "' && plink2 --vcf in.vcf --hardy --out out >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);

    std::ifstream file{folder.path() / "out.hardy"};
    std::string line;
    std::size_t compared = 0;
    REQUIRE(std::getline(file, line));
    while (std::getline(file, line)) {
        auto const id = line.substr(line.find('\t') + 2);  // CHROM, then v<number>
        auto const& counts = variants.at(std::stoul(id));
        auto const expected = std::strtod(line.substr(line.rfind('\t') + 1).c_str(), nullptr);
        CAPTURE(line);
        CHECK(hardy_weinberg_p(counts) == Approx(expected).epsilon(5.1e-6));  // it prints 6 digits
        ++compared;
    }
    CHECK(compared == variants.size());
}

}  // namespace
}  // namespace maniple
