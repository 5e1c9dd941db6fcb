#include "maniple/run/score_matching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

AmbiguousStrand rule_for(ScoreSource const& source, std::uint64_t fingerprint,
                         std::optional<AmbiguousStrand> rule) {
    if (rule) return *rule;
    auto const& training = source.model.training;
    return training.is_known() && training.fingerprint == fingerprint ? AmbiguousStrand::keep
                                                                      : AmbiguousStrand::frequency;
}

// Names and counts of the cohort's variants, block by block, for those who ask.
class CohortLookup {
public:
    CohortLookup(Cohort const& cohort, std::vector<VariantMatcher>& matchers,
                 std::vector<std::vector<std::int32_t>>& missing)
        : cohort_{cohort}, matchers_{matchers}, missing_{missing} {}

    void run() {
        std::int64_t first = 0;
        auto const& partitions = cohort_.index().partitions;
        for (std::size_t p = 0; p < partitions.size(); ++p) {
            auto const& entry = partitions[p];
            if (std::ranges::any_of(matchers_, [&](auto& m) { return m.wants(entry.contig); })) {
                look_up(p, entry, GlobalVariantIndex{first});
            }
            first += entry.variants;
        }
    }

private:
    void look_up(std::size_t p, PartitionEntry const& entry, GlobalVariantIndex first) {
        auto const reader = cohort_.open_partition(p);
        for (std::int64_t block = 0; block < entry.blocks; ++block) {
            auto const numbers = reader.read_numbers(block);
            std::vector<Variant> names;
            for (std::size_t m = 0; m < matchers_.size(); ++m) {
                if (!matchers_[m].wants(entry.contig, numbers.position)) continue;
                if (names.empty()) names = reader.read_variants(block);
                matchers_[m].add(entry.contig, first, names, frequencies(numbers));
                note_missing(m, first, numbers);
            }
            first = first + std::ssize(numbers.position);
        }
    }

    std::vector<double> frequencies(VariantNumbers const& numbers) const {
        std::vector<double> found;
        for (std::size_t v = 0; v < numbers.missing.size(); ++v) {
            auto const called = cohort_.samples().size() - numbers.missing[v];
            found.push_back(called == 0
                                ? unknown
                                : numbers.alternate_count[v] / (2 * static_cast<double>(called)));
        }
        return found;
    }

    // Matches may change with every block: those of this one get their count now.
    void note_missing(std::size_t m, GlobalVariantIndex first, VariantNumbers const& numbers) {
        auto& missing = missing_[m];
        for (auto scored : matchers_[m].changed()) {
            auto const variant = matchers_[m].matches()[static_cast<std::size_t>(scored)].variant;
            missing[static_cast<std::size_t>(scored)] =
                numbers.missing[static_cast<std::size_t>(variant - first)];
        }
    }

    Cohort const& cohort_;
    std::vector<VariantMatcher>& matchers_;
    std::vector<std::vector<std::int32_t>>& missing_;
};

// Of the effect allele in training, or else in the cohort.
double effect_frequency(ScoredVariant const& scored, VariantMatch const& match) {
    if (!std::isnan(scored.effect_allele_frequency)) return scored.effect_allele_frequency;
    if (!is_used(match.outcome)) return unknown;
    return counts_reference(match.outcome) ? 1 - match.alternate_frequency
                                           : match.alternate_frequency;
}

// What adds up to ScoreCoverage::mass.
struct Mass {
    double used = 0;
    double known = 0;
    double weights_of_unknown = 0;  // Sum of squares, of those without a frequency.
    double spread = 0;              // Sum of 2 f (1 - f).
    std::int64_t frequencies = 0;

    void add(double weight, double frequency, bool is_used) {
        auto const square = weight * weight;
        if (std::isnan(frequency)) {
            weights_of_unknown += square;
            return;
        }
        auto const variance = 2 * frequency * (1 - frequency);
        known += square * variance;
        used += is_used ? square * variance : 0;
        spread += variance;
        ++frequencies;
    }

    double share() const {
        auto const mean = frequencies == 0 ? 0 : spread / static_cast<double>(frequencies);
        auto const all = known + weights_of_unknown * mean;
        return all > 0 ? used / all : unknown;
    }
};

std::string describe(ScoredVariant const& variant) {
    auto const place =
        variant.position > 0 ? fmt::format("{}:{}", variant.contig, variant.position) : variant.id;
    return fmt::format("{} {}/{}", place, variant.effect_allele,
                       variant.other_allele.empty() ? "?" : variant.other_allele);
}

std::string explain(MatchOutcome outcome, VariantMatch const& match,
                    std::span<std::string const> contigs, std::string const& build) {
    switch (outcome) {
        case MatchOutcome::other_contig:
            return fmt::format("their contigs are not in the store, which has {}",
                               fmt::join(contigs, ", "));
        case MatchOutcome::other_position:
            if (match.by_id) return "the weights have no positions, and the store not their IDs";
            return fmt::format(
                "the store has nothing at their positions: these may be of another genome "
                "build{}",
                build.empty() ? std::string{} : fmt::format(", the weights say {}", build));
        case MatchOutcome::other_alleles:
            return "the store has other alleles at their positions: these may be of another genome "
                   "build, or the effect allele may be in another column";
        case MatchOutcome::no_genotypes:
            return "everybody's genotype is missing";
        case MatchOutcome::ambiguous:
            return "they are A/T or C/G, and frequencies do not tell the strand; if the weights "
                   "are of the store's strand, give --ambiguous keep";
        default:
            return "the weights do not say their other allele, and several variants fit";
    }
}

}  // namespace

