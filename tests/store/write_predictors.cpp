/// \file  Text to predictors.h5, for tests of what reads it: STORE LIST OUT CONTIGS [SCALE]
/// [whole].
///
/// CONTIGS: comma separated rows of the .loco files. SCALE: of every trait, else that of its
/// residual; the word "odds": they are log odds. With `whole`, the last contig is the prediction
/// from all of them.
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/store/loco_file.hpp"
#include "maniple/store/predictor_file.hpp"

namespace {

void convert(std::vector<std::string> const& words) {
    maniple::Cohort const cohort{words.at(0)};
    auto const entries = maniple::read_loco_list(words.at(1));
    std::vector<std::string> contigs;
    std::istringstream list{words.at(3)};
    for (std::string contig; std::getline(list, contig, ',');) contigs.push_back(contig);
    maniple::PredictorHeader header{.traits = {},
                                    .contigs = contigs,
                                    .method = "text",
                                    .covariates = "",
                                    .source = "write_predictors",
                                    .fingerprint = cohort.index().fingerprint,
                                    .samples = cohort.samples().size()};
    if (words.size() > 5) {
        header.whole = maniple::WholeGenome::present;
        header.contigs.pop_back();
    }
    for (auto const& entry : entries) header.traits.push_back(entry.trait);
    bool const is_odds = words.size() > 4 && words[4] == "odds";
    auto const unit =
        is_odds ? maniple::PredictionUnit::log_odds : maniple::PredictionUnit::residual_sd;
    double const scale = is_odds ? 1 : words.size() > 4 ? std::stod(words[4]) : std::nan("");
    maniple::LocoReader reader{cohort.samples()};
    maniple::PredictorWriter writer{words.at(2), header};
    for (std::size_t t = 0; t < entries.size(); ++t) {
        auto const read = reader.read(entries[t].file, contigs);
        writer.write(maniple::TraitIndex{static_cast<std::int64_t>(t)},
                     {.unit = unit, .scale = scale},
                     {read.values.data(), header.slices(), header.samples});
    }
    writer.finish(maniple::ExistingFile::replace);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        convert({argv + 1, argv + argc});
    } catch (std::exception const& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
