// Null model and effects of a time-to-event trait in a text file, so that other programs' fits can
// be compared.
//
// usage: hazard_effects FILE COVARIATES
//   FILE has a line per sample: time, event (0 or 1), covariates, genotypes; numbers alone.
// prints lines of numbers that start with a word: "null LOG_LIKELIHOOD"; "expected" and events
// expected of each sample; per genotype
// "given U INFORMATION RISE(0.5) RISE(-0.5)", the log partial likelihood of the genotype beside the
// null model's predictor;
// "adjusted U POISSON_INFORMATION INFORMATION", that of what covariates leave of it, and
// "firth BETA STANDARD_ERROR LIKELIHOOD_RATIO TAIL", the last being -log10 p by the saddlepoint;
// "counted" and the same from the Poisson form given the number of events.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "../src/model/outcome_loss.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/firth_effect.hpp"
#include "maniple/model/given_total.hpp"
#include "maniple/model/hazard_cumulants.hpp"
#include "maniple/model/hazard_null.hpp"

namespace maniple {
namespace {

void print(std::string const& name, std::vector<double> const& values) {
    std::cout << name;
    for (double value : values) std::cout << fmt::format(" {:.17g}", value);
    std::cout << '\n';
}

std::vector<std::vector<double>> read_columns(char const* path) {
    std::ifstream file{path};
    std::vector<std::vector<double>> columns;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields{line};
        double value = 0;
        for (std::size_t c = 0; fields >> value; ++c) {
            if (c == columns.size()) columns.emplace_back();
            columns[c].push_back(value);
        }
    }
    return columns;
}

double weighted_dot(std::vector<double> const& weights, std::span<double const> a,
                    std::span<double const> b) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * a[i] * b[i];
    return sum;
}

/// What covariates, weighted with expected events, leave of a genotype.
std::vector<double> adjust(CovariateBasis const& made, HazardNull const& null,
                           std::vector<double> genotypes) {
    auto const rank = made.basis.columns();
    auto factor = weighted_gram(null.expected, made.basis, 0);
    factorize(factor, rank);
    std::vector<double> b;
    for (std::int64_t r = 0; r < rank; ++r)
        b.push_back(weighted_dot(null.expected, made.basis.column(r), genotypes));
    solve_lower(factor, b);
    for (auto r = b.size(); r-- > 0;) {
        for (auto k = r + 1; k < b.size(); ++k) b[r] -= factor[k * (k + 1) / 2 + r] * b[k];
        b[r] /= factor[r * (r + 1) / 2 + r];
    }
    for (std::int64_t r = 0; r < rank; ++r) {
        for (std::size_t i = 0; i < genotypes.size(); ++i)
            genotypes[i] -= b[static_cast<std::size_t>(r)] * made.basis.column(r)[i];
    }
    return genotypes;
}

CumulantFunction poisson_cumulants(std::vector<double> const& expected,
                                   std::vector<double> const& rest) {
    double reach = 0;
    for (double g : rest) reach = std::max(reach, std::abs(g));
    auto const at = [&expected, &rest](double t) {
        CumulantPoint point;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            double const g = rest[i];
            double const tilted = expected[i] * std::exp(t * g);
            point.value += tilted - expected[i] - t * g * expected[i];
            point.first += g * (tilted - expected[i]);
            point.second += g * g * tilted;
            point.third += g * g * g * tilted;
            point.fourth += g * g * g * g * tilted;
        }
        return point;
    };
    return {.at = at, .origin = at(0), .limit = 60 / reach, .smooth = 1e-3 / reach};
}

void print_effect(std::string const& name, CumulantFunction const& cumulants, double score) {
    auto const effect = fit_firth_effect(cumulants, score);
    print(name, {effect.beta, effect.standard_error, effect.likelihood_ratio,
                 neg_log10_p_saddlepoint(cumulants, score)});
}

int run(char const* path, std::size_t covariates) {
    auto const columns = read_columns(path);
    auto const samples = std::ssize(columns.at(0));
    std::vector<std::uint8_t> is_event;
    for (double value : columns.at(1)) is_event.push_back(value != 0 ? 1 : 0);
    std::vector<SampleIndex> everyone;
    for (std::int64_t i = 0; i < samples; ++i) everyone.emplace_back(i);
    std::vector<Covariate> given;
    for (std::size_t c = 0; c < covariates; ++c) given.push_back({"covariate", columns.at(2 + c)});
    auto const made = make_basis(everyone, given);
    auto const null = fit_hazard_null(made, samples, {.times = columns[0], .is_event = is_event});
    if (null.status != FitStatus::ok) {
        std::cerr << "hazard_effects: " << to_string(null.status) << '\n';
        return 2;
    }
    print("null", {null.log_likelihood});
    print("expected", null.expected);
    HazardCumulants work{samples, null.risk_sets.events()};
    for (auto c = 2 + covariates; c < columns.size(); ++c) {
        work.set_all(null.risk_sets, columns[c]);
        auto const raw = work.function();
        print("given", {work.score(), raw.origin.second, 0.5 * work.score() - raw.at(0.5).value,
                        -0.5 * work.score() - raw.at(-0.5).value});
        auto const rest = adjust(made, null, columns[c]);
        work.set_all(null.risk_sets, rest);
        auto const cumulants = work.function();
        print("adjusted",
              {work.score(), weighted_dot(null.expected, rest, rest), cumulants.origin.second});
        print_effect("firth", cumulants, work.score());
        print_effect("counted",
                     given_total(poisson_cumulants(null.expected, rest),
                                 static_cast<double>(null.risk_sets.events())),
                     work.score());
    }
    return 0;
}

}  // namespace
}  // namespace maniple

int main(int count, char** words) {
    if (count != 3) {
        std::cerr << "usage: hazard_effects FILE COVARIATES\n";
        return 1;
    }
    try {
        return maniple::run(words[1], std::stoul(words[2]));
    } catch (std::exception const& failure) {
        std::cerr << "hazard_effects: " << failure.what() << '\n';
        return 2;
    }
}
