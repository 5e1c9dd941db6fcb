#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "columns.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/result_file.hpp"
#include "result_layout.hpp"
#include "result_names.hpp"
#include "result_turn.hpp"

namespace maniple {
namespace {

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
        // A creation may fail when the file is there already, but not when it was there before.
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) path_ = path;
        return hdf5::File::create(path, hdf5::Caching::start);
    }
    void keep() { path_.clear(); }

private:
    std::filesystem::path path_;
};

std::vector<hdf5::Dataset> create_datasets(hdf5::File& file, ResultHeader const& header,
                                           ResultShape const& shape) {
    auto const any = header.variants > 0;
    std::vector<hdf5::Dataset> datasets;
    for (auto const& [name, element, value_bytes] : result_datasets) {
        datasets.push_back(file.create_dataset(
            std::string{name},
            {.element = element,
             .rows = header.variants,
             .columns = std::ssize(header.traits),
             .chunk_rows = any ? shape.chunk_rows : 0,
             .filter = any ? hdf5::Filter::shuffle_deflate : hdf5::Filter::none}));
    }
    return datasets;
}

}  // namespace

struct ResultWriter::State {
    // In this order: datasets close before their file, which closes before it is removed.
    std::filesystem::path path;
    ResultHeader header;
    ResultShape shape;
    Unfinished unfinished;
    hdf5::File file;
    std::vector<hdf5::Dataset> datasets;
    hdf5::Dataset checksums;
    ResultNamesWriter names;

    std::int64_t first_row = 0;  // Of the row chunk that is being written.
    ResultTurn turn{0};
    std::vector<std::uint64_t> sums;  // Of the row chunk's columns so far.

    State(std::filesystem::path const& path_, ResultHeader header_)
        : path{path_},
          header{std::move(header_)},
          shape{shape_of(header)},
          file{unfinished.create(path)},
          datasets{create_datasets(file, header, shape)},
          checksums{file.create_dataset(column_checksum,
                                        {.element = hdf5::Element::uint64,
                                         .rows = pieces(header.variants, shape.chunk_rows),
                                         .columns = std::ssize(header.traits) * result_columns})},
          names{file, header, shape} {}

    std::int64_t rows() const { return std::min(shape.chunk_rows, header.variants - first_row); }

    void end_chunk() {
        checksums.write(
            {.first_row = first_row / shape.chunk_rows, .rows = 1, .columns = std::ssize(sums)},
            std::span<std::uint64_t const>{sums});
        sums.clear();
        first_row += rows();
        turn = ResultTurn{0};
    }
};

ResultWriter::ResultWriter(std::filesystem::path const& path, ResultHeader header) {
    expect(!header.traits.empty(), "results have traits");
    expect(header.variants >= 0, "results have no negative count of variants");
    expect(header.id_width > 0 && header.allele_width > 0, "names have a width");

    state_ = std::make_unique<State>(path, std::move(header));
}

ResultWriter::ResultWriter(ResultWriter&&) noexcept = default;
ResultWriter& ResultWriter::operator=(ResultWriter&&) noexcept = default;
ResultWriter::~ResultWriter() = default;

void ResultWriter::append_variants(std::string const& contig, std::span<Variant const> variants) {
    auto const& contigs = state_->header.contigs;
    auto const found = std::ranges::find(contigs, contig);
    expect(found != contigs.end(), "the contig was announced");

    state_->names.append(static_cast<std::int32_t>(found - contigs.begin()), variants);
}

void ResultWriter::write(ResultColumn which, std::int64_t first_row, TraitIndex trait,
                         EncodedColumn column) {
    auto& state = *state_;
    auto const place = static_cast<std::size_t>(which);
    expect(first_row == state.first_row && first_row < state.header.variants,
           "row chunks come in order");
    expect_column(column, result_datasets[place].value_bytes, state.rows(), state.shape.chunk_rows);
    if (state.sums.empty()) state.names.write_until(first_row + state.rows());

    state.turn.take(which, trait);
    state.datasets[place].write_chunk(first_row, trait.get(), 0, column.stream());
    state.sums.push_back(column.checksum());
    if (state.turn.trait() == std::ssize(state.header.traits)) state.end_chunk();
}

void ResultWriter::finish() {
    auto& state = *state_;
    auto const& header = state.header;
    expect(state.first_row == header.variants, "every column was written");

    auto& file = state.file;
    state.names.finish(file);
    write_texts(file, "contig_id", header.contigs);
    write_texts(file, "trait_id", header.traits);
    write_texts(file, "status_id", header.statuses);
    file.write_attribute("format_version", result_version);
    file.write_attribute("model", std::string_view{header.model});
    file.write_attribute("covariates", std::string_view{header.covariates});
    file.write_attribute("missing_genotype", std::string_view{header.missing_genotype});
    file.write_attribute("fingerprint", header.fingerprint);
    file.write_attribute("variants", header.variants);
    file.write_attribute("chunk_rows", state.shape.chunk_rows);
    file.write_attribute("name_rows", state.shape.name_rows);
    file.write_attribute("id_width", header.id_width);
    file.write_attribute("allele_width", header.allele_width);
    file.write_attribute("checksum", checksum_of(header, state.shape));
    file.close();
    sync_to_disk(state.path);
    state.unfinished.keep();
}

}  // namespace maniple
