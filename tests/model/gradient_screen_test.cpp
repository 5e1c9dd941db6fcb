#include "maniple/model/gradient_screen.hpp"

#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

struct Scene {
    PackedBlock genotypes;
    std::vector<SampleMask> masks;
    std::vector<std::vector<std::vector<double>>> residuals;  // problem, column, sample
};

Scene make_scene(std::int64_t variants, std::int64_t samples, unsigned seed) {
    std::mt19937 random{seed};
    std::normal_distribution<double> normal;
    Scene scene{PackedBlock{variants, samples}, {}, {}};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        // Monomorphic, rare, common, nothing called, all heterozygous.
        unsigned const kind = static_cast<unsigned>(v.get()) % 5;
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            unsigned genotype = 0;
            if (kind == 1) genotype = random() % 40 == 0 ? 1 : 0;
            if (kind == 2) genotype = static_cast<unsigned>(random() % 3);
            if (kind == 3) genotype = 3;
            if (kind == 4) genotype = 1;
            if (kind != 3 && random() % 20 == 0) genotype = 3;
            scene.genotypes.set(v, s, genotype);
        }
    }
    for (int problem = 0; problem < 3; ++problem) {
        SampleMask mask{samples};
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            if (problem == 0 || random() % 3 != 0) mask.insert(s);
        }
        std::vector<std::vector<double>> columns;
        for (int c = 0; c <= problem; ++c) {
            std::vector<double> column(static_cast<std::size_t>(samples), 0.0);
            mask.for_each([&](SampleIndex s) { column[s.at()] = normal(random) + 0.1; });
            columns.push_back(std::move(column));
        }
        scene.masks.push_back(std::move(mask));
        scene.residuals.push_back(std::move(columns));
    }
    return scene;
}

std::vector<ScreenedResiduals> screened(Scene const& scene) {
    std::vector<ScreenedResiduals> problems;
    for (std::size_t p = 0; p < scene.masks.size(); ++p) {
        problems.push_back({.samples = &scene.masks[p],
                            .residuals = {scene.residuals[p].begin(), scene.residuals[p].end()}});
    }
    return problems;
}

// From the definition, in double precision.
double naive_gradient(Scene const& scene, std::size_t problem, std::vector<double> const& residuals,
                      LocalVariantIndex v) {
    auto const view = scene.genotypes.view();
    auto const samples = scene.masks[problem].list();
    double called = 0;
    double sum = 0;
    for (auto s : samples) {
        auto const genotype = view.genotype(v, s);
        if (genotype == missing_genotype) continue;
        called += 1;
        sum += genotype;
    }
    if (called == 0) return 0;
    double squares = 0;
    double product = 0;
    for (auto s : samples) {
        auto const genotype = view.genotype(v, s);
        if (genotype == missing_genotype) continue;
        auto const centred = genotype - sum / called;
        squares += centred * centred;
        product += centred * residuals[s.at()];
    }
    auto const count = static_cast<double>(samples.size());
    if (squares < 1e-9) return 0;
    return product / count / std::sqrt(squares / count);
}

void check_scene(std::int64_t variants, std::int64_t samples) {
    auto const scene = make_scene(variants, samples, static_cast<unsigned>(samples));
    auto const problems = screened(scene);
    GradientScreen const screen{problems};
    REQUIRE(screen.columns() == 6);
    GradientScreen::Workspace work{screen, variants};
    std::vector<double> room(static_cast<std::size_t>(6 * variants));
    MatrixView<double> const gradients{room.data(), 6, variants};
    screen.gradients(scene.genotypes.view(), work, gradients);
    std::int64_t column = 0;
    for (std::size_t p = 0; p < scene.masks.size(); ++p) {
        for (auto const& residuals : scene.residuals[p]) {
            for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
                CHECK(gradients(column, v.get()) ==
                      Approx(naive_gradient(scene, p, residuals, v)).margin(2e-9));
            }
            ++column;
        }
    }
}

TEST_CASE("GradientScreen: gradients are those of standardised genotypes, missing ones the mean") {
    check_scene(10, 300);
    check_scene(7, 257);
    check_scene(1, 33);
    check_scene(64, 1000);
}

TEST_CASE("GradientScreen: what callers must not do") {
    auto const scene = make_scene(5, 100, 1);
    CHECK_THROWS_AS(GradientScreen{std::span<ScreenedResiduals const>{}}, ContractViolation);
    auto problems = screened(scene);
    GradientScreen const screen{problems};
    GradientScreen::Workspace small{screen, 4};
    std::vector<double> room(30);
    CHECK_THROWS_AS(screen.gradients(scene.genotypes.view(), small, {room.data(), 6, 5}),
                    ContractViolation);
    GradientScreen::Workspace work{screen, 5};
    CHECK_THROWS_AS(screen.gradients(scene.genotypes.view(), work, {room.data(), 5, 5}),
                    ContractViolation);
    problems[0].residuals = {};
    CHECK_THROWS_AS(GradientScreen{problems}, ContractViolation);
}

}  // namespace
}  // namespace maniple
