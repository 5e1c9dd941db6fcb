#include "maniple/store/vcf_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include <fmt/format.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/hts_log.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>

#include "file_stamp.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"
#include "vcf_counts.hpp"
#include "vcf_genotypes.hpp"

namespace maniple {
namespace {

struct CloseFile {
    void operator()(htsFile* file) const { hts_close(file); }
};
struct DestroyHeader {
    void operator()(bcf_hdr_t* header) const { bcf_hdr_destroy(header); }
};
struct DestroyRecord {
    void operator()(bcf1_t* record) const { bcf_destroy(record); }
};

constexpr std::int64_t no_offset = -1;  // Of a file that is read from its beginning alone.

bool is_placeholder(std::string_view allele) {
    return allele == "*" || allele == "<*>" || allele == "<NON_REF>";
}

[[noreturn]] void refuse_repeated_id(LineReader const& lines, std::size_t first,
                                     std::size_t second) {
    throw UserError{fmt::format(
        "{}: samples {} and {} have the same ID (IDs must be unique); rename or remove one",
        lines.place(), first, second)};
}

// htslib says only that a header is bad, and that to standard error.
[[noreturn]] void refuse_header(std::string const& path, bool is_text) {
    std::string reason = "the header is damaged";
    LineReader lines{path};
    for (auto text = lines.next(); is_text && text && text->starts_with('#'); text = lines.next()) {
        if (!text->starts_with("#CHROM")) continue;
        constexpr std::size_t first_sample = 9;  // Behind FORMAT.
        std::unordered_map<std::string, std::size_t> seen;
        for (std::size_t first = 0, column = 0; first <= text->size(); ++column) {
            auto const last = std::min(text->find('\t', first), text->size());
            std::string sample{text->substr(first, last - first)};
            if (column >= first_sample) {
                auto const number = column - first_sample + 1;
                auto const [place, added] = seen.emplace(std::move(sample), number);
                if (!added) refuse_repeated_id(lines, place->second, number);
            }
            first = last + 1;
        }
        reason = "the header cannot be parsed";
    }
    throw UserError{
        fmt::format("'{}' cannot be read as VCF ({}); check it with another program, or "
                    "write it again",
                    path, reason)};
}

}  // namespace

struct VcfReader::State {
    std::string path;
    std::unique_ptr<htsFile, CloseFile> file;
    std::unique_ptr<bcf_hdr_t, DestroyHeader> header;
    std::unique_ptr<bcf1_t, DestroyRecord> record{bcf_init()};
    Samples samples;
    VcfCounts counts;
    bcf_fmt_t const* genotypes = nullptr;  // Of `record`; null: a new record is needed.
    int allele = 0;                        // Next ALT of `record` to deliver.
    std::int64_t offset = no_offset;       // Of `record` in the file.
    bool ended = false;

    std::string place() const {
        auto const* const contig = record->rid >= 0 && record->rid < header->n[BCF_DT_CTG]
                                       ? bcf_seqname(header.get(), record.get())
                                       : nullptr;
        return fmt::format("'{}' record {} ({}:{})", path, counts.records,
                           contig ? contig : "contig unknown", record->pos + 1);
    }

