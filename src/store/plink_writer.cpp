#include "maniple/store/plink_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/plink_reader.hpp"

namespace maniple {
namespace {

constexpr std::array<char, 3> bed_magic{0x6c, 0x1b, 0x01};  // The last: variant-major.

struct OutputFile {
    DurableFile name;
    std::ofstream stream;

    explicit OutputFile(std::filesystem::path const& path)
        : name{path}, stream{name.temporary(), std::ios::binary} {
        require_good();
    }
    void require_good() const {
        if (stream) return;
        throw EnvironmentError{fmt::format(
            "'{}' cannot be written (permission or disk space); make room or choose another place",
            name.final_path().string())};
    }
    void close() {
        stream.close();
        require_good();
    }
};

bool is_word(std::string const& text) {
    return !text.empty() && text.find_first_of(" \t\r\n") == std::string::npos;
}

// Messages reach log files: a sample is named by its position.
void require_words(Samples const& samples, std::size_t sample) {
    if (is_word(samples.ids[sample]) && is_word(samples.families[sample])) return;
    throw UserError{fmt::format(
        "the ID of sample {} cannot stand in PLINK files (it must be one word); rename it",
        sample + 1)};
}

void require_word(std::string const& text) {
    if (is_word(text)) return;
    throw UserError{fmt::format(
        "'{}' cannot stand in PLINK files (a name there is one word); rename it", text)};
}

std::filesystem::path with_suffix(std::filesystem::path path, char const* suffix) {
    path += suffix;
    return path;
}

}  // namespace

struct PlinkWriter::State {
    std::int64_t samples;
    OutputFile bed;
    OutputFile bim;
    OutputFile fam;
    std::vector<std::uint64_t> row;

    State(std::filesystem::path const& prefix, Samples const& people)
        : samples{people.size()},
          bed{with_suffix(prefix, ".bed")},
          bim{with_suffix(prefix, ".bim")},
          fam{with_suffix(prefix, ".fam")},
          row(static_cast<std::size_t>(packed_stride(people.size()) / 8)) {}
};

PlinkWriter::PlinkWriter(std::filesystem::path const& prefix, Samples const& samples)
    : state_{std::make_unique<State>(prefix, samples)} {
    for (std::size_t i = 0; i < samples.ids.size(); ++i) {
        require_words(samples, i);
        state_->fam.stream << fmt::format("{}\t{}\t0\t0\t{}\t-9\n", samples.families[i],
                                          samples.ids[i], static_cast<int>(samples.sexes[i]));
    }
    state_->bed.stream.write(bed_magic.data(), bed_magic.size());
}

PlinkWriter::PlinkWriter(PlinkWriter&&) noexcept = default;
PlinkWriter& PlinkWriter::operator=(PlinkWriter&&) noexcept = default;
PlinkWriter::~PlinkWriter() = default;

void PlinkWriter::append(VariantBlock const& block) {
    expect(block.genotypes.samples() == state_->samples, "a block has the samples of the files");
    expect(std::ssize(block.variants) == block.genotypes.variants(), "a block names its variants");

    require_word(block.contig);
    auto const genotypes = block.genotypes.view();
    auto const bytes = (state_->samples + 3) / 4;
    auto const rest = state_->samples % 4;
    auto const last_mask = static_cast<unsigned char>(rest == 0 ? 0xff : (1 << 2 * rest) - 1);
    auto* const row_bytes = reinterpret_cast<unsigned char*>(state_->row.data());
    fmt::memory_buffer lines;
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{genotypes.variants()}; ++v) {
        auto const& variant = block.variants[v.at()];
        require_word(variant.id);
        require_word(variant.alternate);
        require_word(variant.reference);
        fmt::format_to(std::back_inserter(lines), "{}\t{}\t0\t{}\t{}\t{}\n", block.contig,
                       variant.id, variant.position, variant.alternate, variant.reference);
        std::ranges::transform(genotypes.row(v), state_->row.begin(), recode_to_bed);
        row_bytes[bytes - 1] = static_cast<unsigned char>(row_bytes[bytes - 1] & last_mask);
        state_->bed.stream.write(reinterpret_cast<char const*>(row_bytes), bytes);
    }
    state_->bim.stream.write(lines.data(), static_cast<std::streamsize>(lines.size()));
    state_->bed.require_good();
    state_->bim.require_good();
}

void PlinkWriter::finish() {
    for (auto* file : {&state_->fam, &state_->bim, &state_->bed}) file->close();
    for (auto* file : {&state_->fam, &state_->bim, &state_->bed})
        file->name.commit(ExistingFile::replace);
}

}  // namespace maniple
