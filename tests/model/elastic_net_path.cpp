// Fits a path of penalties to a text file and prints it, so that other programs' fits can be
// compared.
//
// usage: elastic_net_path FILE
//   line 1  quantitative|binary|time_to_event MIXING TOLERANCE COVARIATES
//   line 2  penalties, descending; or "path COUNT RATIO" from the smallest that leaves all out
//   line 3  values; "nan" = missing
//   line 4  events, for times to event alone
//   then    covariates, one a line
//   then    variants, one a line: a digit per sample, 0 to 2 or 3 = missing
// prints per penalty two lines: PENALTY CONVERGED VIOLATION SWEEPS INTERCEPT COEFFICIENTS..., and
// VARIANT:EFFECT ... of those in the model.
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/model/elastic_net.hpp"
#include "maniple/model/penalised_screen.hpp"

namespace maniple {
namespace {

std::vector<double> numbers(std::string const& line) {
    std::istringstream words{line};
    std::vector<double> values;
    for (std::string word; words >> word;) values.push_back(std::stod(word));
    return values;
}

struct Problem {
    explicit Problem(char const* path) : file{path} {
        std::string line;
        std::string outcome;
        std::size_t covariate_count = 0;
        std::getline(file, line);
        std::istringstream{line} >> outcome >> options.mixing >> options.tolerance >>
            covariate_count;
        trait.outcome = outcome == "quantitative" ? Outcome::quantitative
                        : outcome == "binary"     ? Outcome::binary
                                                  : Outcome::time_to_event;
        std::getline(file, penalties);
        std::getline(file, line);
        values = numbers(line);
        if (trait.outcome == Outcome::time_to_event) {
            std::getline(file, line);
            events = numbers(line);
        }
        for (std::size_t c = 0; c < covariate_count; ++c) {
            std::getline(file, line);
            covariates.push_back({"x" + std::to_string(c + 1), numbers(line)});
        }
        trait.values = values;
        trait.events = events;
        trait.covariates = covariates;
    }

    std::ifstream file;
    std::string penalties;
    std::vector<double> values;
    std::vector<double> events;
    std::vector<Covariate> covariates;
    PenalisedTrait trait;
    ElasticNetOptions options;
};

double largest_gradient(ElasticNet const& net, PackedView genotypes) {
    FixedPointMatrix residuals{genotypes.samples(), 1};
    std::span<double const> const column = net.residuals();
    residuals.fit_columns(0, {&column, 1});
    ScreenWorkspace workspace{genotypes.samples(), 1, genotypes.variants()};
    std::vector<double> gradients(static_cast<std::size_t>(genotypes.variants()));
    std::size_t const set = 0;
    screen_block(genotypes, {residuals, {&set, 1}, net.samples()}, {&net.samples(), 1}, workspace,
                 {gradients.data(), 1, genotypes.variants()});
    double largest = 0;
    for (double gradient : gradients) largest = std::max(largest, std::abs(gradient));
    return largest;
}

std::vector<double> penalties_of(Problem const& problem, ElasticNet const& net,
                                 PackedView genotypes) {
    if (!problem.penalties.starts_with("path")) return numbers(problem.penalties);
    auto const shape = numbers(problem.penalties.substr(4));
    double const first = largest_gradient(net, genotypes) / problem.options.mixing;
    std::vector<double> penalties;
    for (double k = 0; k < shape.at(0); ++k)
        penalties.push_back(first * std::pow(shape.at(1), k / (shape[0] - 1)));
    return penalties;
}

void print(ElasticNet const& net, double penalty) {
    auto const covariates = net.covariate_model();
    std::cout << fmt::format("{:.17g} {} {:.3g} {} {:.17g}", penalty, net.has_converged() ? 1 : 0,
                             net.largest_violation(), net.iterations(), covariates.intercept);
    for (double coefficient : covariates.coefficients)
        std::cout << fmt::format(" {:.17g}", coefficient);
    std::cout << '\n';
    auto const effects = net.effects();
    for (std::size_t v = 0; v < effects.size(); ++v) {
        if (effects[v] != 0) std::cout << fmt::format("{}:{:.17g} ", v, effects[v]);
    }
    std::cout << '\n';
}

void run(char const* path) {
    Problem problem{path};
    auto const samples = std::ssize(problem.values);
    std::vector<std::string> rows;
    for (std::string line; std::getline(problem.file, line);) rows.push_back(std::move(line));
    PackedBlock block{std::ssize(rows), samples};
    for (LocalVariantIndex v{0}; v.get() < block.variants(); ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s)
            block.set(v, s, static_cast<unsigned>(rows[v.at()].at(s.at()) - '0'));
    }
    SampleMask everyone{samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) everyone.insert(s);

    ElasticNet net{problem.trait, everyone, problem.options};
    auto const start = std::chrono::steady_clock::now();
    net.add_variants(block.view());
    for (double penalty : penalties_of(problem, net, block.view())) {
        net.solve(penalty);
        print(net, penalty);
    }
    std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
    std::cerr << fmt::format("{:.3f} s\n", taken.count());
}

}  // namespace
}  // namespace maniple

int main(int count, char** words) {
    try {
        if (count != 2) throw std::runtime_error{"usage: elastic_net_path FILE"};
        maniple::run(words[1]);
        return 0;
    } catch (std::exception const& problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
