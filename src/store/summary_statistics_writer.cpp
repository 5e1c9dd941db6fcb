#include "maniple/store/summary_statistics_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <htslib/tbx.h>

#include "line_writer.hpp"

namespace maniple {
namespace {

void add_text(fmt::memory_buffer& line, std::string_view text, char end) {
    line.append(text);
    line.push_back(end);
}

template <class Integer>
void add_integer(fmt::memory_buffer& line, Integer value, char end) {
    line.append(fmt::format_int{value});
    line.push_back(end);
}

// Nine digits of a double: more than a fixed-point estimate of 24 bits and its error are worth.
void add_number(fmt::memory_buffer& line, double value, char end) {
    if (std::isnan(value)) return add_text(line, "NA", end);
    fmt::format_to(std::back_inserter(line), "{:.9g}{}", value, end);
}

// The shortest text that reads back as the same float.
void add_number(fmt::memory_buffer& line, float value, char end) {
    if (std::isnan(value)) return add_text(line, "NA", end);
    fmt::format_to(std::back_inserter(line), "{}{}", value, end);
}

void add_gwas_ssf(fmt::memory_buffer& line, StatisticsRow const& row) {
    add_text(line, row.contig, '\t');
    add_integer(line, row.variant.position, '\t');
    add_text(line, row.variant.alternate, '\t');
    add_text(line, row.variant.reference, '\t');
    add_number(line, row.beta, '\t');
    add_number(line, row.standard_error, '\t');
    add_number(line, row.effect_allele_frequency, '\t');
    add_number(line, row.neg_log10_p, '\t');
    add_text(line, row.variant.id, '\t');
    add_integer(line, row.samples, '\t');
    add_text(line, row.status, '\n');
}

void add_regenie(fmt::memory_buffer& line, StatisticsRow const& row) {
    auto const ratio = row.beta / static_cast<double>(row.standard_error);
    add_text(line, row.contig, ' ');
    add_integer(line, row.variant.position, ' ');
    add_text(line, row.variant.id, ' ');
    add_text(line, row.variant.reference, ' ');
    add_text(line, row.variant.alternate, ' ');
    add_number(line, row.effect_allele_frequency, ' ');
    add_integer(line, row.samples, ' ');
    add_text(line, "ADD", ' ');
    add_number(line, row.beta, ' ');
    add_number(line, row.standard_error, ' ');
    add_number(line, static_cast<float>(ratio * ratio), ' ');
    add_number(line, row.neg_log10_p, ' ');
    add_text(line, row.status == "ok" ? "NA" : row.status, '\n');
}

void add_plink(fmt::memory_buffer& line, StatisticsRow const& row) {
    auto const ratio = row.beta / static_cast<double>(row.standard_error);
    add_text(line, row.contig, '\t');
    add_integer(line, row.variant.position, '\t');
    add_text(line, row.variant.id, '\t');
    add_text(line, row.variant.reference, '\t');
    add_text(line, row.variant.alternate, '\t');
    add_text(line, row.variant.alternate, '\t');
    add_number(line, row.effect_allele_frequency, '\t');
    add_text(line, "ADD", '\t');
    add_integer(line, row.samples, '\t');
    add_number(line, row.beta, '\t');
    add_number(line, row.standard_error, '\t');
    add_number(line, static_cast<float>(ratio), '\t');
    add_text(line, format_p_value(static_cast<double>(row.neg_log10_p)), '\t');
    add_text(line, row.status == "ok" ? "." : row.status, '\n');
}

}  // namespace

std::string_view header_line(StatisticsFormat format) {
    switch (format) {
        case StatisticsFormat::gwas_ssf:
            return "chromosome\tbase_pair_location\teffect_allele\tother_allele\tbeta\t"
                   "standard_error\teffect_allele_frequency\tneg_log_10_p_value\tvariant_id\tn\t"
                   "status\n";
        case StatisticsFormat::regenie:
            return "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ N TEST BETA SE CHISQ LOG10P EXTRA\n";
        case StatisticsFormat::plink:
            return "#CHROM\tPOS\tID\tREF\tALT\tA1\tA1_FREQ\tTEST\tOBS_CT\tBETA\tSE\tT_STAT\tP\t"
                   "ERRCODE\n";
    }
    return {};
}

struct SummaryStatisticsWriter::State {
    LineWriter writer;
    StatisticsFormat format;
    std::int32_t last_position = 0;
    std::optional<DurableFile> index_place;
    std::filesystem::path index;

