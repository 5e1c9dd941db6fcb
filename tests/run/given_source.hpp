/// \file  A genotype source whose blocks are given, for tests of the copy loop.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "maniple/core/error.hpp"
#include "maniple/store/variant_block.hpp"
#include "store/scratch_store.hpp"

namespace maniple::test {

/// Random variants of one contig.
struct GivenContig {
    std::string name;
    std::vector<Variant> variants;
    PackedBlock genotypes;
};

inline GivenContig random_contig(std::string name, std::int64_t variants, std::int64_t samples,
                                 unsigned seed) {
    return {std::move(name), make_variants(0, variants), random_genotypes(variants, samples, seed)};
}

/// Delivers contigs in pieces of uneven sizes. With a stamp it can be read from the middle.
class GivenSource : public GenotypeSource {
public:
    GivenSource(Samples samples, std::vector<GivenContig> contigs)
        : samples_{std::move(samples)}, contigs_{std::move(contigs)} {}

    std::string name() const override { return "given"; }
    Samples const& samples() const override { return samples_; }
    std::vector<GivenContig> const& contigs() const { return contigs_; }

    void set_stamp(std::string stamp) { stamp_ = std::move(stamp); }
    /// Throw EnvironmentError instead of that call of `next`.
    void fail_at(std::int64_t call) { failing_ = call; }
    std::int64_t calls() const { return calls_; }

    std::string stamp() const override { return stamp_; }
    SourcePlace place() const override {
        return {static_cast<std::int64_t>(contig_), row_, calls_};
    }
    void go_on_from(SourcePlace const& place) override {
        if (place.empty()) return;
        contig_ = static_cast<std::size_t>(place.at(0));
        row_ = place.at(1);
        calls_ = place.at(2);
    }

    std::optional<VariantBlock> next(std::int64_t max_variants) override {
        if (calls_ == failing_) throw EnvironmentError{"the disk failed"};
        if (contig_ < contigs_.size() && row_ == std::ssize(contigs_[contig_].variants)) {
            ++contig_;
            row_ = 0;
        }
        if (contig_ == contigs_.size()) return std::nullopt;
        auto const& contig = contigs_[contig_];
        auto const wanted = 1 + calls_++ * 7 % 13;
        auto const rows = std::min({wanted, max_variants, std::ssize(contig.variants) - row_});
        VariantBlock block{contig.name, {}, PackedBlock{rows, samples_.size()}};
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{rows}; ++v, ++row_) {
            std::ranges::copy(contig.genotypes.view().row(LocalVariantIndex{row_}),
                              block.genotypes.row(v).begin());
            block.variants.push_back(contig.variants[static_cast<std::size_t>(row_)]);
        }
        return block;
    }

private:
    Samples samples_;
    std::vector<GivenContig> contigs_;
    std::size_t contig_ = 0;
    std::int64_t row_ = 0;
    std::int64_t calls_ = 0;
    std::int64_t failing_ = -1;
    std::string stamp_;
};

}  // namespace maniple::test
