#include "maniple/run/score_report.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/text_file.hpp"
#include "told_json.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::string name_of(std::optional<AmbiguousStrand> rule) {
    if (!rule) return "automatic";
    return *rule == AmbiguousStrand::keep   ? "keep"
           : *rule == AmbiguousStrand::drop ? "drop"
                                            : "frequency";
}

}  // namespace

Table make_score_table(ScorePlan const& plan, std::span<std::int64_t const> sums) {
    auto const scores = static_cast<std::size_t>(plan.scores());
    auto const samples = plan.cohort().samples().ids.size();
    Table table{.name = plan.request().table,
                .source = scores_source,
                .rows = {.file_rows = plan.samples().count(), .matched = plan.samples().count()},
                .columns = {}};
    for (std::size_t c = 0; c < scores; ++c) {
        auto const& coverage = plan.coverage()[c];
        auto const alleles = 2 * static_cast<double>(coverage.used());
        bool const average = plan.request().unit == ScoreUnit::average && alleles > 0;
        // TIME:EVENT in a column's name would be taken for these two.
        auto name = coverage.score;
        std::ranges::replace(name, ':', '_');
        Column column{.name = std::move(name),
                      .levels = {},
                      .values = std::vector<double>(samples, std::nan(""))};
        plan.samples().for_each([&](SampleIndex s) {
            auto const sum = static_cast<double>(sums[s.at() * scores + c]) / plan.scales()[c];
            column.values[s.at()] = average ? sum / alleles : sum;
        });
        table.columns.push_back(std::move(column));
    }
    return table;
}

void write_scores(std::filesystem::path const& file, ScorePlan const& plan, Table const& table) {
    auto const& samples = plan.cohort().samples();
    bool const families =
        std::ranges::any_of(samples.families, [](auto const& family) { return family != "0"; });
    TextFile out{file};
    out.text = families ? "#FID\tIID" : "#IID";
    for (auto const& column : table.columns) out.text += '\t' + column.name;
    out.end_line();
    plan.samples().for_each([&](SampleIndex s) {
        if (families) out.text += samples.families[s.at()] + '\t';
        out.text += samples.ids[s.at()];
        for (auto const& column : table.columns) {
            out.text += '\t';
            out.add(column.values[s.at()]);
        }
        out.end_line();
    });
    out.close();
}

void write_score_summary(std::filesystem::path const& file, ScorePlan const& plan) {
    TextFile out{file};
    out.text = "score\tsource\tvariants\tused\tshare_used\tweight_mass";
    for (std::int64_t i = 0; i < match_outcomes; ++i) {
        out.text += '\t';
        out.text += to_string(static_cast<MatchOutcome>(i));
    }
    out.text += "\tby_id\tduplicates\tmissing_genotypes\talleles";
    out.end_line();
    auto row = plan.coverage().begin();
    for (auto const& source : plan.sources()) {
        for (auto const& score : source.scores) {
            fmt::format_to(std::back_inserter(out.text), "{}\t{}\t{}\t{}\t", score, source.label,
                           row->variants, row->used());
            fmt::format_to(std::back_inserter(out.text), "{:.6f}\t", row->share_used());
            out.text += std::isnan(row->mass) ? "NA" : fmt::format("{:.6f}", row->mass);
            for (auto count : row->by_outcome) out.text += fmt::format("\t{}", count);
            fmt::format_to(std::back_inserter(out.text), "\t{}\t{}\t{:.6f}\t{}", row->by_id,
                           row->duplicates, row->missing, 2 * row->used());
            out.end_line();
            ++row;
        }
    }
    out.close();
}

void write_matches(std::filesystem::path const& file, ScorePlan const& plan) {
    TextFile out{file};
    out.text =
        "source\tcontig\tposition\tid\teffect_allele\tother_allele\toutcome\tby_id\tduplicates\t"
        "training_frequency\tcohort_frequency";
    out.end_line();
    for (std::size_t s = 0; s < plan.sources().size(); ++s) {
        auto const& source = plan.sources()[s];
        for (std::size_t i = 0; i < source.model.weights.variants.size(); ++i) {
            auto const& variant = source.model.weights.variants[i];
            auto const& match = plan.matches()[s].variants[i];
            auto const cohort = !is_used(match.outcome)           ? std::nan("")
                                : counts_reference(match.outcome) ? 1 - match.alternate_frequency
                                                                  : match.alternate_frequency;
            fmt::format_to(std::back_inserter(out.text), "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:d}\t{:d}\t",
                           source.label, variant.contig.empty() ? "NA" : variant.contig,
                           variant.position, variant.id, variant.effect_allele,
                           variant.other_allele.empty() ? "NA" : variant.other_allele,
                           to_string(match.outcome), match.by_id, match.has_duplicates);
            out.add(variant.effect_allele_frequency);
            out.text += '\t';
            out.add(cohort);
            out.end_line();
        }
    }
    out.close();
}

RunSubject describe_score_plan(ScorePlan const& plan) {
    auto const& request = plan.request();
    std::vector<std::string> names;
    for (auto const& row : plan.coverage()) names.push_back(row.score);
    auto inputs = Json::array();
    auto const add_file = [&](std::filesystem::path const& file) {
        if (file.empty()) return;
        inputs.push_back({{"file", file.string()}, {"checksum", to_hex(checksum_of_file(file))}});
    };
    for (auto const& file : request.weights) add_file(file);
    for (auto const& model : request.models) add_file(find_model(request.store, model));
    add_file(request.samples.keep);
    add_file(request.samples.remove);
    auto partitions = Json::array();
    for (auto const& partition : plan.cohort().index().partitions) {
        partitions.push_back({{"file", partition.file}, {"checksum", to_hex(partition.checksum)}});
    }
    Json const asked{{"command", "score"},
                     {"scores", names},
                     {"models", request.models},
                     {"ambiguous", name_of(request.ambiguous)},
                     {"min_match", request.min_match},
                     {"unit", request.unit == ScoreUnit::sum ? "sum" : "average"},
                     {"samples", told_or_null(plan.samples().count())},
                     {"variants", plan.rows().size()}};
    Json const from{{"store", plan.cohort().path().string()},
                    {"fingerprint", to_hex(plan.cohort().index().fingerprint)},
                    {"partitions", partitions},
                    {"files", inputs}};
    auto const text = [](Json const& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    return {text(asked), text(from)};
}

}  // namespace maniple
