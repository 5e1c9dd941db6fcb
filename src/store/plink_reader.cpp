#include "maniple/store/plink_reader.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "file_stamp.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"

namespace maniple {
namespace {

static_assert(std::endian::native == std::endian::little, "words of a .bed row are bytes in order");

std::filesystem::path with_suffix(std::filesystem::path path, char const* suffix) {
    path += suffix;
    return path;
}

void require_file(std::filesystem::path const& path, std::filesystem::path const& prefix) {
    if (std::filesystem::is_regular_file(path)) return;
    throw UserError{
        fmt::format("'{}' does not exist (PLINK genotypes are three files: {}.bed, .bim and .fam); "
                    "check the name or copy the missing file",
                    path.string(), prefix.filename().string())};
}

void require_columns(std::vector<std::string_view> const& fields, LineReader const& lines,
                     char const* names) {
    if (fields.size() == 6) return;
    throw UserError{fmt::format("{}: {} columns (must be 6: {}); correct the line", lines.place(),
                                fields.size(), names)};
}

void require_storable(std::string_view text, std::size_t longest, LineReader const& lines,
                      char const* what) {
    auto const flaw = find_flaw(text, longest);
    if (flaw.empty()) return;
    throw UserError{fmt::format("{}: the {} {}; change it", lines.place(), what, flaw)};
}

struct BimLine {
    std::string contig;
    Variant variant;
};

/// The lines of a .bim file, checked.
class BimReader {
public:
    explicit BimReader(std::filesystem::path const& path) : lines_{path} {}

    /// Read the next line into `line`; false at the end.
    bool next(BimLine& line) {
        auto text = lines_.next();
        while (text && text->empty()) text = lines_.next();
        if (!text) return false;
        split_at_blanks(*text, fields_);
        require_columns(fields_, lines_, "contig, ID, centimorgans, position, A1, A2");
        require_storable(fields_[0], longest_name, lines_, "contig");
        require_storable(fields_[1], longest_allele, lines_, "variant ID");
        require_storable(fields_[4], longest_allele, lines_, "allele A1");
        require_storable(fields_[5], longest_allele, lines_, "allele A2");
        line.contig = fields_[0];
        line.variant = {parse_position(fields_[3]), std::string{fields_[1]},
                        std::string{fields_[5]}, std::string{fields_[4]}};
        return true;
    }

private:
    std::int32_t parse_position(std::string_view text) const {
        std::int32_t position = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
        if (error == std::errc{} && end == text.data() + text.size()) return position;
        throw UserError{fmt::format("{}: position '{}' (must be an integer below 2^31); correct it",
                                    lines_.place(), text)};
    }