    void write_index() {
        constexpr std::int32_t largest_of_tbi = (1 << 29) - 1;
        bool const csi = last_position > largest_of_tbi;
        auto path = writer.place().final_path();
        path += csi ? ".csi" : ".tbi";
        index_place.emplace(path);
        // Columns from 1: contig, position; the header is one line; plink's begins with '#' too.
        tbx_conf_t const columns{
            .preset = TBX_GENERIC, .sc = 1, .bc = 2, .ec = 0, .meta_char = '#', .line_skip = 1};
        errno = 0;
        auto const result =
            tbx_index_build3(writer.place().temporary().c_str(), index_place->temporary().c_str(),
                             csi ? 14 : 0, writer.threads(), &columns);
        if (result != 0) writer.refuse("indexed");
    }
};

SummaryStatisticsWriter::SummaryStatisticsWriter(std::filesystem::path const& path,
                                                 StatisticsFormat format, int threads)
    : state_{std::make_unique<State>(State{LineWriter{path, threads}, format})} {
    state_->writer.lines().append(header_line(format));
}

SummaryStatisticsWriter::SummaryStatisticsWriter(SummaryStatisticsWriter&&) noexcept = default;
SummaryStatisticsWriter& SummaryStatisticsWriter::operator=(SummaryStatisticsWriter&&) noexcept =
    default;
SummaryStatisticsWriter::~SummaryStatisticsWriter() = default;

void SummaryStatisticsWriter::append(StatisticsRow const& row) {
    auto& lines = state_->writer.lines();
    switch (state_->format) {
        case StatisticsFormat::gwas_ssf:
            add_gwas_ssf(lines, row);
            break;
        case StatisticsFormat::regenie:
            add_regenie(lines, row);
            break;
        case StatisticsFormat::plink:
            add_plink(lines, row);
            break;
    }
    state_->last_position = std::max(state_->last_position, row.variant.position);
    state_->writer.write_much();
}

void SummaryStatisticsWriter::finish(ExistingFile existing) {
    auto& state = *state_;
    state.writer.close();
    // Blanks as separator are what REGENIE writes; tabix knows tabs alone.
    if (state.writer.is_compressed() && state.format != StatisticsFormat::regenie) {
        state.write_index();
    }
    if (state.index_place) {
        // An index of another kind would be found first by readers.
        for (auto const* suffix : {".tbi", ".csi"}) {
            auto stale = state.writer.place().final_path();
            stale += suffix;
            if (existing == ExistingFile::replace) std::filesystem::remove(stale);
        }
        state.index = state.index_place->final_path();
        state.index_place->commit(existing);
    }
    state.writer.place().commit(existing);
}

std::filesystem::path const& SummaryStatisticsWriter::index() const { return state_->index; }

std::string format_p_value(double neg_log10_p) {
    if (std::isnan(neg_log10_p)) return "NA";
    constexpr double representable = 300;
    if (neg_log10_p < representable) return fmt::format("{:.6g}", std::pow(10.0, -neg_log10_p));
    if (std::isinf(neg_log10_p)) return "0";
    auto exponent = static_cast<std::int64_t>(std::ceil(neg_log10_p));
    auto mantissa =
        fmt::format("{:.6g}", std::pow(10.0, static_cast<double>(exponent) - neg_log10_p));
    if (mantissa == "10") {  // Rounded up to the next power.
        mantissa = "1";
        --exponent;
    }
    return fmt::format("{}e-{}", mantissa, exponent);
}

}  // namespace maniple
