#include "maniple/genotype/dosage_product.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "maniple/core/contract.hpp"
#include "product_path.hpp"

namespace maniple {
namespace {

constexpr std::int64_t unit_samples = FixedPointMatrix::unit_samples;
constexpr std::int64_t panel_width = FixedPointMatrix::panel_width;
constexpr std::int64_t panel_columns = FixedPointMatrix::panel_columns;
static_assert(tile_bytes == FixedPointMatrix::unit_bytes);

// Variants and panels whose sums (1 MiB) stay in the second-level cache until all samples are
// through, beside the decoded genotypes of a stretch of samples.
constexpr std::int64_t block_variants = 512;
constexpr std::int64_t block_panels = 32;
constexpr std::int64_t wide_units = 16;
// With few panels decoding counts: few variants at a time, in the first-level cache.
constexpr std::int64_t narrow_variants = 32;
constexpr std::int64_t narrow_units = 8;
constexpr std::int64_t narrow_panels = 8;
constexpr std::int64_t workspace_tile_bytes =
    std::max(block_variants * wide_units, narrow_variants* narrow_units) * unit_samples;

// 2^22 samples times genotypes up to 2 times digits down to -128 still fit 32 bits.
constexpr std::int64_t units_in_32_bits = (std::int64_t{1} << 22) / unit_samples;

// Rows of a matrix larger than this come from beyond the second-level cache, which makes carriers
// dearer by that factor.
constexpr std::int64_t near_bytes = std::int64_t{4} << 20;
constexpr double far_distance = 3;

// Variants whose sums leave together: each column's then share a cache line.
constexpr std::int64_t sparse_group = 8;

constexpr std::uint64_t low_bits = 0x5555555555555555;

constexpr std::int64_t panels_of(std::int64_t columns) {
    return (columns + panel_columns - 1) / panel_columns;
}
constexpr std::int64_t partial_size(std::int64_t columns) {
    return std::min(panels_of(columns), block_panels) * block_variants * panel_width;
}
constexpr std::int64_t padded(std::int64_t columns) {
    return (columns + FixedPointMatrix::row_multiple - 1) / FixedPointMatrix::row_multiple *
           FixedPointMatrix::row_multiple;
}

}  // namespace

// Variants with many carriers: blocks of decoded genotypes times panels of digits.
class DenseProduct {
public:
    DenseProduct(ProductForm const& form, PackedView genotypes, FixedPointMatrix const& columns,
                 ProductWorkspace& work, MatrixView<std::int64_t> sums)
        : form_{form}, genotypes_{genotypes}, columns_{columns}, work_{work}, sums_{sums} {}

    static std::vector<std::int64_t>& variants(ProductWorkspace& work) { return work.dense_; }

    void run() {
        Session const session{form_};
        for (std::int64_t i = 0; i < std::ssize(work_.dense_); i += block_variants) {
            block_ = std::span{work_.dense_}.subspan(static_cast<std::size_t>(i));
            block_ =
                block_.first(std::min(block_.size(), static_cast<std::size_t>(block_variants)));
            for (std::int64_t p = 0; p < columns_.panels(); p += block_panels) {
                first_panel_ = p;
                panels_ = std::min(block_panels, columns_.panels() - p);
                for (std::int64_t u = 0; u < columns_.units(); u += units_in_32_bits) {
                    std::fill_n(work_.partial_.data(), panels_ * block_variants * panel_width, 0);
                    multiply(u, std::min(units_in_32_bits, columns_.units() - u));
                    combine(u == 0 ? Before::nothing : Before::earlier_samples);
                }
            }
        }
    }

private:
    struct Session {
        explicit Session(ProductForm const& form) : form_{form} { form_.begin(); }
        ~Session() { form_.end(); }
        Session(Session const&) = delete;
        Session& operator=(Session const&) = delete;
        ProductForm const& form_;
    };

    void multiply(std::int64_t first_unit, std::int64_t units) {
        bool const narrow = columns_.panels() <= narrow_panels;
        auto const variants = narrow ? narrow_variants : block_variants;
        auto const most_units = narrow ? narrow_units : wide_units;
        for (std::int64_t u = 0; u < units; u += most_units) {
            auto const here = std::min(most_units, units - u);
            for (std::int64_t v = 0; v < std::ssize(block_); v += variants)
                multiply(first_unit + u, here, v, std::min(variants, std::ssize(block_) - v));
        }
    }

