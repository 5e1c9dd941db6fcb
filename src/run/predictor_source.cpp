#include "maniple/run/predictor_source.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/suggestion.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/loco_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view usual_name = "predictors.h5";

[[noreturn]] void refuse_contig(fs::path const& file, std::string_view contig,
                                std::vector<std::string> const& known) {
    throw UserError{fmt::format(
        "'{}' has no prediction for contig '{}' (it has {}); make predictors with its variants "
        "too, or leave the contig out with --chr",
        file.string(), contig,
        known.empty() ? "none at all" : fmt::format("{}", fmt::join(known, ", ")))};
}

class FileSource final : public PredictorSource {
public:
    FileSource(fs::path file, Cohort const& cohort, std::vector<std::string> contigs, Log& log)
        : PredictorSource{std::move(file), std::move(contigs)},
          reader_{read_predictors(file_, cohort)} {
        auto const& header = reader_.header();
        traits_ = header.traits;
        std::vector<std::string> outside;
        for (auto const& contig : contigs_) {
            auto const slice = header.slice_of(contig);
            if (!slice) refuse_contig(file_, contig, header.contigs);
            slices_.push_back(*slice);
            if (*slice == std::ssize(header.contigs)) outside.push_back(contig);
        }
        if (!outside.empty()) {
            log.note(
                fmt::format("predictors: nothing of contig {} is in them, so that nothing is "
                            "left out for it",
                            fmt::join(outside, ", ")));
        }
    }

    std::string covariates() const override { return reader_.header().covariates; }
    void prepare(std::span<std::size_t const>) override {}
    bool is_complete(std::size_t trait) const override {
        return reader_.trait_samples(index(trait)) == reader_.header().samples;
    }
    TraitPrediction how(std::size_t trait) const override { return reader_.how(index(trait)); }
    std::optional<std::int64_t> trait_samples(std::size_t trait) const override {
        return reader_.trait_samples(index(trait));
    }
    std::vector<float> read(std::size_t trait, std::size_t contig) const override {
        return reader_.read(index(trait), slices_[contig]);
    }
    std::int64_t bytes_per_trait() const override { return 0; }
    std::vector<fs::path> files(std::span<std::size_t const>) const override { return {file_}; }

private:
    static TraitIndex index(std::size_t trait) {
        return TraitIndex{static_cast<std::int64_t>(trait)};
    }

    PredictorReader reader_;
    std::vector<std::int64_t> slices_;  // Per contig.
};

/// Text has to be read from its beginning: prepared traits are in memory.
class TextSource final : public PredictorSource {
public:
    TextSource(fs::path file, Cohort const& cohort, std::vector<std::string> contigs, Log& log)
        : PredictorSource{std::move(file), std::move(contigs)},
          samples_{static_cast<std::size_t>(cohort.samples().size())},
          reader_{cohort.samples()},
          entries_{read_loco_list(file_)},
          log_{log} {
        for (auto const& entry : entries_) traits_.push_back(entry.trait);
    }

    void prepare(std::span<std::size_t const> traits) override {
        std::map<std::size_t, Held> kept;
        for (auto trait : traits) {
            auto known = held_.find(trait);
            if (known != held_.end()) kept.insert(held_.extract(known));
        }
        held_ = std::move(kept);
        for (auto trait : traits) {
            StopRequest::check();
            if (!held_.contains(trait)) held_.emplace(trait, load(entries_[trait].file));
        }
    }

    bool is_complete(std::size_t trait) const override {
        auto const values = row(trait, 0);
        return std::ranges::none_of(values, [](float value) { return std::isnan(value); });
    }
    TraitPrediction how(std::size_t) const override { return {}; }
    std::optional<std::int64_t> trait_samples(std::size_t) const override { return {}; }
    std::vector<float> read(std::size_t trait, std::size_t contig) const override {
        auto const values = row(trait, contig);
        return {values.begin(), values.end()};
    }
    std::int64_t bytes_per_trait() const override {
        return 4 * static_cast<std::int64_t>(contigs_.size() * samples_);
    }
    std::vector<fs::path> files(std::span<std::size_t const> traits) const override {
        std::vector<fs::path> files{file_};
        for (auto trait : traits) files.push_back(entries_[trait].file);
        return files;
    }

private:
    using Held = std::vector<float>;  // Contigs x samples.

