#include "linear_tile.hpp"

#include <algorithm>
#include <limits>

#include "maniple/linalg/cholesky.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

// What sums over missing samples may take of a thread's cache.
constexpr std::int64_t moments_bytes = std::int64_t{2} << 20;
constexpr std::int64_t most_tile_variants = 256;

// Where quantity q of tile variant i lies among lanes of so many quantities.
std::int64_t lane_of(std::int64_t i, std::int64_t q, std::int64_t quantities) {
    return (i / lane_width * quantities + q) * lane_width + i % lane_width;
}

std::int64_t moments_of(std::int64_t covariates, std::int64_t width) {
    return 8 * (covariates + 2) * (width + 8);
}

}  // namespace

TileShape::TileShape(LinearNull const& null, MissingGenotype missing) {
    std::int64_t bytes = 1;
    for (auto const& design : null.designs()) {
        covariates = std::max(covariates, design.covariates());
        width = std::max(width, design.columns());
        kept = missing == MissingGenotype::drop ? covariates : 0;
        bytes = std::max(bytes, moments_of(kept, width));
    }
    for (auto const& pattern : null.patterns()) {
        lacking = std::max(lacking, std::ssize(pattern.lacking));
    }
    auto most = most_tile_variants;
    if (lacking > 0) most = std::min(most, SampleMajorBlock::tile_variants(null.samples()));
    variants = std::clamp(moments_bytes / bytes, lane_width, most) / lane_width * lane_width;
}

namespace {

// Of a workspace, but for the sums over missing samples.
std::int64_t other_bytes(TileShape const& shape, std::int64_t samples, std::int64_t columns,
                         MissingGenotype missing, std::int64_t block_variants) {
    auto total = ProductWorkspace::bytes(columns) + 8 * columns * block_variants +
                 8 * 4 * packed_stride(samples) +
                 8 * shape.variants * (2 * shape.rank() + shape.triangle() + 20);
    if (missing == MissingGenotype::drop) total += 8 * shape.variants * padded_start(shape.rank());
    if (shape.lacking > 0) {
        total += SampleMajorBlock::bytes(samples) +
                 shape.variants * (packed_stride(shape.lacking) + 8 * shape.covariates);
    }
    return total;
}

}  // namespace

TileLanes::TileLanes(TileShape const& shape)
    : projection{shape.variants * shape.rank()},
      factor{shape.variants * shape.triangle()},
      covariate_products{shape.variants * shape.rank()},
      pivot{shape.variants},
      own{shape.variants},
      inverse_own{shape.variants},
      inverse_variance{shape.variants},
      products{shape.variants},
      kept{shape.variants},
      degrees{shape.variants},
      beta{shape.variants},
      standard_error{shape.variants},
      statistic{shape.variants},
      neg_log10_p{shape.variants},
      doubt{shape.variants} {}

LinearWorkspace::Buffers::Buffers(LinearNull const& null, MissingGenotype missing_as,
                                  std::int64_t block_variants)
    : shape{null, missing_as},
      product{null.columns().columns()},
      sums{null.columns().columns() * block_variants},
      missing(place(packed_stride(null.samples()) * 4), SampleIndex{0}),
      counts(place(shape.variants)),
      lanes{shape},
      status(place(shape.variants)),
      covariate_sums(place(shape.covariates * shape.variants)),
      trait_sums(place(shape.variants)) {
    for (std::int64_t i = 0; i < shape.variants; ++i) moments.emplace_back(shape.kept, shape.width);
    lost_end.resize(place(shape.variants));
    if (missing_as == MissingGenotype::drop) {
        auto const padded = padded_start(shape.rank());
        design_gram = AlignedBuffer<double>{shape.variants * padded};
        gram = AlignedBuffer<double>{padded};
        triangle = AlignedBuffer<double>{padded};
    }
    if (shape.lacking == 0) return;
    turned.emplace(null.samples());
    selected = AlignedBuffer<std::uint64_t>{shape.variants * packed_stride(shape.lacking) / 8};
    lacking_sums = AlignedBuffer<std::int64_t>{shape.covariates * shape.variants};
}