    LineReader lines_;
    std::vector<std::string_view> fields_;
};

Sex parse_sex(std::string_view text) {
    return text == "1" ? Sex::male : text == "2" ? Sex::female : Sex::unknown;
}

struct FamFile {
    Samples samples;
    std::int64_t phenotypes = 0;  // Lines whose sixth column holds a value.
};

// Reports a repeated ID with both lines, and whether family IDs would tell the people apart.
[[noreturn]] void refuse_repeated_id(FamFile const& fam, std::size_t first, std::size_t second,
                                     std::filesystem::path const& path, SampleIdSource ids) {
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < fam.samples.ids.size(); ++i) {
        pairs.push_back(fam.samples.families[i] + '\t' + fam.samples.ids[i]);
    }
    bool const families_help = ids == SampleIdSource::individual && !find_repeated(pairs);
    throw UserError{fmt::format(
        "'{}' lines {} and {}: both have the same sample ID (IDs must be unique); {}",
        path.string(), first + 1, second + 1,
        families_help ? "family and individual ID together are unique: use --sample-id fid-iid"
                      : "rename or remove one")};
}

FamFile read_fam(std::filesystem::path const& path, SampleIdSource ids) {
    FamFile fam;
    LineReader lines{path};
    std::vector<std::string_view> fields;
    while (auto const text = lines.next()) {
        if (text->empty()) continue;
        split_at_blanks(*text, fields);
        require_columns(fields, lines, "family, individual, father, mother, sex, phenotype");
        require_storable(fields[0], longest_name, lines, "family ID");
        require_storable(fields[1], longest_name, lines, "individual ID");
        fam.samples.families.emplace_back(fields[0]);
        fam.samples.ids.push_back(ids == SampleIdSource::individual
                                      ? std::string{fields[1]}
                                      : fmt::format("{}_{}", fields[0], fields[1]));
        require_storable(fam.samples.ids.back(), longest_name, lines, "sample ID");
        fam.samples.sexes.push_back(parse_sex(fields[4]));
        if (fields[5] != "-9" && fields[5] != "0" && fields[5] != "NA") ++fam.phenotypes;
    }
    if (auto const repeated = find_repeated(fam.samples.ids)) {
        refuse_repeated_id(fam, repeated->first, repeated->second, path, ids);
    }
    if (fam.samples.ids.empty()) {
        throw UserError{fmt::format("'{}' is empty (one line per sample is needed); copy it again",
                                    path.string())};
    }
    return fam;
}

void require_magic(std::ifstream& bed, std::filesystem::path const& path) {
    std::array<unsigned char, 3> magic{};
    bed.read(reinterpret_cast<char*>(magic.data()), magic.size());
    if (bed.bad()) {
        throw EnvironmentError{fmt::format("'{}' cannot be read; check the disk", path.string())};
    }
    if (!bed || magic[0] != 0x6c || magic[1] != 0x1b) {
        throw UserError{fmt::format(
            "'{}' is no PLINK 1 .bed file (its first bytes are not 6c 1b); check what file this is",
            path.string())};
    }
    if (magic[2] != 0x01) {
        throw UserError{fmt::format(
            "'{}' is in sample-major order (third byte {:02x} instead of 01); rewrite it "
            "with plink --make-bed",
            path.string(), magic[2])};
    }
}

// A .bed file has no counts of its own: which of the three files is wrong can only be inferred.
void require_size(std::filesystem::path const& prefix, std::int64_t variants,
                  std::int64_t samples) {
    auto const bed = with_suffix(prefix, ".bed");
    auto const size = static_cast<std::int64_t>(std::filesystem::file_size(bed));
    auto const row = (samples + 3) / 4;
    auto const expected = 3 + variants * row;
    if (size == expected) return;

    std::string suspicion = "the .bed seems to be cut off; copy it again";
    if ((size - 3) % row == 0) {
        suspicion = fmt::format(
            "the .bed would hold {} variants: it {}, or the .bim is not its own; copy both again",
            (size - 3) / row, size < expected ? "is cut off" : "is longer");
    } else if (variants > 0 && (size - 3) % variants == 0) {
        auto const most = (size - 3) / variants * 4;
        suspicion = fmt::format(
            "the .bed would hold {} to {} samples: the .fam is not its own; copy it again",
            most - 3, most);
    } else if (size > expected) {
        suspicion = "the .bim or .fam is not its own; copy all three again";
    }
    throw UserError{fmt::format(
        "'{}' has {} bytes (must be {} for {} variants in the .bim and {} samples in the "
        ".fam); {}",
        bed.string(), size, expected, variants, samples, suspicion)};
}

}  // namespace

struct PlinkReader::State {
    std::filesystem::path prefix;
    FamFile fam;
    std::int64_t variants = 0;
    std::unique_ptr<BimReader> bim;
    std::ifstream bed;
    BimLine ahead;
    bool has_ahead = false;
    std::int64_t given = 0;  // Variants.
    std::vector<std::byte> rows;
    std::vector<PackedBlock> spare;  // Their padding is zero.
    std::int64_t unplaced = 0;       // Variants at position 0 or below.
    std::int64_t no_allele = 0;      // Variants with an allele '0'.

    // One pass over the whole .bim before anything is written, so that a bad line is found early.
    void check_bim() {
        BimReader reader{with_suffix(prefix, ".bim")};
        for (BimLine line; reader.next(line); ++variants) {
            if (line.variant.position <= 0) ++unplaced;
            if (line.variant.alternate == "0" || line.variant.reference == "0") ++no_allele;
        }
        if (variants == 0) {
            throw UserError{
                fmt::format("'{}.bim' lists no variants; copy it again", prefix.string())};
        }
    }

    PackedBlock take_block(std::int64_t block_variants) {
        while (!spare.empty()) {
            auto block = std::move(spare.back());
            spare.pop_back();
            if (block.variants() < block_variants) continue;
            block.truncate(block_variants);
            return block;
        }
        return {block_variants, fam.samples.size()};
    }

