#include "maniple/store/summary_statistics_writer.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;

constexpr float absent = std::numeric_limits<float>::quiet_NaN();

struct Example {
    Variant good{100, "rs1", "C", "T"};
    Variant bad{200, ".", "G", "A"};

    void write(std::filesystem::path const& path, StatisticsFormat format, int threads = 1) const {
        SummaryStatisticsWriter writer{path, format, threads};
        writer.append({"1", good, 0.123456789012, 0.5F, 1.25F, 0.1F, 378, "ok"});
        writer.append({"1", bad, std::nan(""), absent, absent, 0.0F, 379, "constant_genotype"});
        writer.finish(ExistingFile::refuse);
    }
};

TEST_CASE("SummaryStatisticsWriter: writes each format's columns", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "out";

    SECTION("gwas-ssf") {
        Example{}.write(path, StatisticsFormat::gwas_ssf);
        CHECK(text_of(path) ==
              "chromosome\tbase_pair_location\teffect_allele\tother_allele\tbeta\tstandard_error\t"
              "effect_allele_frequency\tneg_log_10_p_value\tvariant_id\tn\tstatus\n"
              "1\t100\tT\tC\t0.123456789\t0.5\t0.1\t1.25\trs1\t378\tok\n"
              "1\t200\tA\tG\tNA\tNA\t0\tNA\t.\t379\tconstant_genotype\n");
    }
    SECTION("regenie") {
        Example{}.write(path, StatisticsFormat::regenie);
        CHECK(text_of(path) ==
              "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ N TEST BETA SE CHISQ LOG10P EXTRA\n"
              "1 100 rs1 C T 0.1 378 ADD 0.123456789 0.5 0.060966317 1.25 NA\n"
              "1 200 . G A 0 379 ADD NA NA NA NA constant_genotype\n");
    }
    SECTION("plink") {
        Example{}.write(path, StatisticsFormat::plink);
        CHECK(text_of(path) ==
              "#CHROM\tPOS\tID\tREF\tALT\tA1\tA1_FREQ\tTEST\tOBS_CT\tBETA\tSE\tT_STAT\tP\tERRCODE\n"
              "1\t100\trs1\tC\tT\tT\t0.1\tADD\t378\t0.123456789\t0.5\t0.24691358\t0.0562341\t.\n"
              "1\t200\t.\tG\tA\tA\t0\tADD\t379\tNA\tNA\tNA\tNA\tconstant_genotype\n");
    }
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("SummaryStatisticsWriter: a name in .gz is bgzipped and indexed", "[store]") {
    if (std::system("command -v tabix >/dev/null 2>&1") != 0) {
        WARN("tabix is not installed: indices were not read");
        return;
    }
    ScratchFolder const folder;
    auto const run = [&](std::string const& command) {
        auto const out = folder.path() / "answer";
        REQUIRE(std::system(
                    fmt::format("cd {} && {} > {}", folder.path().string(), command, out.string())
                        .c_str()) == 0);
        return text_of(out);
    };
    for (auto const format : {StatisticsFormat::gwas_ssf, StatisticsFormat::plink}) {
        Example{}.write(folder.path() / "out.gz", format, 2);
        Example{}.write(folder.path() / "out", format);
        CHECK(run("gzip -dc out.gz") == text_of(folder.path() / "out"));
        auto const found = run("tabix out.gz 1:150-250");
        CHECK(found.starts_with("1\t200\t"));
        CHECK(std::ranges::count(found, '\n') == 1);
        for (auto const* name : {"out.gz", "out.gz.tbi", "out"}) {
            CHECK(std::filesystem::remove(folder.path() / name));
        }
    }
    Example{}.write(folder.path() / "out.gz", StatisticsFormat::regenie);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "out.gz.tbi"));
}

TEST_CASE("SummaryStatisticsWriter: positions beyond a .tbi get a .csi", "[store]") {
    ScratchFolder const folder;
    Variant const low{0, ".", "A", "C"};
    Variant const high{1 << 30, ".", "A", "C"};
    SummaryStatisticsWriter writer{folder.path() / "out.gz", StatisticsFormat::gwas_ssf, 1};
    writer.append({"1", low, 1, 1, 1, 0.5F, 9, "ok"});
    writer.append({"1", high, 2, 1, 1, 0.5F, 9, "ok"});
    writer.finish(ExistingFile::refuse);
    CHECK(writer.index() == folder.path() / "out.gz.csi");
    if (std::system("command -v tabix >/dev/null 2>&1") != 0) return;
    auto const out = folder.path() / "answer";
    REQUIRE(std::system(fmt::format("tabix {} 1:1073741824 > {}",
                                    (folder.path() / "out.gz").string(), out.string())
                            .c_str()) == 0);
    CHECK(text_of(out).starts_with("1\t1073741824\t"));
}

TEST_CASE("SummaryStatisticsWriter: an unfinished file leaves nothing behind", "[store]") {
    ScratchFolder const folder;
    {
        Variant const variant{1, ".", "A", "C"};
        SummaryStatisticsWriter writer{folder.path() / "out.gz", StatisticsFormat::gwas_ssf, 2};
        writer.append({"1", variant, 1, 1, 1, 0.5F, 9, "ok"});
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK_THROWS_AS(
        SummaryStatisticsWriter(folder.path() / "no" / "out", StatisticsFormat::plink, 1),
        EnvironmentError);
}

TEST_CASE("format_p_value: neither underflows nor shows ten as a mantissa", "[store]") {
    CHECK(format_p_value(0) == "1");
    CHECK(format_p_value(1.25) == "0.0562341");
    CHECK(format_p_value(7.30103) == "5e-08");
    CHECK(format_p_value(400 - std::log10(1.23)) == "1.23e-400");
    CHECK(format_p_value(400) == "1e-400");
    CHECK(format_p_value(400.0000000001) == "1e-400");
    CHECK(format_p_value(1234.5) == "3.16228e-1235");
    CHECK(format_p_value(absent) == "NA");
    for (double value = 299.5; value < 300.5; value += 0.03) {
        auto const text = format_p_value(value);
        auto const e = text.find("e-");
        auto const back = std::stod(text.substr(e + 2)) - std::log10(std::stod(text.substr(0, e)));
        CHECK(back == Approx(value).epsilon(1e-8));
    }
}

}  // namespace
}  // namespace maniple