    void multiply(std::int64_t first_unit, std::int64_t units, std::int64_t first_variant,
                  std::int64_t variants) {
        work_.rows_.clear();
        for (std::int64_t i = 0; i < variants; ++i) {
            LocalVariantIndex const v{block_[static_cast<std::size_t>(first_variant + i)]};
            auto const* row = genotypes_.row(v).data() + first_unit * unit_samples / 32;
            work_.rows_.push_back(reinterpret_cast<std::uint8_t const*>(row));
        }
        form_.decode(work_.rows_.data(), variants, units, work_.tiles_.data());
        form_.multiply(work_.tiles_.data(), (variants + tile_variants - 1) / tile_variants, units,
                       columns_.panel(first_panel_).data() + first_unit * tile_bytes,
                       columns_.units() * tile_bytes, panels_,
                       work_.partial_.data() + first_variant * panel_width, block_variants);
    }

    enum class Before { nothing, earlier_samples };

    // Put the digits' sums together, and add them to what is there.
    void combine(Before before) {
        auto const first_column = first_panel_ * panel_columns;
        auto const columns = std::min(panels_ * panel_columns, columns_.columns() - first_column);
        for (std::int64_t c = 0; c < columns; ++c) {
            auto const* digits = work_.partial_.data() +
                                 c / panel_columns * block_variants * panel_width +
                                 c % panel_columns * FixedPointMatrix::limbs;
            auto const sums = sums_.row(first_column + c);
            for (auto v : block_) {
                std::int64_t const low = digits[0] + digits[1] * std::int64_t{256};
                std::int64_t const high = digits[2] + digits[3] * std::int64_t{256};
                auto& sum = sums[static_cast<std::size_t>(v)];
                sum = (before == Before::nothing ? 0 : sum) + low + high * 65536;
                digits += panel_width;
            }
        }
    }

    ProductForm const& form_;
    PackedView genotypes_;
    FixedPointMatrix const& columns_;
    ProductWorkspace& work_;
    MatrixView<std::int64_t> sums_;
    std::span<std::int64_t const> block_;
    std::int64_t first_panel_ = 0;
    std::int64_t panels_ = 0;
};

// Variants with few carriers: the sum of these samples' integers.
class SparseProduct {
public:
    SparseProduct(ProductForm const& form, FixedPointMatrix const& columns, std::int64_t most,
                  ProductWorkspace& work, MatrixView<std::int64_t> sums)
        : form_{form}, columns_{columns}, most_{most}, work_{work}, sums_{sums} {
        if (most < 0) return;
        auto const room = static_cast<std::size_t>(2 * most + 1);
        if (work_.carriers_.size() < room) work_.carriers_.resize(room);
    }

    // False where there are too many carriers of either allele.
    bool add(std::int64_t v, std::span<std::uint64_t const> row) {
        bool counts_reference = false;
        if (form_.count_carriers(row.data(), std::ssize(row), most_) > most_) {
            if (!is_mostly_alternate(row)) return false;
            row = reference_counts(row);
            counts_reference = true;
            if (form_.count_carriers(row.data(), std::ssize(row), most_) > most_) return false;
        }
        auto const carriers =
            form_.list_carriers(row.data(), std::ssize(row), work_.carriers_.data());
        auto const integers = columns_.integers();
        auto const width = padded(columns_.columns());
        form_.add_carriers(integers.data(), integers.row_stride(), work_.carriers_.data(), carriers,
                           width, work_.carrier_sums_.data() + waiting_ * width);
        variants_[static_cast<std::size_t>(waiting_++)] = {v, counts_reference};
        if (waiting_ == sparse_group) flush();
        return true;
    }

    void flush() {
        auto const width = padded(columns_.columns());
        for (std::int64_t c = 0; c < columns_.columns(); ++c) {
            auto const all_alternate = 2 * columns_.total(c);
            for (std::int64_t i = 0; i < waiting_; ++i) {
                auto const& variant = variants_[static_cast<std::size_t>(i)];
                auto const sum = work_.carrier_sums_[i * width + c];
                sums_(c, variant.position) = variant.counts_reference ? all_alternate - sum : sum;
            }
        }
        waiting_ = 0;
    }

private:
    struct Variant {
        std::int64_t position;
        bool counts_reference;  // Its carriers are those of REF.
    };

