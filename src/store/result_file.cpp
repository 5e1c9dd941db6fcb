#include "maniple/store/result_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/hdf5/file.hpp"
#include "result_layout.hpp"
#include "shuffled_chunk.hpp"
#include "variant_table.hpp"

namespace maniple {
namespace {

// One dataset: the rows of each trait that do not fill a chunk yet, and each trait's checksum.
template <class T>
class ResultColumns {
public:
    ResultColumns(hdf5::File& file, std::size_t which, hdf5::Element element, std::int64_t variants,
                  std::int64_t traits)
        : chunk_rows_{result_chunk_rows(variants, traits)},
          waiting_(static_cast<std::size_t>(traits)),
          sums_(static_cast<std::size_t>(traits)),
          dataset_{file.create_dataset(
              std::string{result_datasets[which]},
              {.element = element,
               .rows = variants,
               .columns = traits,
               .chunk_rows = variants > 0 ? chunk_rows_ : 0,
               .filter = variants > 0 ? hdf5::Filter::shuffle_deflate : hdf5::Filter::none})} {}

    // There are many NaNs; equal results must have equal bytes.
    void append(std::size_t trait, std::span<T const> values) {
        auto& waiting = waiting_[trait];
        auto const before = waiting.size();
        waiting.insert(waiting.end(), values.begin(), values.end());
        if constexpr (std::is_floating_point_v<T>) {
            for (auto i = before; i < waiting.size(); ++i) {
                if (std::isnan(waiting[i])) waiting[i] = std::numeric_limits<T>::quiet_NaN();
            }
        }
        sums_[trait].add_values(std::span<T const>{waiting}.subspan(before));
    }

    // Write the chunk that starts at `row`, of every trait.
    void write(std::int64_t row) {
        for (std::size_t t = 0; t < waiting_.size(); ++t) {
            write_shuffled_chunk(dataset_, row, static_cast<std::int64_t>(t),
                                 std::span<T const>{waiting_[t]}, chunk_rows_);
            waiting_[t].clear();
        }
    }

    std::uint64_t checksum(std::size_t trait) const { return sums_[trait].value(); }

private:
    std::int64_t chunk_rows_;
    std::vector<std::vector<T>> waiting_;
    std::vector<Checksum> sums_;
    hdf5::Dataset dataset_;
};

// Removes a file that was not finished.
class Unfinished {
public:
    Unfinished() = default;
    ~Unfinished() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove(path_, ignored);
    }
    Unfinished(Unfinished const&) = delete;
    Unfinished& operator=(Unfinished const&) = delete;

    hdf5::File create(std::filesystem::path const& path) {
        auto file = hdf5::File::create(path);
        path_ = path;
        return file;
    }
    void keep() { path_.clear(); }

private:
    std::filesystem::path path_;
};

}  // namespace

std::int64_t result_chunk_rows(std::int64_t variants, std::int64_t traits) {
    constexpr std::int64_t row_bytes = 8 + 4 + 4 + 1 + 4 + 4;
    constexpr std::int64_t most_bytes = 128'000'000;
    std::int64_t rows = 16'384;
    while (rows > 64 && rows * row_bytes * traits > most_bytes) rows /= 2;
    return std::min(rows, std::max<std::int64_t>(variants, 1));
}

void add_to(Checksum& sum, ResultHeader const& header,
            std::vector<std::uint64_t> const& trait_checksums) {
    auto const names = [&sum](std::vector<std::string> const& list) {
        auto const size = std::ssize(list);
        sum.add_values(std::span{&size, 1});
        for (auto const& name : list) sum.add(name);
    };
    names(header.traits);
    names(header.statuses);
    sum.add(header.model);
    sum.add(header.covariates);
    sum.add(header.missing_genotype);
    sum.add_values(std::span{&header.fingerprint, 1});
    sum.add_values(std::span{&header.variants, 1});
    sum.add_values(std::span{trait_checksums});
}

struct ResultWriter::State {
    // In this order: datasets close before their file, which closes before it is removed.
    std::filesystem::path path;
    ResultHeader header;
    Unfinished unfinished;
    hdf5::File file;
    std::int64_t traits;
    std::int64_t chunk_rows;
    ResultColumns<double> beta;
    ResultColumns<float> standard_error;
    ResultColumns<float> neg_log10_p;
    ResultColumns<std::uint8_t> status;
    ResultColumns<std::int32_t> samples;
    ResultColumns<float> effect_allele_frequency;
    VariantTable table;
    std::int64_t written = 0;  // Rows in complete chunks.

