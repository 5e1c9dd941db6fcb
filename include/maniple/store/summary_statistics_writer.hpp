/// \file  Association results as the text formats that other programs read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "maniple/core/durable_file.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

enum class StatisticsFormat {
    gwas_ssf,  ///< GWAS-SSF columns and `status`, tab separated (Hayhurst et al. 2022).
    regenie,   ///< Columns of REGENIE step 2, separated by single blanks.
    plink,     ///< Columns of PLINK 2's .glm.linear, tab separated.
};

/// One variant's result. NaN is written as NA. The effect allele is ALT.
struct StatisticsRow {
    std::string_view contig;
    Variant const& variant;
    double beta;
    float standard_error;
    float neg_log10_p;
    float effect_allele_frequency;
    std::int32_t samples;
    std::string_view status;  ///< "ok", or why there is no number.
};

/// First line of such a file, with its end.
std::string_view header_line(StatisticsFormat format);

/// Writes a file under a temporary name; `finish` gives it its own. Where the name ends in .gz the
/// file is bgzipped, and with tabs as separator indexed: .tbi, or .csi for positions over 2^29 - 1.
class SummaryStatisticsWriter {
public:
    /// \param threads  that compress; at least 1.
    /// \throws EnvironmentError when the file cannot be made.
    SummaryStatisticsWriter(std::filesystem::path const& path, StatisticsFormat format,
                            int threads);
    SummaryStatisticsWriter(SummaryStatisticsWriter&&) noexcept;
    SummaryStatisticsWriter& operator=(SummaryStatisticsWriter&&) noexcept;
    ~SummaryStatisticsWriter();

    /// For an index, rows of a contig come together and in order of position.
    void append(StatisticsRow const& row);

    /// Write the index, fsync and rename. \throws EnvironmentError.
    void finish(ExistingFile existing);

    /// The index that `finish` wrote; empty where there is none.
    std::filesystem::path const& index() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// 10^-neg_log10_p in decimal, to 6 digits, also where it is below the smallest double. "NA" for
/// NaN.
std::string format_p_value(double neg_log10_p);

}  // namespace maniple