std::int64_t LinearWorkspace::Buffers::bytes(LinearNull const& null, MissingGenotype missing,
                                             std::int64_t block_variants) {
    TileShape const shape{null, missing};
    return shape.variants * moments_of(shape.kept, shape.width) +
           other_bytes(shape, null.samples(), null.columns().columns(), missing, block_variants);
}

std::int64_t LinearWorkspace::most_bytes(std::int64_t samples, std::int64_t columns,
                                         std::int64_t covariates, std::int64_t traits,
                                         std::int64_t lacking, MissingGenotype missing,
                                         std::int64_t block_variants) {
    TileShape shape;
    shape.variants = most_tile_variants;
    shape.covariates = covariates;
    shape.width = covariates + traits;
    shape.kept = missing == MissingGenotype::drop ? covariates : 0;
    shape.lacking = lacking;
    // Sums over missing samples have a limit of their own, or are those of the smallest tile.
    auto const each = moments_of(shape.kept, shape.width);
    auto const moments =
        std::max(lane_width * each, std::min(most_tile_variants * each, moments_bytes));
    return moments + other_bytes(shape, samples, columns, missing, block_variants);
}

LinearTile::LinearTile(LinearWorkspace::Buffers& buffers, MissingGenotype missing)
    : buffers_{buffers},
      lanes_{buffers.lanes},
      drop_{missing == MissingGenotype::drop},
      genotypes_(place(buffers.shape.variants)),
      squares_(place(buffers.shape.variants)),
      traces_(place(buffers.shape.variants)) {}

void LinearTile::start(Design const& design, MissingnessPattern const& pattern,
                       std::int64_t variants) {
    design_ = &design;
    pattern_ = &pattern;
    variants_ = variants;
    std::fill_n(genotypes_.begin(), variants, TileGenotype{});
}

// What a missing genotype counts as.
double LinearTile::imputed(std::int64_t i) const {
    auto const& g = genotype(i);
    return !drop_ && g.counts.missing > 0 && g.status == TestStatus::ok ? g.mean : 0;
}

std::span<std::int64_t const> LinearTile::lost(std::int64_t i) const {
    auto const first = i == 0 ? 0 : buffers_.lost_end[place(i - 1)];
    return std::span{buffers_.lost}.subspan(place(first),
                                            place(buffers_.lost_end[place(i)] - first));
}

void LinearTile::start_design(std::span<GenotypeCounts const> counts) {
    any_missing_ = std::ranges::any_of(counts, [](auto const& c) { return c.missing > 0; });
}

void LinearTile::take_moments(Design const& design, std::span<GenotypeCounts const> counts) {
    auto const padded = padded_start(design.rank);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        auto* row = buffers_.design_gram.data() + static_cast<std::int64_t>(i) * padded;
        std::fill_n(row, padded, 0.0);
        if (counts[i].missing == 0) continue;
        auto const& moments = buffers_.moments[i];
        row[0] = static_cast<double>(counts[i].missing);
        for (std::int64_t r = 0; r < design.covariates(); ++r) {
            row += (r / lane_width + 1) * lane_width;
            double const unit = design.units[place(r)];
            row[0] = moments.sum(r) * unit;
            for (std::int64_t c = 0; c <= r; ++c) {
                row[c + 1] = moments.product(c, r) * (unit * design.units[place(c)]);
            }
        }
    }
}

void LinearTile::project(MatrixView<std::int64_t const> sums, std::int64_t const* lacking) {
    auto const rank = design_->rank;
    std::fill_n(lanes_.degrees.data(), groups() * lane_width, 1.0);
    lane_forms().project(sums.data(), sums.row_stride(), lacking,
                         lacking == nullptr ? 0 : variants_, design_->units.data(), rank, variants_,
                         lanes_.projection.data());
    for (std::int64_t i = 0; i < variants_; ++i) measure(i);
    if (any_missing_ && !drop_) {
        for (std::int64_t i = 0; i < variants_; ++i) impute(i);
    }
    if (is_dropping()) {
        down_date();
        lane_forms().factorize(lanes_.factor.data(), rank, groups(), lanes_.pivot.data());
        lane_forms().solve(lanes_.factor.data(), rank, groups(), lanes_.projection.data());
    } else {
        lane_forms().solve_shared(pattern_->factor.data(), rank, groups(),
                                  lanes_.projection.data());
    }
    lane_forms().sum_squares(lanes_.projection.data(), rank, groups(), lanes_.own.data());
    for (std::int64_t i = 0; i < variants_; ++i) {
        lanes_.own[i] = squares_[place(i)] - lanes_.own[i];
        lanes_.inverse_own[i] = 1 / lanes_.own[i];
        lanes_.inverse_variance[i] = lanes_.inverse_own[i] / lanes_.degrees[i];
        if (genotype(i).counts.missing == 0 || !drop_) lanes_.pivot[i] = 1;
    }
}

