#include "maniple/genotype/allele_match.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

AlleleFit fit(char const* effect, char const* other, char const* reference, char const* alternate,
              double training = unknown, double alternate_frequency = 0.3,
              AmbiguousStrand rule = AmbiguousStrand::frequency) {
    ScoredVariant const scored{
        .effect_allele = effect, .other_allele = other, .effect_allele_frequency = training};
    Variant const variant{.reference = reference, .alternate = alternate};
    return fit_alleles(scored, variant, alternate_frequency, rule);
}

TEST_CASE("fit_alleles: alleles as they stand, swapped, and on the other strand", "[genotype]") {
    CHECK(fit("G", "A", "A", "G") == AlleleFit::same);
    CHECK(fit("g", "a", "A", "G") == AlleleFit::same);
    CHECK(fit("A", "G", "A", "G") == AlleleFit::swapped);
    CHECK(fit("C", "T", "A", "G") == AlleleFit::flipped);
    CHECK(fit("T", "C", "A", "G") == AlleleFit::flipped_swapped);
    CHECK(fit("G", "C", "A", "G") == AlleleFit::none);
    CHECK(fit("T", "G", "A", "G") == AlleleFit::none);
    CHECK(fit("AT", "A", "A", "AT") == AlleleFit::same);
    CHECK(fit("A", "AT", "A", "AT") == AlleleFit::swapped);
    CHECK(fit("TA", "T", "A", "AT") == AlleleFit::none);
    CHECK(fit("N", "N", "N", "N") == AlleleFit::same);
    CHECK(fit("0", "A", "T", "0") == AlleleFit::none);
}

TEST_CASE("fit_alleles: the effect allele alone decides where the other is not known",
          "[genotype]") {
    CHECK(fit("G", "", "A", "G") == AlleleFit::same);
    CHECK(fit("A", "", "A", "G") == AlleleFit::swapped);
    CHECK(fit("C", "", "A", "G") == AlleleFit::flipped);
    CHECK(fit("T", "", "A", "G") == AlleleFit::flipped_swapped);
    CHECK(fit("T", "", "A", "AT") == AlleleFit::none);
    CHECK(fit("A", "", "A", "T") == AlleleFit::ambiguous);
    CHECK(fit("C", "", "A", "T") == AlleleFit::none);
}

TEST_CASE("fit_alleles: frequencies settle ambiguous strands where both are clear", "[genotype]") {
    CHECK(fit("T", "A", "A", "T") == AlleleFit::ambiguous);
    CHECK(fit("T", "A", "A", "T", 0.2, 0.3) == AlleleFit::same);
    CHECK(fit("T", "A", "A", "T", 0.8, 0.3) == AlleleFit::flipped_swapped);
    CHECK(fit("A", "T", "A", "T", 0.8, 0.3) == AlleleFit::swapped);
    CHECK(fit("A", "T", "A", "T", 0.2, 0.3) == AlleleFit::flipped);
    CHECK(fit("C", "G", "G", "C", 0.45, 0.3) == AlleleFit::ambiguous);
    CHECK(fit("C", "G", "G", "C", 0.2, 0.42) == AlleleFit::ambiguous);
    CHECK(fit("C", "G", "G", "C", 0.2, 0.4) == AlleleFit::ambiguous);
    CHECK(fit("C", "G", "G", "C", 0.2, unknown) == AlleleFit::ambiguous);
    CHECK(fit("C", "G", "G", "C", 0.8, 0.3, AmbiguousStrand::keep) == AlleleFit::same);
    CHECK(fit("G", "C", "G", "C", unknown, 0.3, AmbiguousStrand::keep) == AlleleFit::swapped);
    CHECK(fit("C", "G", "G", "C", 0.2, 0.3, AmbiguousStrand::drop) == AlleleFit::ambiguous);
    CHECK(fit("C", "A", "A", "C", 0.2, 0.3, AmbiguousStrand::drop) == AlleleFit::same);
    CHECK(fit("C", "T", "G", "C", 0.2, 0.3, AmbiguousStrand::drop) == AlleleFit::none);
}

TEST_CASE("canonical_contig: one name for what is written in several ways", "[genotype]") {
    CHECK(canonical_contig("chr1") == "1");
    CHECK(canonical_contig("01") == "1");
    CHECK(canonical_contig("chr01") == "1");
    CHECK(canonical_contig("ChrX") == "X");
    CHECK(canonical_contig("23") == "X");
    CHECK(canonical_contig("24") == "Y");
    CHECK(canonical_contig("chrM") == "MT");
    CHECK(canonical_contig("26") == "MT");
    CHECK(canonical_contig("0") == "0");
    CHECK(canonical_contig("chr") == "CHR");
    CHECK(canonical_contig("") == "");
    CHECK(canonical_contig("HLA-A*01") == "HLA-A*01");
}

}  // namespace
}  // namespace maniple
