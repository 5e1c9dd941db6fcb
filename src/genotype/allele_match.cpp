#include "maniple/genotype/allele_match.hpp"

#include <algorithm>
#include <cmath>

namespace maniple {
namespace {

char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

char complement(char base) {
    switch (upper(base)) {
        case 'A':
            return 'T';
        case 'T':
            return 'A';
        case 'C':
            return 'G';
        case 'G':
            return 'C';
        default:
            return 0;
    }
}

bool is_equal(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

bool is_complement(std::string_view a, std::string_view b) {
    return a.size() == 1 && b.size() == 1 && complement(a[0]) != 0 &&
           complement(a[0]) == upper(b[0]);
}

// Whatever fits where the score does not say its other allele.
bool fits(std::string_view other, std::string_view allele) {
    return other.empty() || is_equal(other, allele);
}
bool fits_complement(std::string_view other, std::string_view allele) {
    return other.empty() ? allele.size() == 1 : is_complement(other, allele);
}

AlleleFit fit_names(ScoredVariant const& scored, Variant const& variant) {
    auto const& effect = scored.effect_allele;
    auto const& other = scored.other_allele;
    auto const& [position, id, reference, alternate] = variant;
    if (is_equal(effect, alternate) && fits(other, reference)) return AlleleFit::same;
    if (is_equal(effect, reference) && fits(other, alternate)) return AlleleFit::swapped;
    if (is_complement(effect, alternate) && fits_complement(other, reference)) {
        return AlleleFit::flipped;
    }
    if (is_complement(effect, reference) && fits_complement(other, alternate)) {
        return AlleleFit::flipped_swapped;
    }
    return AlleleFit::none;
}

// Common, rare, or neither.
int side_of(double frequency) {
    constexpr double margin = 0.1;
    if (!(std::abs(frequency - 0.5) > margin)) return 0;
    return frequency > 0.5 ? 1 : -1;
}

}  // namespace

bool is_ambiguous(std::string_view allele, std::string_view other) {
    return is_complement(allele, other);
}

AlleleFit fit_alleles(ScoredVariant const& scored, Variant const& variant,
                      double alternate_frequency, AmbiguousStrand rule) {
    auto const fit = fit_names(scored, variant);
    if (fit == AlleleFit::none || !is_ambiguous(variant.reference, variant.alternate)) return fit;
    if (rule == AmbiguousStrand::keep) return fit;
    if (rule == AmbiguousStrand::drop) return AlleleFit::ambiguous;

    // By their names such alleles are always `same` or `swapped`.
    auto const here = fit == AlleleFit::same ? alternate_frequency : 1 - alternate_frequency;
    auto const agreement = side_of(here) * side_of(scored.effect_allele_frequency);
    if (agreement == 0) return AlleleFit::ambiguous;
    if (agreement > 0) return fit;
    return fit == AlleleFit::same ? AlleleFit::flipped_swapped : AlleleFit::flipped;
}

std::string canonical_contig(std::string_view contig) {
    if (contig.size() > 3 && is_equal(contig.substr(0, 3), "CHR")) contig.remove_prefix(3);
    while (contig.size() > 1 && contig[0] == '0') contig.remove_prefix(1);
    std::string name{contig};
    std::ranges::transform(name, name.begin(), upper);
    if (name == "23") return "X";
    if (name == "24") return "Y";
    if (name == "26" || name == "M") return "MT";
    return name;
}

}  // namespace maniple
