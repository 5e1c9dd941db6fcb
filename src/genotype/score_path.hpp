// `add_scores` with the instruction set open, for tests.
#pragma once

#include "maniple/genotype/score_product.hpp"
#include "product_forms.hpp"
#include "score_forms.hpp"
#include "transposition_forms.hpp"

namespace maniple {

struct ScoreForms {
    ProductForm const* product;
    ScoreForm const* score;
    TransposeSquare* transpose;
};

// \pre this processor runs it
ScoreForms score_forms(InstructionSet set);

void add_scores(ScoreForms const& forms, std::span<std::span<std::uint64_t const> const> rows,
                ScoreTile const& tile, Range<SampleIndex> samples, ScoreWorkspace& workspace,
                MatrixView<std::int64_t> sums);

}  // namespace maniple