    void open(int threads);
    void read_samples();
    std::int64_t tell() const;
    void go_to(std::int64_t offset, std::int64_t record);
    bool read_record();
    void check_shape() const;
    void check_names() const;
    bool accept_record();
    bool seek_variant();
    std::string_view allele_text(int number) const { return record->d.allele[number]; }
    Variant variant() const;
};

void VcfReader::State::open(int threads) {
    errno = 0;
    file.reset(hts_open(path.c_str(), "r"));
    if (!file) {
        auto const reason = std::generic_category().message(errno);
        if (errno == ENOENT)
            throw UserError{fmt::format("'{}' does not exist; check the name", path)};
        if (errno == ENOEXEC || errno == EISDIR) {
            throw UserError{
                fmt::format("'{}' is no VCF or BCF file; check what file this is", path)};
        }
        throw EnvironmentError{fmt::format("'{}' cannot be opened ({})", path, reason)};
    }
    auto const& format = *hts_get_format(file.get());
    if (format.format != vcf && format.format != bcf) {
        throw UserError{fmt::format(
            "'{}' is no VCF or BCF file (it does not begin like one); check what file this is",
            path)};
    }
    if (hts_check_EOF(file.get()) == 0) {
        throw UserError{
            fmt::format("'{}' is cut off (its end marker is missing); copy it again", path)};
    }
    if (threads > 0) hts_set_threads(file.get(), threads);
    header.reset(bcf_hdr_read(file.get()));
    if (!header) refuse_header(path, format.format == vcf);
}

void VcfReader::State::read_samples() {
    auto const count = bcf_hdr_nsamples(header.get());
    if (count == 0) {
        throw UserError{fmt::format(
            "'{}' has no samples (genotypes are needed); give a file with genotypes", path)};
    }
    for (int i = 0; i < count; ++i) {
        samples.ids.emplace_back(header->samples[i]);
        auto const flaw = find_flaw(samples.ids.back(), longest_name);
        if (!flaw.empty()) {
            throw UserError{fmt::format("'{}' sample {}: the ID {}; rename it", path, i + 1, flaw)};
        }
    }
    samples.families.assign(samples.ids.size(), "0");
    samples.sexes.assign(samples.ids.size(), Sex::unknown);
    require_unique_ids(samples, path);
}

// Of the next record: a virtual offset into a file of BGZF blocks.
std::int64_t VcfReader::State::tell() const {
    auto* const blocks = hts_get_bgzfp(file.get());
    bool const seekable = blocks && hts_get_format(file.get())->compression == bgzf;
    return seekable ? bgzf_tell(blocks) : no_offset;
}

// Stand before a record, counted from 0. \pre the file stands behind its header
void VcfReader::State::go_to(std::int64_t place, std::int64_t number) {
    if (place == no_offset) {
        while (counts.records < number) {
            if (!read_record()) throw_no_such_place(path);
        }
        return;
    }
    auto* const blocks = hts_get_bgzfp(file.get());
    if (place < 0 || !blocks || bgzf_seek(blocks, place, SEEK_SET) != 0) throw_no_such_place(path);
    counts.records = number;
}

// Read one record, false at the end.
bool VcfReader::State::read_record() {
    offset = tell();
    auto const result = bcf_read(file.get(), header.get(), record.get());
    if (result == -1) return false;
    ++counts.records;
    // htslib adds a contig or tag that the header forgot; what it reports otherwise is damage.
    constexpr int harmless = BCF_ERR_CTG_UNDEF | BCF_ERR_TAG_UNDEF;
    auto const* const blocks = hts_get_bgzfp(file.get());
    if (auto const reason = result < -1 && blocks ? herrno(blocks->fp) : 0) {
        throw EnvironmentError{fmt::format("'{}' record {}: it cannot be read ({}); check the disk",
                                           path, counts.records,
                                           std::generic_category().message(reason))};
    }
    if (result < -1 || (record->errcode & ~harmless) != 0) {
        throw UserError{fmt::format(
            "'{}' record {} (after {} good ones): it cannot be read (the file is cut off "
            "or malformed there); copy it again or correct it",
            path, counts.records, counts.records - 1)};
    }
    if (record->rid < 0 || record->rid >= header->n[BCF_DT_CTG]) {
        throw UserError{
            fmt::format("'{}' record {}: its contig is not in the header; correct the header", path,
                        counts.records)};
    }
    return true;
}

// A record of BCF says these things itself, and htslib takes its word.
void VcfReader::State::check_shape() const {
    auto const refuse = [&](std::string const& problem) {
        throw UserError{
            fmt::format("{}: {}; write the file again with another program", place(), problem)};
    };
    if (record->n_allele < 1) refuse("it has no REF allele");
    if (record->n_sample != bcf_hdr_nsamples(header.get())) {
        refuse(fmt::format("it has genotypes of {} samples (the header names {})",
                           static_cast<unsigned>(record->n_sample), samples.size()));
    }
    auto const type = genotypes->type;
    if (type != BCF_BT_INT8 && type != BCF_BT_INT16 && type != BCF_BT_INT32) {
        refuse("its genotypes are no whole numbers");
    }
}

void VcfReader::State::check_names() const {
    if (record->pos + 1 > std::numeric_limits<std::int32_t>::max()) {
        throw UserError{fmt::format("{}: position over 2^31 - 1; correct it", place())};
    }
    auto const require = [&](std::string_view text, std::size_t longest, char const* what) {
        auto const flaw = find_flaw(text, longest);
        if (!flaw.empty()) {
            throw UserError{fmt::format("{}: the {} {}; change it or leave the record out", place(),
                                        what, flaw)};
        }
    };
    require(bcf_seqname(header.get(), record.get()), longest_name, "contig");
    require(record->d.id, longest_allele, "ID");
    for (int a = 0; a < record->n_allele; ++a) require(allele_text(a), longest_allele, "allele");
}

// Unpack what was read; false when it has nothing for us.
bool VcfReader::State::accept_record() {
    bcf_unpack(record.get(), BCF_UN_STR | BCF_UN_FMT);
    genotypes = bcf_get_fmt(header.get(), record.get(), "GT");
    if (!genotypes || !genotypes->p || genotypes->n == 0) {
        genotypes = nullptr;
        ++counts.without_genotypes;
        return false;
    }
    check_shape();
    check_names();
    auto const found = count_genotypes(*genotypes, samples.size(), record->n_allele);
    if (found.polyploid) {
        throw UserError{
            fmt::format("{}: a genotype has more than two alleles (only haploid and diploid ones "
                        "are possible); "
                        "leave the record out",
                        place())};
    }
    if (found.unknown_allele) {
        throw UserError{fmt::format(
            "{}: a genotype names an allele that the record does not list; correct the record",
            place())};
    }
    counts.haploid += found.haploid;
    counts.half_missing += found.half_missing;
    if (record->n_allele > 2) ++counts.split_records;
    if (record->n_allele == 1) ++counts.monomorphic;
    if (record->pos < 0) ++counts.unplaced;
    allele = 1;
    return true;
}

// Move on to the next ALT that becomes a variant, reading records as needed; false at the end.
bool VcfReader::State::seek_variant() {
    for (;;) {
        for (; genotypes && allele < std::max<int>(2, record->n_allele); ++allele) {
            if (record->n_allele == 1 || !is_placeholder(allele_text(allele))) return true;
            ++counts.placeholders;
        }
        genotypes = nullptr;
        if (!read_record()) return false;
        accept_record();
    }
}

Variant VcfReader::State::variant() const {
    auto const alternate = record->n_allele == 1 ? std::string_view{"."} : allele_text(allele);
    return {static_cast<std::int32_t>(record->pos + 1), record->d.id, std::string{allele_text(0)},
            std::string{alternate}};
}

VcfReader::VcfReader(std::filesystem::path const& path, int threads)
    : state_{std::make_unique<State>()} {
    hts_set_log_level(HTS_LOG_OFF);
    state_->path = path.string();
    state_->open(threads);
    state_->read_samples();
}

VcfReader::VcfReader(VcfReader&&) noexcept = default;
VcfReader& VcfReader::operator=(VcfReader&&) noexcept = default;
VcfReader::~VcfReader() = default;

std::string VcfReader::name() const { return state_->path; }
Samples const& VcfReader::samples() const { return state_->samples; }

std::optional<VariantBlock> VcfReader::next(std::int64_t max_variants) {
    expect(max_variants > 0, "a block has variants");
    auto& state = *state_;
    if (state.ended) return std::nullopt;
    std::vector<Variant> variants;
    std::string contig;
    PackedBlock genotypes{max_variants, samples().size()};
    while (std::ssize(variants) < max_variants) {
        state.ended = !state.seek_variant();
        if (state.ended) break;
        std::string_view const here = bcf_seqname(state.header.get(), state.record.get());
        if (variants.empty()) contig = here;
        if (here != contig) break;
        pack_genotypes(*state.genotypes, samples().size(), state.allele,
                       genotypes.row(LocalVariantIndex{std::ssize(variants)}));
        variants.push_back(state.variant());
        ++state.counts.variants;
        if (state.record->n_allele > 2) ++state.counts.split_variants;
        ++state.allele;
    }
    if (state.ended && state.counts.variants == 0) {
        throw UserError{
            state.counts.records == 0
                ? fmt::format("'{}' has no records (only a header); check the file", state.path)
            : state.counts.without_genotypes == state.counts.records
                ? fmt::format("'{}': none of {} records has GT (genotypes are needed); give "
                              "a file with genotypes",
                              state.path, state.counts.records)
                : fmt::format("'{}': no record has an ALT allele and GT; check the file",
                              state.path)};
    }
    if (variants.empty()) return std::nullopt;
    genotypes.truncate(std::ssize(variants));
    return VariantBlock{std::move(contig), std::move(variants), std::move(genotypes)};
}

std::string VcfReader::stamp() const { return file_stamp(state_->path); }

// Where the record is that has the next variant, which of its alleles that is (0: perhaps none),
// and what was counted up to then, that record included.
SourcePlace VcfReader::place() const {
    auto const& state = *state_;
    bool const within = state.genotypes != nullptr;
    SourcePlace place{within ? state.offset : state.tell(), within ? state.allele : 0};
    for (auto const count : all_vcf_counts) place.push_back(state.counts.*count);
    return place;
}

void VcfReader::go_on_from(SourcePlace const& place) {
    auto& state = *state_;
    expect(state.counts.records == 0 && !state.ended, "nothing was read yet");

    if (place.empty()) return;
    if (place.size() != 2 + all_vcf_counts.size()) throw_no_such_place(state.path);
    VcfCounts counts;
    for (std::size_t i = 0; i < all_vcf_counts.size(); ++i)
        counts.*all_vcf_counts[i] = place[2 + i];
    auto const allele = place[1];
    bool const within = allele > 0;
    state.go_to(place[0], counts.records - (within ? 1 : 0));
    if (within) {
        bool const found = state.read_record() && state.accept_record();
        if (!found || allele > std::max<int>(2, state.record->n_allele)) {
            throw_no_such_place(state.path);
        }
        state.allele = static_cast<int>(allele);
    }
    state.counts = counts;
}

std::vector<std::string> VcfReader::remarks() const { return describe(state_->counts); }

}  // namespace maniple