    void read_rows(PackedBlock& block) {
        auto const row_bytes = static_cast<std::size_t>((block.samples() + 3) / 4);
        rows.resize(row_bytes * static_cast<std::size_t>(block.variants()));
        bed.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size()));
        if (!bed) {
            throw EnvironmentError{
                fmt::format("'{}.bed' cannot be read on (it became shorter, or the disk failed)",
                            prefix.string())};
        }
        auto const words = static_cast<std::size_t>((block.samples() + 31) / 32);
        auto const rest = block.samples() % 32;
        auto const last_mask = rest == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << 2 * rest) - 1;
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{block.variants()}; ++v) {
            auto const row = block.row(v).first(words);
            std::memcpy(row.data(), rows.data() + v.at() * row_bytes, row_bytes);
            for (auto& word : row) word = recode_from_bed(word);
            row.back() &= last_mask;
        }
    }
};

PlinkReader::PlinkReader(std::filesystem::path const& prefix, SampleIdSource ids)
    : state_{std::make_unique<State>()} {
    state_->prefix = prefix;
    if (prefix.extension() == ".bed") state_->prefix.replace_extension();
    for (auto const* suffix : {".bed", ".bim", ".fam"}) {
        require_file(with_suffix(state_->prefix, suffix), state_->prefix);
    }
    auto const bed = with_suffix(state_->prefix, ".bed");
    state_->bed.open(bed, std::ios::binary);
    if (!state_->bed) {
        throw EnvironmentError{fmt::format("'{}' cannot be opened (permission?)", bed.string())};
    }
    require_magic(state_->bed, bed);
    state_->fam = read_fam(with_suffix(state_->prefix, ".fam"), ids);
    state_->check_bim();
    require_size(state_->prefix, state_->variants, state_->fam.samples.size());
    state_->bim = std::make_unique<BimReader>(with_suffix(state_->prefix, ".bim"));
    state_->has_ahead = state_->bim->next(state_->ahead);
}

PlinkReader::PlinkReader(PlinkReader&&) noexcept = default;
PlinkReader& PlinkReader::operator=(PlinkReader&&) noexcept = default;
PlinkReader::~PlinkReader() = default;

std::string PlinkReader::name() const { return state_->prefix.string() + ".bed"; }
Samples const& PlinkReader::samples() const { return state_->fam.samples; }
std::optional<std::int64_t> PlinkReader::variants() const { return state_->variants; }

std::optional<VariantBlock> PlinkReader::next(std::int64_t max_variants) {
    expect(max_variants > 0, "a block has variants");
    if (!state_->has_ahead) return std::nullopt;
    auto contig = state_->ahead.contig;
    std::vector<Variant> variants;
    while (state_->has_ahead && std::ssize(variants) < max_variants &&
           state_->ahead.contig == contig) {
        variants.push_back(std::move(state_->ahead.variant));
        state_->has_ahead = state_->bim->next(state_->ahead);
    }
    auto genotypes = state_->take_block(std::ssize(variants));
    state_->read_rows(genotypes);
    state_->given += std::ssize(variants);
    return VariantBlock{std::move(contig), std::move(variants), std::move(genotypes)};
}

void PlinkReader::recycle(PackedBlock&& genotypes) {
    expect(genotypes.samples() == samples().size(), "the block is of these samples");

    state_->spare.push_back(std::move(genotypes));
}

std::string PlinkReader::stamp() const {
    std::string stamp;
    for (auto const* suffix : {".bed", ".bim", ".fam"}) {
        stamp += fmt::format("{}: {}; ", suffix, file_stamp(with_suffix(state_->prefix, suffix)));
    }
    return stamp;
}

SourcePlace PlinkReader::place() const { return {state_->given}; }

void PlinkReader::go_on_from(SourcePlace const& place) {
    expect(state_->given == 0, "nothing was read yet");

    if (place.empty()) return;
    auto const given = place.front();
    if (place.size() != 1 || given < 0 || given > state_->variants) throw_no_such_place(name());
    for (std::int64_t line = 0; line < given; ++line) {
        state_->has_ahead = state_->bim->next(state_->ahead);
    }
    state_->bed.seekg(given * ((samples().size() + 3) / 4), std::ios::cur);
    state_->given = given;
}

std::vector<std::string> PlinkReader::remarks() const {
    std::vector<std::string> remarks;
    if (state_->unplaced > 0) {
        remarks.push_back(fmt::format("{} variants have position 0 or below; kept as they are",
                                      state_->unplaced));
    }
    if (state_->no_allele > 0) {
        remarks.push_back(fmt::format("{} variants have an allele '0' (unknown); kept as it is",
                                      state_->no_allele));
    }
    if (state_->fam.phenotypes > 0) {
        remarks.push_back("the phenotypes in the .fam are not imported; give traits with --table");
    }
    return remarks;
}

}  // namespace maniple
