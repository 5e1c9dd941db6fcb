#include "maniple/store/loco_file.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::ScratchFolder;

constexpr float none = std::numeric_limits<float>::quiet_NaN();

Samples make_people(std::vector<std::string> families, std::vector<std::string> ids) {
    Samples samples{.ids = std::move(ids), .families = std::move(families), .sexes = {}};
    samples.sexes.resize(samples.ids.size());
    return samples;
}

struct Fixture {
    std::filesystem::path write(std::string const& name, std::string const& text) const {
        test::write_bytes(folder / name, {text.begin(), text.end()});
        return folder / name;
    }

    LocoPredictions read(std::string const& text, std::vector<std::string> const& contigs) const {
        return LocoReader{samples}.read(write("x.loco", text), contigs);
    }

    std::string refusal(std::string const& text) const {
        try {
            read(text, {"1", "2"});
        } catch (UserError const& error) {
            return error.what();
        }
        return "";
    }

    ScratchFolder folder;
    Samples samples = make_people({"f1", "f2", "0", "f_4"}, {"a", "b", "c", "d_e"});
};

bool are_equal(std::vector<float> const& a, std::vector<float> const& b) {
    return std::ranges::equal(
        a, b, [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_CASE_METHOD(Fixture, "LocoReader: names by family and individual, or by individual",
                 "[store]") {
    auto const both = read("FID_IID f1_a 9_c f_4_d_e f2_b\n1 0.5 -1e-3 3 NA\n2 1 2 3 4\n", {"1"});
    CHECK(both.contigs == std::vector<std::string>{"1"});
    CHECK(are_equal(both.values, {0.5F, none, -1e-3F, 3.0F}));
    CHECK(both.strangers == 0);
    auto const alone = read("FID_IID\td_e\tc\tnobody\ta\r\n1\t1\t2\t3\t4\r\n", {"chr1"});
    CHECK(are_equal(alone.values, {4.0F, none, 2.0F, 1.0F}));
    CHECK(alone.strangers == 1);
    // In another family, it is somebody else.
    CHECK(read("FID_IID f9_a f2_b\n1 1 2\n", {"1"}).strangers == 1);
}

TEST_CASE_METHOD(Fixture, "LocoReader: rows are chosen by contig, whichever way it is spelt",
                 "[store]") {
    auto const text = "FID_IID a b\n1 1 2\n\nX 3 4\n23_alt what ever\nMT 5 6\n02 7 8\n";
    auto const found = read(text, {"chr23", "2", "26", "4"});
    CHECK(found.contigs == std::vector<std::string>{"X", "MT", "02"});
    // A row of nothing is none.
    CHECK(read("FID_IID a b\n1 NA NA\n2 NA 3\n", {"1", "2"}).contigs ==
          std::vector<std::string>{"2"});
    CHECK(are_equal(found.values, {3, 4, none, none, 5, 6, none, none, 7, 8, none, none}));
}

TEST_CASE_METHOD(Fixture, "LocoReader: the family decides between readings of a name", "[store]") {
    samples = make_people({"x", "x_y", "0"}, {"y_z", "z", "w_v"});
    CHECK_THROWS_AS(read("FID_IID q_z\n1 1\n", {"1"}), UserError);
    auto const first = read("FID_IID x_y_z\n1 1\n", {"1"});
    CHECK(are_equal(first.values, {1, none, none}));
    samples = make_people({"0", "0"}, {"y_z", "z"});
    CHECK(refusal("FID_IID x_y_z\n1 1\n").find("fits several samples") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "LocoReader: what is wrong is said with its line", "[store]") {
    auto const says = [&](std::string const& text, std::string const& message) {
        INFO(refusal(text));
        CHECK(refusal(text).find(message) != std::string::npos);
    };
    says("", "is empty");
    says("IID a b\n1 1 2\n", "does not begin with FID_IID");
    says("FID_IID\n1\n", "names 0 samples");
    says("FID_IID q r\n1 1 2\n", "store has none of them");
    says("FID_IID a f1_a\n1 1 2\n", "field 3 is a sample that was there before");
    says("FID_IID a b\n1 1 2\n2 3\n", "line 3 does not have 2 values");
    says("FID_IID a b\n1 1 2 3\n", "line 2 does not have 2 values");
    says("FID_IID a b\n1 1 x\n", "line 2 field 3 is 'x'");
    says("FID_IID a b\n1 1 inf\n", "field 3 is 'inf'");
    says("FID_IID a b\n1 1 1e39\n", "field 3 is '1e39'");
    says("FID_IID a b\n1 1 2\n01 1 2\n", "line 3 is of contig '01', as a line before");
    // No person is named.
    CHECK(refusal("FID_IID a secret\n1 1 2 3\n").find("secret") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "write_loco: what is written is read, bit for bit", "[store]") {
    auto const name = GENERATE(std::string{"y.loco"}, std::string{"y.loco.gz"});
    std::vector<LocoRow> rows;
    for (int c = 1; c < 4; ++c) {
        rows.push_back({.contig = std::to_string(c),
                        .values = {0.1F * static_cast<float>(c), -1.0F / 3, none, 1e-20F}});
    }
    rows[1].values[3] = none;
    write_loco(folder / name, samples, rows, ExistingFile::refuse);
    CHECK_THROWS_AS(write_loco(folder / name, samples, rows, ExistingFile::refuse),
                    EnvironmentError);
    std::vector<std::string> const contigs{"1", "2", "3"};
    auto const read = LocoReader{samples}.read(folder / name, contigs);
    CHECK(read.contigs == contigs);
    for (std::size_t c = 0; c < rows.size(); ++c) {
        auto const first = read.values.begin() + static_cast<std::ptrdiff_t>(4 * c);
        CHECK(are_equal({first, first + 4}, rows[c].values));
    }
    if (!name.ends_with(".gz")) {
        auto const bytes = bytes_of(folder / name);
        std::string const text{bytes.begin(), bytes.end()};
        CHECK(text.starts_with("FID_IID f1_a f2_b f_4_d_e\n1 0.1 "));
    }
    CHECK_THROWS_AS(write_loco(folder / "z.loco", samples, {}, ExistingFile::refuse),
                    ContractViolation);
}

TEST_CASE_METHOD(Fixture, "read_loco_list: paths as written, or beside the list", "[store]") {
    auto const here = write("one.loco", "FID_IID a\n1 1\n");
    std::filesystem::create_directory(folder / "two words");
    auto const there = write("two words/two.loco", "FID_IID a\n1 1\n");
    std::vector<LocoEntry> const entries{{"height", here}, {"weight", there}};
    write_loco_list(folder / "y_pred.list", entries, ExistingFile::refuse);
    auto const read = read_loco_list(folder / "y_pred.list");
    REQUIRE(read.size() == 2);
    CHECK(read[0].trait == "height");
    CHECK(read[0].file == here);
    CHECK(read[1].file == there);
    auto const moved = read_loco_list(
        write("m_pred.list", "height /elsewhere/one.loco\n\nweight two words/two.loco\n"));
    CHECK(moved[0].file == here);
    CHECK(moved[1].file == there);

    auto const refused = [&](std::string const& text, std::string const& message) {
        CHECK_THROWS_WITH(read_loco_list(write("n_pred.list", text)), Catch::Contains(message));
    };
    refused("height /elsewhere/none.loco\n", "'none.loco' beside the list");
    refused("height\n", "line 1 has one field");
    refused("", "lists no predictions");
    refused("height one.loco\nheight one.loco\n", "line 2: trait 'height' comes twice");
}

TEST_CASE_METHOD(Fixture, "LocoReader: a name of a million underscores is nobody, at once",
                 "[store]") {
    auto const read_one = read("FID_IID c " + std::string(1'000'000, '_') + "\n1 1 2\n", {"1"});
    CHECK(read_one.strangers == 1);
}

}  // namespace
}  // namespace maniple
