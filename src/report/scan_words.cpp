#include "scan_words.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(Json const& plan, char const* name) {
    auto const found = plan.find(name);
    return found != plan.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

double number_of(Json const& plan, char const* name, double otherwise) {
    auto const found = plan.find(name);
    return found != plan.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::vector<std::string> words_of(Json const& plan, char const* name) {
    std::vector<std::string> words;
    auto const found = plan.find(name);
    if (found == plan.end() || !found->is_array()) return words;
    for (auto const& word : *found) {
        words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    }
    return words;
}

// Where files are is nobody's business.
std::string file_of(Json const& plan, char const* name) {
    std::filesystem::path const path{text_of(plan, name)};
    return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

std::string quoted(std::string const& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:/=+";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    std::string text = "'";
    for (char const letter : word) text += letter == '\'' ? "'\\''" : std::string{letter};
    return text + "'";
}

/// Options of a command, as a shell takes them.
class CommandLine {
public:
    explicit CommandLine(std::string first) : text_{std::move(first)} {}

    void add(std::string_view option, std::string const& value) {
        if (!value.empty()) text_ += fmt::format(" --{} {}", option, quoted(value));
    }
    void add(std::string_view option, double value, double otherwise) {
        if (value != otherwise) text_ += fmt::format(" --{} {}", option, value);
    }
    void add(std::string_view option, std::vector<std::string> const& words) {
        if (words.empty()) return;
        text_ += fmt::format(" --{}", option);
        for (auto const& word : words) text_ += ' ' + quoted(word);
    }
    std::string text() const { return text_; }

private:
    std::string text_;
};

// "score test, spa where p <= 0.05" and the like: what ScanPlan::describe_correction writes.
void add_tests(std::string const& tests, CommandLine& line) {
    constexpr std::string_view corrected = "score test, ";
    constexpr std::string_view where = " where p <= ";
    if (tests.starts_with("Wald")) line.add("test", "wald");
    if (tests == "score test") line.add("correction", "none");
    auto const border = tests.find(where);
    if (!tests.starts_with(corrected) || border == std::string::npos) return;
    auto const name = tests.substr(corrected.size(), border - corrected.size());
    auto const threshold = tests.substr(border + where.size());
    if (name != "spa") line.add("correction", name);
    if (threshold != "0.05") line.add("correction-threshold", threshold);
}

void add_filters(Json const& plan, std::string const& before, double least_maf, CommandLine& line) {
    line.add(before + "chr", words_of(plan, "chr"));
    line.add(before + "min-maf", number_of(plan, "min_maf", least_maf), least_maf);
    line.add(before + "min-mac", number_of(plan, "min_mac", 0), 0);
    line.add(before + "max-missing", number_of(plan, "max_missing", 1), 1);
    line.add(before + "hwe", number_of(plan, "hwe", 0), 0);
}

void add_whole_genome(Json const& genome, CommandLine& line) {
    line.add("whole-genome", "ridge");
    line.add("whole-genome-variants", file_of(genome, "variants"));
    line.add("whole-genome-exclude", file_of(genome, "exclude"));
    add_filters(genome, "whole-genome-", 0.01, line);
    line.add("whole-genome-block", number_of(genome, "block", 512), 512);
    auto const heritabilities = words_of(genome, "heritabilities");
    if (heritabilities != std::vector<std::string>{"0.01", "0.25", "0.5", "0.75", "0.99"}) {
        line.add("whole-genome-heritabilities", heritabilities);
    }
    if (text_of(genome, "folds") == "contiguous") line.add("folds", "contiguous");
    line.add("seed", number_of(genome, "seed", 1), 1);
}

void add_fact(std::string const& name, std::string const& value,
              std::vector<std::pair<std::string, std::string>>& facts) {
    if (!value.empty()) facts.emplace_back(name, value);
}

std::string filters_in_words(Json const& plan) {
    std::vector<std::string> words;
    auto const add = [&](char const* name, double otherwise, std::string_view what) {
        auto const value = number_of(plan, name, otherwise);
        if (value != otherwise) words.push_back(fmt::format("{} {}", what, value));
    };
    add("min_maf", 0, "minor allele frequency at least");
    add("min_mac", 0, "minor allele count at least");
    add("max_missing", 1, "share of missing genotypes at most");
    add("hwe", 0, "p of the Hardy-Weinberg test at least");
    return words.empty() ? std::string{"none"} : fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace

std::string scan_command(Json const& plan) {
    CommandLine line{"maniple scan --store STORE"};
    line.add("trait", words_of(plan, "traits"));
    line.add("covariate", words_of(plan, "covariates"));
    if (text_of(plan, "model") != "auto") line.add("model", text_of(plan, "model"));
    if (text_of(plan, "missing_genotype") == "drop") line.add("missing-genotype", "drop");
    line.add("predictors", file_of(plan, "predictors"));
    add_tests(text_of(plan, "tests"), line);
    line.add("min-cases", number_of(plan, "min_cases", 20), 20);
    line.add("min-carriers", number_of(plan, "min_carriers", 5), 5);
    if (plan.contains("whole_genome") && plan["whole_genome"].is_object()) {
        add_whole_genome(plan["whole_genome"], line);
    }
    for (auto const* name : {"keep", "remove", "extract", "exclude"}) {
        line.add(name, file_of(plan, name));
    }
    add_filters(plan, "", 0, line);
    return line.text() + " --out RUN";
}

std::vector<std::pair<std::string, std::string>> plan_in_words(Json const& plan) {
    std::vector<std::pair<std::string, std::string>> facts;
    add_fact("Tests", text_of(plan, "tests"), facts);
    if (number_of(plan, "min_cases", 0) > 0 && text_of(plan, "tests") != "t-test") {
        add_fact("Tests need at least",
                 fmt::format("{} cases or events, and {} samples with one of a variant's rarer "
                             "genotypes",
                             number_of(plan, "min_cases", 0), number_of(plan, "min_carriers", 0)),
                 facts);
    }
    add_fact("Predictors of the whole genome", file_of(plan, "predictors"), facts);
    if (plan.contains("whole_genome") && plan["whole_genome"].is_object()) {
        add_fact("Whole genome", "stacked ridge regression, made in this run", facts);
    }
    add_fact("Filters of variants", filters_in_words(plan), facts);
    add_fact("Chromosomes", fmt::format("{}", fmt::join(words_of(plan, "chr"), ", ")), facts);
    add_fact("Samples kept by", file_of(plan, "keep"), facts);
    add_fact("Samples left out by", file_of(plan, "remove"), facts);
    add_fact("Variants kept by", file_of(plan, "extract"), facts);
    add_fact("Variants left out by", file_of(plan, "exclude"), facts);
    return facts;
}

}  // namespace maniple