    State(std::filesystem::path const& path_, ResultHeader header_)
        : path{path_},
          header{std::move(header_)},
          file{unfinished.create(path)},
          traits{std::ssize(header.traits)},
          chunk_rows{result_chunk_rows(header.variants, traits)},
          beta{file, 0, hdf5::Element::float64, header.variants, traits},
          standard_error{file, 1, hdf5::Element::float32, header.variants, traits},
          neg_log10_p{file, 2, hdf5::Element::float32, header.variants, traits},
          status{file, 3, hdf5::Element::uint8, header.variants, traits},
          samples{file, 4, hdf5::Element::int32, header.variants, traits},
          effect_allele_frequency{file, 5, hdf5::Element::float32, header.variants, traits} {}

    void append_rows(std::size_t trait, ResultRows const& rows, std::size_t first,
                     std::size_t count) {
        beta.append(trait, rows.beta.subspan(first, count));
        standard_error.append(trait, rows.standard_error.subspan(first, count));
        neg_log10_p.append(trait, rows.neg_log10_p.subspan(first, count));
        status.append(trait, rows.status.subspan(first, count));
        samples.append(trait, rows.samples.subspan(first, count));
        effect_allele_frequency.append(trait, rows.effect_allele_frequency.subspan(first, count));
    }

    void write_chunks(std::int64_t end) {
        beta.write(written);
        standard_error.write(written);
        neg_log10_p.write(written);
        status.write(written);
        samples.write(written);
        effect_allele_frequency.write(written);
        written = end;
    }

    std::vector<std::uint64_t> checksums() const {
        std::vector<std::uint64_t> sums;
        for (std::size_t t = 0; t < header.traits.size(); ++t) {
            sums.insert(sums.end(), {beta.checksum(t), standard_error.checksum(t),
                                     neg_log10_p.checksum(t), status.checksum(t),
                                     samples.checksum(t), effect_allele_frequency.checksum(t)});
        }
        return sums;
    }
};

ResultWriter::ResultWriter(std::filesystem::path const& path, ResultHeader header) {
    expect(!header.traits.empty(), "results have traits");
    expect(header.variants >= 0, "results have no negative count of variants");

    state_ = std::make_unique<State>(path, std::move(header));
}

ResultWriter::ResultWriter(ResultWriter&&) noexcept = default;
ResultWriter& ResultWriter::operator=(ResultWriter&&) noexcept = default;
ResultWriter::~ResultWriter() = default;

void ResultWriter::append(std::string const& contig, std::span<Variant const> variants,
                          std::span<ResultRows const> rows) {
    auto& state = *state_;
    expect(std::ssize(rows) == state.traits, "there are rows of every trait");
    auto const count = variants.size();
    for (auto const& trait : rows) {
        expect(trait.beta.size() == count && trait.standard_error.size() == count &&
                   trait.neg_log10_p.size() == count && trait.status.size() == count &&
                   trait.samples.size() == count && trait.effect_allele_frequency.size() == count,
               "every span has one element per variant");
    }
    expect(state.table.size() + std::ssize(variants) <= state.header.variants,
           "no more variants than announced");

    auto const contig_position = state.table.add_contig(contig);
    for (std::size_t first = 0; first < count;) {
        auto const room = state.written + state.chunk_rows - state.table.size();
        auto const part = std::min(static_cast<std::size_t>(room), count - first);
        for (std::size_t t = 0; t < rows.size(); ++t) state.append_rows(t, rows[t], first, part);
        for (auto const& variant : variants.subspan(first, part)) {
            state.table.append(contig_position, variant);
        }
        if (state.table.size() == state.written + state.chunk_rows) {
            state.write_chunks(state.table.size());
        }
        first += part;
    }
}

void ResultWriter::finish() {
    auto& state = *state_;
    auto const& header = state.header;
    expect(state.table.size() == header.variants, "as many variants as announced");

    if (state.written < header.variants) state.write_chunks(header.variants);
    auto const checksums = state.checksums();
    auto& file = state.file;
    write_texts(file, "trait_id", header.traits);
    write_texts(file, "status_id", header.statuses);
    file.create_dataset("trait_checksum", {.element = hdf5::Element::uint64,
                                           .rows = state.traits,
                                           .columns = std::ssize(result_datasets)})
        .write_all(std::span<std::uint64_t const>{checksums});
    state.table.write(file);
    file.write_attribute("format_version", result_version);
    file.write_attribute("model", std::string_view{header.model});
    file.write_attribute("covariates", std::string_view{header.covariates});
    file.write_attribute("missing_genotype", std::string_view{header.missing_genotype});
    file.write_attribute("fingerprint", header.fingerprint);
    file.write_attribute("variants", header.variants);
    Checksum sum;
    add_to(sum, header, checksums);
    state.table.add_to(sum);
    file.write_attribute("checksum", sum.value());
    file.close();
    sync_to_disk(state.path);
    state.unfinished.keep();
}

}  // namespace maniple
