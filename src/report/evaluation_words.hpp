/// \file  Numbers of evaluations in words, and where they are. Private to report.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/run/evaluation_file.hpp"

namespace maniple {

/// "AUC", "R²", "calibration slope": a metric as a heading has it; unknown ones as they are.
std::string metric_label(std::string_view metric);

/// What a useless score has of the main metric: 0 or 0.5.
double useless_value(Outcome outcome);

/// "odds_ratio_per_sd" and its like.
std::string_view effect_metric_of(Outcome outcome);

/// Three significant digits, no exponent where it can be read without; more decimals where a step
/// is small: two numbers that far apart differ. Empty of NaN.
/// \param step  not above 0, or no number: there is none.
std::string short_number(double value, double step = 0);

/// The step of numbers in or beside an interval: a tenth of its width.
double step_of(double lower, double upper);

/// A number that somebody gave, such as a time: with six digits where fewer would change it.
std::string given_number(double value);

/// "12.3%" of 0.123; more decimals where a step is small, as for `short_number`; empty of NaN.
std::string percent(double share, double step = 0);

/// "0.72 (0.68 to 0.76)"; without the interval where there is none; empty of NaN.
std::string with_interval(double estimate, double lower, double upper);

/// The same as percentages.
std::string percent_with_interval(double estimate, double lower, double upper);

/// What a line says, or its status.
std::string value_of(EvaluationRow const& row);

/// "1,000"; empty of -1.
std::string count_text(std::int64_t count);

/// "cases" or "events".
std::string_view noun_of_cases(Outcome outcome);

/// "highest fifth" of "fifth 5".
std::string name_of_part(std::string const& part);

/// "p = 0.003" of -log10 p; empty where it is no number.
std::string p_in_words(double neg_log10_p);

/// Which line is wanted; an empty word stands for any.
struct RowWanted {
    RowKind kind = RowKind::estimate;
    std::string_view metric = {};
    std::string_view factor = {};  ///< Empty: everybody.
    std::string_view group = {};
    std::string_view part = {};
};

/// Lines of everybody, or of groups of a factor, in the order of the file.
std::vector<EvaluationRow const*> find_rows(EvaluationFile const& file, RowWanted const& wanted);

/// The first of them; null: there is none.
EvaluationRow const* find_row(EvaluationFile const& file, RowWanted const& wanted);

/// Is this an estimate with an interval?
bool has_interval(EvaluationRow const* row);

/// How many times the predicted hazard the observed one is at the mean prediction, with its 95%
/// interval: the calibration line's level less its centre, of times to events. Nothing: not known.
std::optional<Proportion> hazard_ratio_observed(EvaluationFile const& file);

/// Factors in the order of the file.
std::vector<std::string> list_factors(EvaluationFile const& file);

}  // namespace maniple