// What called genotypes come to.
void LinearTile::measure(std::int64_t i) {
    auto& g = genotype(i);
    auto const& counts = g.counts;
    double const impute = imputed(i);
    auto const alleles = static_cast<double>(counts.alternate_alleles());
    auto const missing = static_cast<double>(counts.missing);
    lanes_.projection[lane_of(i, 0, design_->rank)] = alleles + impute * missing;
    auto const raw = static_cast<double>(counts.heterozygous + 4 * counts.alternate);
    squares_[place(i)] = raw + impute * impute * missing;
    g.spread = raw - alleles * alleles / static_cast<double>(counts.called());
    lanes_.degrees[i] = g.degrees;
}

// Q'g of genotypes that are missing.
void LinearTile::impute(std::int64_t i) {
    double const mean = imputed(i);
    if (mean == 0) return;
    auto const& moments = buffers_.moments[place(i)];
    for (std::int64_t r = 1; r < design_->rank; ++r) {
        double absent = moments.sum(r - 1) * design_->units[place(r - 1)];
        for (auto k : lost(i)) {
            absent -= pattern_->lacking_rows[place(k * design_->row_stride() + r)];
        }
        lanes_.projection[lane_of(i, r, design_->rank)] += mean * absent;
    }
}

// Q'Q of each variant: the pattern's less the samples without a genotype.
void LinearTile::down_date() {
    auto const rank = design_->rank;
    double const* entry = pattern_->gram.data();
    double* row = buffers_.gram.data();
    for (std::int64_t r = 0; r < rank; ++r) {
        row = std::copy_n(entry, r + 1, row);
        row = std::fill_n(row, padded_start(r + 1) - padded_start(r) - (r + 1), 0.0);
        entry += r + 1;
    }
    lane_forms().down_date({.rank = rank,
                            .variants = variants_,
                            .gram = buffers_.gram.data(),
                            .moments = buffers_.design_gram.data(),
                            .rows = pattern_->lacking_rows.data(),
                            .row_stride = design_->row_stride(),
                            .lost = buffers_.lost.data(),
                            .lost_end = buffers_.lost_end.data(),
                            .triangle = buffers_.triangle.data(),
                            .lanes = lanes_.factor.data(),
                            .traces = traces_.data()});
}

double LinearTile::least_kept(std::int64_t i) const {
    auto const missing = drop_ ? static_cast<double>(genotype(i).counts.missing) : 0;
    double trace = 0;
    if (is_dropping()) {
        trace = traces_[place(i)];
    } else {
        for (std::int64_t r = 2; r <= design_->rank; ++r) {
            trace += pattern_->gram[place(triangle_size(r) - 1)];
        }
    }
    return (pattern_->gram[0] - missing) / static_cast<double>(design_->inflation.rows()) -
           (static_cast<double>(design_->covariates()) - trace);
}

std::vector<double> LinearTile::factor(std::int64_t i) const {
    auto factor = pattern_->factor;
    if (is_dropping()) {
        for (std::size_t k = 0; k < factor.size(); ++k) {
            factor[k] = lanes_.factor[lane_of(i, static_cast<std::int64_t>(k),
                                              static_cast<std::int64_t>(factor.size()))];
        }
    }
    for (std::int64_t r = 1; r <= design_->rank; ++r) {
        auto& diagonal = factor[place(triangle_size(r) - 1)];
        diagonal = 1 / diagonal;
    }
    return factor;
}

