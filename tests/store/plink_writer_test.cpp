#include "maniple/store/plink_writer.hpp"

#include <catch2/catch.hpp>

#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;

Samples two_people() {
    return {.ids = {"a", "b"}, .families = {"0", "f"}, .sexes = {Sex::male, Sex::unknown}};
}

VariantBlock one_variant() {
    VariantBlock block{"X", {{12, "rs1", "C", "T"}}, PackedBlock{1, 2}};
    block.genotypes.set(LocalVariantIndex{0}, SampleIndex{0}, 1);
    block.genotypes.set(LocalVariantIndex{0}, SampleIndex{1}, missing_genotype);
    return block;
}

TEST_CASE("PlinkWriter: writes the three files byte for byte", "[store]") {
    ScratchFolder const folder;
    PlinkWriter writer{folder.path() / "out", two_people()};
    writer.append(one_variant());
    writer.finish();

    CHECK(text_of(folder.path() / "out.fam") == "0\ta\t0\t0\t1\t-9\nf\tb\t0\t0\t0\t-9\n");
    CHECK(text_of(folder.path() / "out.bim") == "X\trs1\t0\t12\tT\tC\n");
    // a: one copy = 10, b: missing = 01, padding 00.
    CHECK(text_of(folder.path() / "out.bed") == std::string{"\x6c\x1b\x01\x06", 4});
}

TEST_CASE("PlinkWriter: nothing is left of a writer that did not finish", "[store]") {
    ScratchFolder const folder;
    {
        PlinkWriter writer{folder.path() / "out", two_people()};
        writer.append(one_variant());
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("PlinkWriter: refuses names of several words and blocks of other samples", "[store]") {
    ScratchFolder const folder;
    Samples people = two_people();
    people.ids[1] = "b c";
    CHECK_THROWS_AS(PlinkWriter(folder.path() / "out", people), UserError);
    CHECK_THROWS_WITH(PlinkWriter(folder.path() / "out", people),
                      Catch::Contains("sample 2") && !Catch::Contains("b c"));

    PlinkWriter writer{folder.path() / "out", two_people()};
    VariantBlock const other{"1", {{1, ".", "A", "C"}}, PackedBlock{1, 3}};
    CHECK_THROWS_AS(writer.append(other), ContractViolation);
}

TEST_CASE("PlinkWriter: a folder that is not there is an environment error", "[store]") {
    ScratchFolder const folder;
    CHECK_THROWS_AS(PlinkWriter(folder.path() / "no" / "out", two_people()), EnvironmentError);
}

}  // namespace
}  // namespace maniple