std::vector<SourceMatches> match_sources(Cohort const& cohort,
                                         std::vector<ScoreSource> const& sources,
                                         std::optional<AmbiguousStrand> rule) {
    auto const contigs = cohort.index().contigs();
    std::vector<VariantMatcher> matchers;
    std::vector<std::vector<std::int32_t>> missing;
    for (auto const& source : sources) {
        auto const& variants = source.model.weights.variants;
        matchers.emplace_back(variants, contigs,
                              rule_for(source, cohort.index().fingerprint, rule));
        missing.emplace_back(variants.size());
    }
    CohortLookup{cohort, matchers, missing}.run();
    std::vector<SourceMatches> all;
    for (std::size_t m = 0; m < matchers.size(); ++m) {
        auto& source = all.emplace_back(matchers[m].matches(), std::move(missing[m]));
        for (std::size_t v = 0; v < source.variants.size(); ++v) {
            auto& outcome = source.variants[v].outcome;
            if (is_used(outcome) && source.missing[v] == cohort.samples().size()) {
                outcome = MatchOutcome::no_genotypes;
            }
        }
    }
    return all;
}

double missing_alternates(ScoredVariant const& scored, VariantMatch const& match) {
    expect(is_used(match.outcome), "the variant was found");

    auto const frequency = effect_frequency(scored, match);
    // Where nobody has a genotype, what everybody gets is no matter.
    if (std::isnan(frequency)) return 0;
    return 2 * (counts_reference(match.outcome) ? 1 - frequency : frequency);
}

std::int64_t ScoreCoverage::used() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < by_outcome.size(); ++i) {
        if (is_used(static_cast<MatchOutcome>(i))) sum += by_outcome[i];
    }
    return sum;
}

double ScoreCoverage::share_used() const {
    return variants == 0 ? 1 : static_cast<double>(used()) / static_cast<double>(variants);
}

std::vector<ScoreCoverage> measure_coverage(ScoreSource const& source, SourceMatches const& matches,
                                            std::int64_t samples) {
    auto const& weights = source.model.weights;
    std::vector<ScoreCoverage> coverage(weights.scores.size());
    std::vector<Mass> masses(coverage.size());
    for (std::size_t i = 0; i < weights.variants.size(); ++i) {
        auto const& match = matches.variants[i];
        auto const frequency = effect_frequency(weights.variants[i], match);
        auto const used = is_used(match.outcome);
        auto const entries =
            weights.weights.variant(ScoredVariantIndex{static_cast<std::int64_t>(i)});
        for (std::size_t k = 0; k < entries.scores.size(); ++k) {
            auto const c = static_cast<std::size_t>(entries.scores[k]);
            auto& row = coverage[c];
            ++row.variants;
            ++row.by_outcome[static_cast<std::size_t>(match.outcome)];
            masses[c].add(entries.weights[k], frequency, used);
            if (!used) continue;
            row.by_id += match.by_id ? 1 : 0;
            row.duplicates += match.has_duplicates ? 1 : 0;
            row.missing += matches.missing[i];
        }
    }
    for (std::size_t c = 0; c < coverage.size(); ++c) {
        auto const genotypes = static_cast<double>(coverage[c].used() * samples);
        coverage[c].score = source.scores[c];
        coverage[c].missing = genotypes > 0 ? coverage[c].missing / genotypes : 0;
        coverage[c].mass = masses[c].share();
    }
    return coverage;
}

void require_coverage(ScoreSource const& source, SourceMatches const& matches,
                      std::span<ScoreCoverage const> coverage, std::span<std::string const> contigs,
                      double least) {
    auto const worst = std::ranges::min_element(coverage, {}, &ScoreCoverage::share_used);
    if (worst == coverage.end() || worst->variants == 0) return;
    if (worst->used() > 0 && worst->share_used() >= least) return;

    auto const first_unused =
        worst->by_outcome.begin() + static_cast<std::ptrdiff_t>(MatchOutcome::ambiguous);
    auto const reason = static_cast<MatchOutcome>(
        std::max_element(first_unused, worst->by_outcome.end()) - worst->by_outcome.begin());
    auto const example = std::ranges::find(matches.variants, reason, &VariantMatch::outcome);
    auto const& variant =
        source.model.weights.variants[static_cast<std::size_t>(example - matches.variants.begin())];
    auto const why = fmt::format("{}; for instance {}",
                                 explain(reason, *example, contigs, source.model.genome_build),
                                 describe(variant));
    if (worst->used() == 0) {
        throw UserError{fmt::format(
            "score '{}' of '{}': none of its {} variants can be used ({} of them: {}); take "
            "weights for this cohort's variants and genome build",
            worst->score, source.label, worst->variants,
            worst->by_outcome[static_cast<std::size_t>(reason)], why)};
    }
    throw UserError{fmt::format(
        "score '{}' of '{}': {} of {} variants ({:.1f}%) can be used, less than --min-match {} "
        "({} of the others: {}); correct the weights, or give --min-match {:.2f} if this is meant",
        worst->score, source.label, worst->used(), worst->variants, 100 * worst->share_used(),
        least, worst->by_outcome[static_cast<std::size_t>(reason)], why,
        std::floor(100 * worst->share_used()) / 100)};
}

}  // namespace maniple