std::vector<double> LinearTile::projection(std::int64_t i) const {
    std::vector<double> projection;
    for (std::int64_t r = 0; r < design_->rank; ++r) {
        projection.push_back(lanes_.projection[lane_of(i, r, design_->rank)]);
    }
    return projection;
}

// Q'y and y'y of each variant.
void LinearTile::drop_from(NullTrait const& trait) {
    auto const rank = design_->rank;
    auto const column = trait.column - design_->first_column;
    for (std::int64_t i = 0; i < groups() * lane_width; ++i) {
        auto* const lanes = lanes_.covariate_products.data() + lane_of(i, 0, rank);
        if (i >= variants_ || genotype(i).counts.missing == 0) {
            for (std::int64_t r = 0; r < rank; ++r) {
                lanes[r * lane_width] = trait.covariate_products[place(r)];
            }
            lanes_.kept[i] = trait.squares;
            continue;
        }
        auto const& moments = buffers_.moments[place(i)];
        lanes[0] = trait.covariate_products[0] - moments.sum(column) * trait.unit;
        for (std::int64_t r = 1; r < rank; ++r) {
            lanes[r * lane_width] =
                trait.covariate_products[place(r)] -
                moments.product(r - 1, column) * (design_->units[place(r - 1)] * trait.unit);
        }
        lanes_.kept[i] = trait.squares - moments.square(column) * (trait.unit * trait.unit);
    }
}

// g'y [trait].
void LinearTile::take_products(NullTrait const& trait, std::span<std::int64_t const> sums) {
    for (std::int64_t i = 0; i < variants_; ++i) {
        lanes_.products[i] = static_cast<double>(sums[place(i)]) * trait.unit;
    }
    if (!any_missing_ || drop_) return;
    auto const column = trait.column - design_->first_column;
    for (std::int64_t i = 0; i < variants_; ++i) {
        double const impute = imputed(i);
        if (impute == 0) continue;
        double const absent = impute * buffers_.moments[place(i)].sum(column);
        lanes_.products[i] = (static_cast<double>(sums[place(i)]) + absent) * trait.unit;
    }
}

void LinearTile::list_doubtful() {
    doubtful_.clear();
    for (std::int64_t g = 0; g < groups(); ++g) {
        auto const* const doubt = lanes_.doubt.data() + g * lane_width;
        std::int64_t any = 0;
        for (std::int64_t k = 0; k < lane_width; ++k) any |= doubt[k];
        if (any == 0) continue;
        for (std::int64_t k = 0; k < lane_width && g * lane_width + k < variants_; ++k) {
            if (doubt[k] != 0) doubtful_.push_back(g * lane_width + k);
        }
    }
}

void LinearTile::test(NullTrait const& trait, std::span<std::int64_t const> sums,
                      std::span<std::int64_t const> untested) {
    take_products(trait, sums);
    TraitLanes const lanes{.groups = groups(),
                           .rank = design_->rank,
                           .projection = lanes_.projection.data(),
                           .own = lanes_.own.data(),
                           .inverse_own = lanes_.inverse_own.data(),
                           .inverse_variance = lanes_.inverse_variance.data(),
                           .products = lanes_.products.data(),
                           .squares = trait.squares,
                           .unit = trait.unit,
                           .beta = lanes_.beta.data(),
                           .standard_error = lanes_.standard_error.data(),
                           .statistic = lanes_.statistic.data(),
                           .doubt = lanes_.doubt.data()};
    if (is_dropping()) {
        drop_from(trait);
        lane_forms().test_dropped(lanes, {.factor = lanes_.factor.data(),
                                          .covariate_products = lanes_.covariate_products.data(),
                                          .kept = lanes_.kept.data()});
    } else {
        lane_forms().test_shared(
            lanes, {.solved = trait.solved.data(), .residual_squares = trait.residual_squares});
    }
    for (auto i : untested) lanes_.statistic[i] = std::numeric_limits<double>::quiet_NaN();
    auto const n = place(variants_);
    neg_log10_p_student_t(lanes_.statistic.span().first(n), lanes_.degrees.span().first(n),
                          lanes_.neg_log10_p.span().first(n));
    list_doubtful();
}

}  // namespace maniple
