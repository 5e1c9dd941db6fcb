/// \file  Descriptions of scores as they lie in a model file. Private to store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/core/checksum.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// Descriptions, one dataset per field. Fields that a score has any number of lie one score after
/// the other, beside the position of their score.
struct DescriptionLayout {
    std::vector<std::string> names, traits, reported_traits, methods;
    std::vector<std::uint8_t> outcomes, flags;
    std::vector<std::int64_t> variants, training_samples, training_cases, iterations,
        recalibration_samples;
    std::vector<std::vector<double>> numbers;  ///< In the order of number_names().
    std::vector<std::int32_t> covariate_scores, baseline_scores;
    std::vector<std::string> covariate_names;
    std::vector<double> covariate_coefficients, baseline_times, baseline_hazards;

    void add_to(Checksum& sum) const;
};

DescriptionLayout lay_out(std::vector<ScoreDescription> const& scores,
                          std::vector<std::int64_t> const& variants);
void write_descriptions(hdf5::File& file, DescriptionLayout const& layout);
DescriptionLayout read_descriptions(hdf5::File const& file);

/// The inverse of lay_out. \throws CorruptInput where a code or position is unknown.
std::vector<ScoreDescription> read_scores(hdf5::File const& file, DescriptionLayout const& layout);

}  // namespace maniple