    std::span<float const> row(std::size_t trait, std::size_t contig) const {
        auto const held = held_.find(trait);
        expect(held != held_.end(), "the trait was prepared");
        return std::span{held->second}.subspan(contig * samples_, samples_);
    }

    Held load(fs::path const& file) {
        auto const read = reader_.read(file, contigs_);
        if (read.strangers > 0 && !std::exchange(told_, true)) {
            log_.note(fmt::format("predictors: {} of '{}' are not in the store",
                                  plural(read.strangers, "sample"), file.string()));
        }
        Held held;
        held.reserve(contigs_.size() * samples_);
        for (auto const& contig : contigs_) {
            auto const found = std::ranges::find(read.contigs, canonical_contig(contig),
                                                 [](auto const& c) { return canonical_contig(c); });
            if (found == read.contigs.end()) {
                refuse_contig(file, contig, read.contigs);
            }
            auto const first = read.values.begin() + (found - read.contigs.begin()) *
                                                         static_cast<std::ptrdiff_t>(samples_);
            held.insert(held.end(), first, first + static_cast<std::ptrdiff_t>(samples_));
        }
        // Who has none for one contig has none: a trait's samples are the same everywhere.
        for (std::size_t s = 0; s < samples_; ++s) {
            float value = 0;
            for (auto at = s; at < held.size(); at += samples_) value += held[at];
            if (!std::isnan(value)) continue;
            for (auto at = s; at < held.size(); at += samples_) held[at] = value;
        }
        return held;
    }

    std::size_t samples_;
    LocoReader reader_;
    std::vector<LocoEntry> entries_;
    Log& log_;
    bool told_ = false;
    std::map<std::size_t, Held> held_;
};

bool is_ours(fs::path const& path) { return path.extension() == ".h5"; }

fs::path find_file(fs::path const& path) {
    std::error_code ignored;
    auto file = path;
    if (fs::is_directory(path, ignored)) {
        file /= usual_name;
        if (!fs::exists(file, ignored)) {
            throw UserError{fmt::format(
                "--predictors '{}' holds no {} (only a run that made predictors does); name such a "
                "run, a {}, or a _pred.list of REGENIE's",
                path.string(), usual_name, usual_name)};
        }
    } else if (!fs::exists(path, ignored)) {
        throw UserError{fmt::format(
            "--predictors '{}' does not exist; name a run with predictors, a {}, or a _pred.list "
            "of REGENIE's",
            path.string(), usual_name)};
    }
    return file;
}

}  // namespace

PredictorReader read_predictors(fs::path const& path, Cohort const& cohort) {
    auto const file = find_file(path);
    PredictorReader reader{file};
    auto const& header = reader.header();
    if (header.fingerprint != cohort.index().fingerprint ||
        header.samples != cohort.samples().size()) {
        throw UserError{fmt::format(
            "'{}' was made for other samples ({} of them; the store has {}, and their IDs and "
            "order must be the same); make predictors with this store",
            file.string(), header.samples, cohort.samples().size())};
    }
    return reader;
}

std::unique_ptr<PredictorSource> open_predictors(fs::path const& path, Cohort const& cohort,
                                                 std::vector<std::string> contigs, Log& log) {
    auto file = find_file(path);
    if (is_ours(file)) {
        return std::make_unique<FileSource>(std::move(file), cohort, std::move(contigs), log);
    }
    return std::make_unique<TextSource>(std::move(file), cohort, std::move(contigs), log);
}

std::size_t find_predictor(PredictorSource const& source, std::string const& label,
                           std::span<std::string const> names) {
    auto const& traits = source.traits();
    for (auto const& name : names) {
        auto const found = std::ranges::find(traits, name);
        if (found != traits.end()) return static_cast<std::size_t>(found - traits.begin());
    }
    constexpr std::size_t shown = 10;
    auto const some = std::span{traits}.first(std::min(shown, traits.size()));
    throw UserError{fmt::format(
        "trait '{}' has no predictor{} ('{}' has {}: {}{}); leave the trait out of --trait, or "
        "make predictors for it",
        label, suggest(label, traits, ""), source.file().string(),
        plural(std::ssize(traits), "trait"), fmt::join(some, ", "),
        traits.size() > shown ? ", ..." : "")};
}

}  // namespace maniple
