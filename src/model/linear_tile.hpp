// Some variants of a block beside one missingness pattern: what scan_block works on at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "linear_lanes.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/genotype/dosage_product.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "maniple/linalg/row_moments.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/model/linear_scan.hpp"

namespace maniple {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Extents of the largest tile of a scan.
struct TileShape {
    TileShape() = default;
    TileShape(LinearNull const& null, MissingGenotype missing);

    std::int64_t variants = 0;    ///< A multiple of `lane_width`.
    std::int64_t covariates = 0;  ///< Of any design.
    std::int64_t width = 0;       ///< Columns of the widest design.
    std::int64_t kept = 0;        ///< Covariates whose products are kept: none unless dropping.
    std::int64_t lacking = 0;     ///< Samples that a pattern lacks, at the most.

    std::int64_t rank() const { return covariates + 1; }
    std::int64_t triangle() const { return rank() * (rank() + 1) / 2; }
};

/// Arrays of lanes (linear_lanes.hpp).
struct TileLanes {
    explicit TileLanes(TileShape const& shape);

    AlignedBuffer<double> projection, factor, covariate_products;
    AlignedBuffer<double> pivot, own, inverse_own, inverse_variance, products, kept;
    AlignedBuffer<double> degrees, beta, standard_error, statistic, neg_log10_p;
    AlignedBuffer<std::int64_t> doubt;
};

struct LinearWorkspace::Buffers {
    Buffers(LinearNull const& null, MissingGenotype missing, std::int64_t block_variants);

    static std::int64_t bytes(LinearNull const& null, MissingGenotype missing,
                              std::int64_t block_variants);

    TileShape shape;
    ProductWorkspace product;
    AlignedBuffer<std::int64_t> sums;    // columns x block: genotypes times columns
    std::vector<SampleIndex> missing;    // room for one variant's
    std::vector<GenotypeCounts> counts;  // on a design's samples
    std::vector<RowMoments> moments;     // per variant: of a design's samples without a genotype
    AlignedBuffer<double> design_gram;   // per variant: Q'Q of these samples, padded triangles
    AlignedBuffer<double> gram;          // of a pattern: a padded triangle
    AlignedBuffer<double> triangle;      // room for another
    std::vector<std::int64_t> lost;      // of these samples, those a pattern lacks: positions in
    std::vector<std::int64_t> lost_end;  // its list, variant by variant, and where each ends
    TileLanes lanes;
    std::vector<std::uint8_t> status;
    std::optional<SampleMajorBlock> turned;  // where patterns lack samples
    AlignedBuffer<std::uint64_t> selected;
    AlignedBuffer<std::int64_t> lacking_sums;
    std::vector<std::int64_t> covariate_sums;  // covariates x tile: of a design's samples
    std::vector<std::int64_t> trait_sums;      // tile
};

/// What one variant is on one pattern's samples.
struct TileGenotype {
    GenotypeCounts counts;
    double mean = 0;     ///< Over called samples [ALT alleles]; NaN where there is none.
    double degrees = 0;  ///< Of freedom.
    double spread = 0;   ///< Sum of squares about the mean.
    TestStatus status = TestStatus::ok;
    bool cancelled = false;  ///< For every trait.
};

class LinearTile {
public:
    LinearTile(LinearWorkspace::Buffers& buffers, MissingGenotype missing);

    /// Forget the last pattern.
    void start(Design const& design, MissingnessPattern const& pattern, std::int64_t variants);

    TileGenotype& genotype(std::int64_t i) { return genotypes_[place(i)]; }
    TileGenotype const& genotype(std::int64_t i) const { return genotypes_[place(i)]; }

    /// What variants are on a design's samples.
    void start_design(std::span<GenotypeCounts const> counts);
    /// Has any of them samples of the design without a genotype?
    bool any_missing() const { return any_missing_; }
    /// Q'Q of each variant's samples of the design without a genotype, from `moments`.
    void take_moments(Design const& design, std::span<GenotypeCounts const> counts);

    /// Q'g from exact sums of called genotypes, its solution, and S. \pre genotypes are judged
    /// \param sums     covariates x variants, over the design's samples.
    /// \param lacking  the same over those that the pattern lacks; none where it lacks nobody.
    void project(MatrixView<std::int64_t const> sums, std::int64_t const* lacking);

    double own(std::int64_t i) const { return lanes_.own[i]; }      ///< S.
    double pivot(std::int64_t i) const { return lanes_.pivot[i]; }  ///< Smallest of Q'Q, a share.
    /// Every direction of the design's basis keeps this share or more on the variant's samples.
    double least_kept(std::int64_t i) const;
    std::vector<double> factor(std::int64_t i) const;      ///< Cholesky factor of Q'Q, a triangle.
    std::vector<double> projection(std::int64_t i) const;  ///< inverse(factor) Q'g.

    /// Beta, standard error and p of one trait, into the lanes. Those in `untested` are of no use.
    /// \param sums  per variant of the tile: genotypes times the trait's integers.
    void test(NullTrait const& trait, std::span<std::int64_t const> sums,
              std::span<std::int64_t const> untested);

    /// Variants whose last test has a doubt.
    std::vector<std::int64_t> const& doubtful() const { return doubtful_; }
    std::int64_t doubt(std::int64_t i) const { return lanes_.doubt[i]; }

private:
    std::int64_t groups() const { return (variants_ + lane_width - 1) / lane_width; }
    bool is_dropping() const { return drop_ && any_missing_; }
    double imputed(std::int64_t i) const;
    void measure(std::int64_t i);
    void impute(std::int64_t i);
    void down_date();
    std::span<std::int64_t const> lost(std::int64_t i) const;
    void take_products(NullTrait const& trait, std::span<std::int64_t const> sums);
    void drop_from(NullTrait const& trait);
    void list_doubtful();

    LinearWorkspace::Buffers& buffers_;
    TileLanes& lanes_;
    bool drop_;
    bool any_missing_ = false;
    std::int64_t variants_ = 0;
    Design const* design_ = nullptr;
    MissingnessPattern const* pattern_ = nullptr;
    std::vector<TileGenotype> genotypes_;
    std::vector<double> squares_;  // g'g
    std::vector<double> traces_;   // of Q'Q, but for its first element
    std::vector<std::int64_t> doubtful_;
};

}  // namespace maniple
