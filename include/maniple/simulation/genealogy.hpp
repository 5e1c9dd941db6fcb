/// \file  How the founders of a simulated cohort are related at one place of the genome.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {

using FounderIndex = Index<struct FounderAxis>;  ///< Founder haplotype; groups one after another.

/// A coalescent tree of founder haplotypes that changes along the genome.
///
/// Groups of equal size are isolated since `divergence`, before that they are one population; all
/// populations are of one constant size. Time is in units of 2N generations: two lineages of one
/// population meet at rate 1. Moving along the genome cuts a random branch and lets it coalesce
/// again (sequentially Markov coalescent, McVean and Cardin 2005), which keeps the distribution of
/// trees.
class Genealogy {
public:
    /// \pre   groups >= 1, founders_per_group >= 2, divergence >= 0
    Genealogy(std::int64_t groups, std::int64_t founders_per_group, double divergence,
              RandomStream stream);

    std::int64_t founders() const { return founders_; }
    double total_length() const;

    /// Move on by `distance`: one recombination per unit of distance and of branch length.
    void advance(double distance);

    /// Founders below a random point of the tree: those that carry a mutation there. At least one,
    /// never all. Ascending order is not promised.
    void drop_mutation(RandomStream& stream, std::vector<FounderIndex>& carriers) const;

    /// Time to the common ancestor of two founders.
    double coalescence_time(FounderIndex a, FounderIndex b) const;

private:
    using Node = std::int32_t;
    static constexpr Node none = -1;

    struct Branch {
        Node below;
        double time;  // Where on the branch above `below`.
    };
    struct Landing {
        double time;
        std::int64_t population;
        std::int64_t lineages;  // Candidates to land on.
    };

    double high(Node node) const;
    std::int64_t ancestral() const { return groups_; }
    std::int64_t population_at(Node node, double time) const;
    void coalesce_group(std::vector<Node>& lineages, std::int64_t population, double start,
                        double end, Node& next);
    void update_length(Node node);
    Branch random_point(RandomStream& stream) const;
    void recombine();
    Landing float_up(std::int64_t population, double start);
    Node pick_lineage(Landing const& landing, Node floating, Node floating_parent);
    void detach(Node floating);
    void attach(Node floating, Node target, Landing const& landing);

    std::int64_t groups_;
    std::int64_t founders_;
    std::int64_t per_group_;
    double divergence_;
    RandomStream stream_;
    double until_recombination_;  // In units of distance x length.

    Node root_ = none;
    std::vector<Node> parent_;
    std::vector<std::array<Node, 2>> children_;
    std::vector<double> time_;
    std::vector<std::int32_t> population_;       // Where the node itself lies.
    std::vector<double> length_;                 // Of the branch above; 0 at the root.
    std::vector<double> length_sums_;            // Of runs of branches, for fast choice.
    std::vector<std::vector<double>> meetings_;  // Per population: sorted times of its nodes.
};

}  // namespace maniple
