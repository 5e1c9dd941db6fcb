#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "line_writer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/store/scoring_file.hpp"
#include "scoring_header.hpp"

namespace maniple {
namespace {

// rsID is for those of dbSNP, and for what else names a variant without a position.
bool is_dbsnp(ScoredVariant const& variant) {
    return variant.id.starts_with("rs") || variant.position == 0;
}

void add_row(fmt::memory_buffer& lines, ScoredVariant const& variant, double weight) {
    auto const add = [&](auto const& value) {
        fmt::format_to(std::back_inserter(lines), "{}", value);
    };
    auto const tab = [&] { lines.push_back('\t'); };
    bool const has_id = variant.id != ".";
    if (has_id && is_dbsnp(variant)) add(variant.id);
    tab();
    if (variant.position != 0) add(variant.contig);
    tab();
    if (variant.position != 0) add(variant.position);
    tab();
    add(variant.effect_allele);
    tab();
    add(variant.other_allele);
    tab();
    add(weight);  // The shortest text that reads back as the same number.
    tab();
    if (!std::isnan(variant.effect_allele_frequency)) add(variant.effect_allele_frequency);
    tab();
    if (has_id && !is_dbsnp(variant)) add(variant.id);
    lines.push_back('\n');
}

}  // namespace

std::string_view scoring_file_title() {
    return "###PGS CATALOG SCORING FILE - see https://www.pgscatalog.org/downloads/#dl_ftp_scoring "
           "for additional information";
}

void write_scoring_file(std::filesystem::path const& path, ScoreModel const& model,
                        ScoreIndex score, int threads, ExistingFile existing) {
    expect(score.get() >= 0 && score.get() < std::ssize(model.scores), "score is in the model");
    expect(threads >= 1, "somebody compresses");

    auto const weights = model.weights.weights.score(score);
    std::int64_t variants = 0;
    for (auto weight : weights) variants += weight != 0;
    LineWriter writer{path, threads};
    writer.lines().append(describe_in_header(model, model.scores[score.at()], variants));
    writer.lines().append(std::string_view{
        "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\t"
        "allelefrequency_effect\tvariant_description\n"});
    for (std::size_t v = 0; v < weights.size(); ++v) {
        if (weights[v] == 0) continue;
        add_row(writer.lines(), model.weights.variants[v], weights[v]);
        writer.write_much();
    }
    writer.close();
    writer.place().commit(existing);
}

}  // namespace maniple