    // By its first samples: it is no more than a guess.
    static bool is_mostly_alternate(std::span<std::uint64_t const> row) {
        return std::popcount(row[0] >> 1 & ~row[0] & low_bits) > 24;
    }

    // What each genotype lacks of two ALT alleles: 2, 1, 0, and 2 where it is missing.
    std::span<std::uint64_t const> reference_counts(std::span<std::uint64_t const> row) {
        auto const words = std::ssize(row);
        if (work_.reference_.size() < words) work_.reference_ = AlignedBuffer<std::uint64_t>{words};
        auto const counts = work_.reference_.span().first(row.size());
        for (std::size_t w = 0; w < row.size(); ++w) {
            auto const low = row[w] & low_bits;
            auto const high = row[w] >> 1 & low_bits;
            counts[w] = (~(high ^ low) & low_bits) << 1 | (low & ~high);
        }
        auto const samples = columns_.samples();
        if (samples % 32 != 0) {
            counts[static_cast<std::size_t>(samples / 32)] &=
                (std::uint64_t{1} << samples % 32 * 2) - 1;
        }
        std::fill(counts.begin() + (samples + 31) / 32, counts.end(), 0);
        return counts;
    }

    ProductForm const& form_;
    FixedPointMatrix const& columns_;
    std::int64_t most_;
    ProductWorkspace& work_;
    MatrixView<std::int64_t> sums_;
    std::array<Variant, sparse_group> variants_;
    std::int64_t waiting_ = 0;
};

ProductWorkspace::ProductWorkspace(std::int64_t columns)
    : tiles_{workspace_tile_bytes},
      partial_{partial_size(columns)},
      carrier_sums_{sparse_group * padded(columns)} {
    rows_.reserve(static_cast<std::size_t>(block_variants));
}

bool ProductWorkspace::has_room(std::int64_t columns) const {
    return partial_.size() >= partial_size(columns) &&
           carrier_sums_.size() >= sparse_group * padded(columns);
}

std::int64_t ProductWorkspace::bytes(std::int64_t columns) {
    return workspace_tile_bytes + 4 * partial_size(columns) + 8 * sparse_group * padded(columns);
}

std::int64_t most_sparse_carriers(ProductCosts const& costs, std::int64_t samples,
                                  std::int64_t columns) {
    auto const units = static_cast<double>((samples + unit_samples - 1) / unit_samples);
    auto const panels = static_cast<double>(panels_of(columns));
    auto const lines = static_cast<double>(padded(columns) / FixedPointMatrix::row_multiple);
    auto const dense = units * (costs.decode_unit + panels * costs.multiply_unit);
    auto const bytes = 4 * samples * padded(columns);
    auto const distance = bytes > near_bytes ? far_distance : 1;
    auto const carrier = distance * (costs.carrier + lines * costs.carrier_line);
    return static_cast<std::int64_t>(std::max(dense - units * costs.list_unit, 0.0) / carrier);
}

void multiply_genotypes(ProductForm const& form, ProductPath path, PackedView genotypes,
                        FixedPointMatrix const& columns, ProductWorkspace& workspace,
                        MatrixView<std::int64_t> sums) {
    expect(columns.samples() == genotypes.samples(), "genotypes and columns have the same samples");
    expect(sums.rows() == columns.columns() && sums.columns() == genotypes.variants(),
           "sums are columns x variants");
    expect(workspace.has_room(columns.columns()), "the workspace has room for the columns");
    auto const most =
        path == ProductPath::dense ? -1
        : path == ProductPath::sparse
            ? genotypes.samples()
            : most_sparse_carriers(form.costs, genotypes.samples(), columns.columns());
    auto& dense = DenseProduct::variants(workspace);
    dense.clear();
    SparseProduct sparse{form, columns, most, workspace, sums};
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        if (most < 0 || !sparse.add(v.get(), genotypes.row(v))) dense.push_back(v.get());
    }
    sparse.flush();
    DenseProduct{form, genotypes, columns, workspace, sums}.run();
}

void multiply_genotypes(PackedView genotypes, FixedPointMatrix const& columns,
                        ProductWorkspace& workspace, MatrixView<std::int64_t> sums) {
    static auto const& form = product_form(instruction_set());
    multiply_genotypes(form, ProductPath::cheaper, genotypes, columns, workspace, sums);
}

}  // namespace maniple
