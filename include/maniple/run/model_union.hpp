/// \file  Scores of several files in one model.
#pragma once

#include <filesystem>
#include <memory>

#include "maniple/store/model_file.hpp"

namespace maniple {

/// Makes one model of the scores of many files, in the order in which they are added. Variants that
/// agree in place, alleles and frequency (without a place: in ID and alleles) become one, at the
/// first of them; each score keeps exactly the weights and frequencies it has alone. Memory: the
/// variants once, and sixteen bytes a weight.
class ModelUnion {
public:
    ModelUnion();
    ModelUnion(ModelUnion&&) noexcept;
    ModelUnion& operator=(ModelUnion&&) noexcept;
    ~ModelUnion();

    /// \param file  where the model comes from, for messages.
    /// \throws UserError naming two files where scores share a name, or positions are of different
    ///         genome builds.
    void add(std::filesystem::path const& file, ScoreModel model);

    /// The union. \pre a model was added
    ScoreModel finish() &&;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
