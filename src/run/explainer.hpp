/// \file  What every variant adds to the scores of some people, the largest first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/genotype/variant.hpp"
#include "maniple/run/gene_table.hpp"
#include "maniple/run/score_plan.hpp"

namespace maniple {

/// The largest contributions of one person to one score, or of genes.
class TopList {
public:
    struct Item {
        std::int64_t contribution = 0;
        std::int64_t place = 0;  ///< Row of the plan, or gene.
        unsigned genotype = 0;
    };

    explicit TopList(std::int64_t most) : most_{static_cast<std::size_t>(most)} {}

    /// Items come in order of place; of equals the first stays.
    void offer(Item const& item);
    std::vector<Item> const& items() const { return items_; }

private:
    std::size_t most_;
    std::vector<Item> items_;  // The largest first.
};

/// What genotypes stand behind a score: their variance in people who mate at random, or, where all
/// have one genotype, the sizes of their weights.
struct GenotypeSupport {
    double variance = 0;  ///< Sum of weight^2 2f(1 - f).
    double weights = 0;   ///< Sum of |weight|.

    void add(double weight, double mean_alternates);
    /// The share of all that these are; 1 where there is none.
    double share_of(GenotypeSupport const& all) const;
};

/// One person and one score.
struct Explanation {
    TopList variants;
    TopList genes;
    std::int64_t sum = 0;  ///< Of all contributions.
    std::vector<std::int64_t> of_gene;
    GenotypeSupport own;  ///< Of the genotypes that the person has.
};

/// Contributions as integers on the scale of their score.
class Explainer {
public:
    /// \param top  variants, and genes, kept of each person and score. What is referred to stays.
    Explainer(ScorePlan const& plan, std::vector<SampleIndex> people, GeneTable const& genes,
              std::int64_t top);

    /// One pass over the genotypes of the plan. \throws whatever the store throws.
    void run();

    std::vector<SampleIndex> const& people() const { return people_; }
    Explanation const& of(std::size_t person, std::size_t score) const {
        return found_[person * means_.size() + score];
    }
    std::int64_t mean(std::size_t score) const { return means_[score]; }
    /// How much of a score rests on a person's own genotypes, from 0 to 1; means count for others.
    double own_share(std::size_t person, std::size_t score) const {
        return of(person, score).own.share_of(support_[score]);
    }

    /// Of a row's variant in the cohort; weights may know it by its ID alone.
    std::string const& contig(std::int64_t row) const;
    std::int32_t position(std::int64_t row) const {
        return positions_[static_cast<std::size_t>(row)];
    }

private:
    void add(std::int64_t r, PackedView genotypes, MatrixView<double> weights, std::int64_t column);

    ScorePlan const& plan_;
    std::vector<SampleIndex> people_;
    GeneTable const& genes_;
    std::vector<std::int32_t> positions_;   // Of the rows so far.
    std::vector<std::int64_t> means_;       // Of each score.
    std::vector<GenotypeSupport> support_;  // Of each score: that of all its variants.
    std::vector<Explanation> found_;        // people x scores
};

/// A listed variant of one person and score, in words and numbers.
struct ListedVariant {
    std::string contig;
    std::int32_t position = 0;
    std::string id;
    std::string effect_allele;
    std::string other_allele;  ///< Empty: not known.
    unsigned copies = 0;       ///< Of the effect allele.
    double mean_copies = 0;
    double weight = 0;  ///< Per copy.
    double contribution = 0;
};
ListedVariant list_variant(ScorePlan const& plan, Explainer const& explained, std::size_t score,
                           TopList::Item const& item);

}  // namespace maniple
