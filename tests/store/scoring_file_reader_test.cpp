#include "maniple/store/scoring_file.hpp"

#include <zlib.h>

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

std::filesystem::path write(ScratchFolder const& folder, std::string const& text,
                            char const* name = "w.txt") {
    auto const path = folder.path() / name;
    test::write_bytes(path, {text.begin(), text.end()});
    return path;
}

ScoringFile read(std::string const& text, ScoringFileOptions const& options = {}) {
    ScratchFolder const folder;
    return read_scoring_file(write(folder, text), options);
}

// The message of a refusal, without the folder.
std::string refusal(std::string const& text, ScoringFileOptions const& options = {}) {
    ScratchFolder const folder;
    try {
        read_scoring_file(write(folder, text), options);
    } catch (UserError const& error) {
        std::string message = error.what();
        auto const path = folder.path().string() + "/";
        if (auto const at = message.find(path); at != std::string::npos) {
            message.erase(at, path.size());
        }
        return message;
    }
    return "accepted";
}

bool has_remark(ScoringFile const& file, std::string const& text) {
    for (auto const& remark : file.remarks) {
        if (remark.find(text) != std::string::npos) return true;
    }
    return false;
}

double weight(ScoringFile const& file, std::int64_t score, std::int64_t variant) {
    return file.model.weights.weights.at(ScoreIndex{score}, ScoredVariantIndex{variant});
}

std::string const catalog_header =
    "###PGS CATALOG SCORING FILE - see https://www.pgscatalog.org/downloads/\n"
    "#format_version=2.0\n"
    "##POLYGENIC SCORE (PGS) INFORMATION\n"
    "#pgs_id=PGS000001\n"
    "#pgs_name=PRS77_BC\n"
    "#trait_reported=Breast cancer\n"
    "#weight_type=beta\n"
    "#genome_build=hg19\n"
    "#variants_number=2\n"
    "##SOURCE INFORMATION\n"
    "#citation=Somebody et al. (2015). doi:10.1/x=y\n";

TEST_CASE("read_scoring_file: a PGS Catalog file", "[store]") {
    auto const file = read(catalog_header +
                           "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\t"
                           "effect_weight\tallelefrequency_effect\tlocus_name\n"
                           "rs11\t1\t100\tA\tG\t-0.25\t0.125\tGENE\n"
                           "\tX\t200\tacg\t\t1e-3\t\t\n");
    auto const& model = file.model;
    CHECK(model.genome_build == "GRCh37");
    CHECK(model.source == "w.txt");
    CHECK(model.weights.scores == std::vector<std::string>{"PGS000001"});
    CHECK(model.scores[0].name == "PGS000001");
    CHECK(model.scores[0].reported_trait == "Breast cancer");
    CHECK(model.scores[0].method == "imported");
    CHECK_FALSE(model.training.is_known());
    REQUIRE(model.weights.variants.size() == 2);
    CHECK(model.weights.variants[0] == ScoredVariant{"1", 100, "rs11", "A", "G", 0.125});
    auto const& second = model.weights.variants[1];
    CHECK(second.contig == "X");
    CHECK(second.id == ".");
    CHECK(second.effect_allele == "ACG");
    CHECK(second.other_allele.empty());
    CHECK(std::isnan(second.effect_allele_frequency));
    CHECK(weight(file, 0, 0) == -0.25);
    CHECK(weight(file, 0, 1) == 1e-3);
    CHECK(has_remark(file, "1 variants have no other allele"));
    CHECK_FALSE(has_remark(file, "promises"));
}

TEST_CASE("read_scoring_file: line ends, byte order mark, blank lines, gzip", "[store]") {
    std::string const rows =
        "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\r\n"
        "\r\n1\t5\tA\tC\t0.5\r\n2\t6\tG\tT\t+2\r\n\r\n";
    for (auto const& text : {rows, "\xef\xbb\xbf" + rows, "#pgs_id=x\r\n" + rows}) {
        auto const file = read(text);
        REQUIRE(file.model.weights.variants.size() == 2);
        CHECK(weight(file, 0, 1) == 2);
    }
    ScratchFolder const folder;
    auto const path = folder.path() / "score.txt.gz";
    auto const gz = gzopen(path.c_str(), "wb");
    std::string many = rows;
    for (int i = 10; i < 5000; ++i) {
        many += "1\t" + std::to_string(i) + "\tA\tC\t" + std::to_string(std::sin(i)) + "\n";
    }
    gzwrite(gz, many.data(), static_cast<unsigned>(many.size()));
    gzclose(gz);
    auto const file = read_scoring_file(path, {});
    CHECK(file.model.weights.variants.size() == 4992);
    CHECK(file.model.weights.scores.front() == "score");
    auto const bytes = test::bytes_of(path);
    test::write_bytes(path, {bytes.begin(), bytes.begin() + std::ssize(bytes) / 2});
    CHECK_THROWS_WITH(read_scoring_file(path, {}), Catch::Contains("cut off or damaged"));
}

TEST_CASE("read_scoring_file: harmonised positions, unless the others are asked for", "[store]") {
    std::string const text =
        "#pgs_id=P\n#genome_build=GRCh37\n#HmPOS_build=GRCh38\n"
        "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\thm_source\t"
        "hm_rsID\thm_chr\thm_pos\thm_inferOtherAllele\thm_match_chr\n"
        "rs1\t1\t100\tA\tG\t1\tENSEMBL\trs1\t1\t1100\t\tTrue\n"
        "\t1\t200\tC\t\t2\tENSEMBL\trs22\t1\t1200\tT\tTrue\n"
        "rs3\t1\t300\tC\t\t3\tENSEMBL\trs3\t1\t1300\tA/T\tTrue\n"
        "rs4\t1\t400\tC\tG\t4\tUnknown\t\t\t\t\t\n";
    auto const file = read(text);
    auto const& variants = file.model.weights.variants;
    CHECK(file.model.genome_build == "GRCh38");
    CHECK(variants[0].position == 1100);
    CHECK(variants[1].position == 1200);
    CHECK(variants[1].id == "rs22");
    CHECK(variants[1].other_allele == "T");
    CHECK(variants[2].other_allele.empty());
    CHECK(variants[3].position == 0);
    CHECK(variants[3].contig.empty());
    CHECK(variants[3].id == "rs4");
    CHECK(has_remark(file, "harmonised positions (GRCh38)"));
    CHECK(has_remark(file, "1 variants have no position"));

    auto const own = read(text, {.format = {}, .genome_build = "GRCh37"});
    CHECK(own.model.genome_build == "GRCh37");
    CHECK(own.model.weights.variants[3].position == 400);
    CHECK(refusal("#genome_build=GRCh37\nchr_name\tchr_position\teffect_allele\teffect_weight\n"
                  "1\t2\tA\t1\n",
                  {.format = {}, .genome_build = "GRCh38"}) ==
          "'w.txt': its positions are those of GRCh37 (--genome-build says GRCh38); take the file "
          "harmonised to that build, or leave the option out");
}

TEST_CASE("read_scoring_file: ratios become logarithms", "[store]") {
    auto const check = [](std::string const& text) {
        auto const file = read(text);
        CHECK(weight(file, 0, 0) == portable_log(0.18));
        CHECK(weight(file, 0, 1) == portable_log(0.25));
        CHECK(has_remark(file, "their logarithms are the weights"));
        CHECK(file.model.weights.variants.size() == 2);  // A ratio of 1 says nothing.
        CHECK(has_remark(file, "1 variants have weight 0: left out"));
    };
    std::string const rows = "rs1\tA\t0.18\nrs2\tC\t0.25\nrs3\tC\t1\n";
    check("#pgs_id=x\n#weight_type=OR\nrsID\teffect_allele\teffect_weight\n" + rows);
    check("#pgs_id=x\n#weight_type=HR\nrsID\teffect_allele\teffect_weight\n" + rows);
    check("#pgs_id=x\nrsID\teffect_allele\tOR\n" + rows);
    check("ID\tA1\tHR\n" + rows);
    auto const beta =
        read("#pgs_id=x\n#weight_type=log(OR)\nrsID\teffect_allele\teffect_weight\n" + rows);
    CHECK(weight(beta, 0, 0) == 0.18);
    CHECK(refusal("#pgs_id=x\n#weight_type=OR\nrsID\teffect_allele\teffect_weight\nrs1\tA\t-0.1\n")
              .starts_with("'w.txt' line 4: column 'effect_weight' = -0.1 (an odds or hazard "
                           "ratio must be over 0)"));
}

TEST_CASE("read_scoring_file: format 1.0", "[store]") {
    auto const file = read(
        "### PGS CATALOG SCORING FILE - see www.pgscatalog.org\n# PGS ID = PGS000010\n"
        "# Reported Trait = Coronary artery disease\n# Original Genome Build = hg38\n"
        "# Number of Variants = 1\nchr_name\tchr_position\teffect_allele\treference_allele\t"
        "effect_weight\n1\t7\tA\tG\t0.1\n");
    CHECK(file.model.weights.scores.front() == "PGS000010");
    CHECK(file.model.genome_build == "GRCh38");
    CHECK(file.model.scores[0].reported_trait == "Coronary artery disease");
    CHECK(file.model.weights.variants[0].other_allele == "G");
}

TEST_CASE("read_scoring_file: models that are not additive are refused", "[store]") {
    for (auto const* name :
         {"is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive"}) {
        auto const head = std::string{"rsID\teffect_allele\teffect_weight\t"} + name + "\n";
        CHECK(read(head + "rs1\tA\t1\tFalse\nrs2\tA\t1\t\nrs3\tC\t1\t0\n")
                  .model.weights.variants.size() == 3);
        CHECK(refusal(head + "rs1\tA\t1\tFALSE\nrs2\tA\t1\tTRUE\n")
                  .starts_with("'w.txt' line 3: column '" + std::string{name} +
                               "' is TRUE (only additive weights"));
    }
    CHECK(refusal("#pgs_id=x\nrsID\teffect_allele\tdosage_0_weight\tdosage_1_weight\t"
                  "dosage_2_weight\nrs1\tA\t0\t1\t0\n")
              .starts_with("'w.txt' line 2: weights per genotype"));
}

TEST_CASE("read_scoring_file: PLINK files with a header", "[store]") {
    auto const several = read(
        "ID\teffect_allele\tfirst\tsecond\n"
        "22:17080378:G:A\tG\t0.5\t-1\n"
        "chr22:17300230:A:G\tG\t0\t2.5\n"
        "rs5\tT\t1\t0\n");
    CHECK(several.model.weights.scores == std::vector<std::string>{"first", "second"});
    auto const& variants = several.model.weights.variants;
    CHECK(variants[0].contig == "22");
    CHECK(variants[0].position == 17080378);
    CHECK(variants[0].other_allele == "A");
    CHECK(variants[0].id == "22:17080378:G:A");
    CHECK(variants[1].contig == "chr22");
    CHECK(variants[1].other_allele == "A");
    CHECK(variants[2].position == 0);
    CHECK(variants[2].other_allele.empty());
    CHECK(weight(several, 1, 0) == -1);
    CHECK(weight(several, 0, 1) == 0);
    CHECK(has_remark(several, "2 positions are read off variant IDs"));

    auto const placed =
        read("#CHROM POS SNP A1 A2 EAF SE BETA P\n1 10 1:99:A:C C A 0.25 1 2 0.5\n");
    REQUIRE(placed.model.weights.variants.size() == 1);
    CHECK(placed.model.weights.variants[0] == ScoredVariant{"1", 10, "1:99:A:C", "C", "A", 0.25});
    CHECK(placed.model.weights.scores == std::vector<std::string>{"w"});
    CHECK(weight(placed, 0, 0) == 2);
    CHECK(has_remark(placed, "not taken as weights: SE, P"));
}

TEST_CASE("read_scoring_file: PLINK files without a header", "[store]") {
    auto const one = read("rs1 A 0.5\nrs2 C 1\n");
    CHECK(one.model.weights.scores == std::vector<std::string>{"w"});
    CHECK(one.model.weights.variants.size() == 2);
    auto const two = read("rs1 A 0.5 2\nrs2 C 1 0\n");
    CHECK(two.model.weights.scores == std::vector<std::string>{"w_3", "w_4"});

    auto const chosen =
        read("1 rs1 5 A C 0.5 0.1\n",
             {.format = {}, .id_column = "2", .allele_column = "5", .weight_columns = {"7"}});
    CHECK(chosen.model.weights.variants[0].id == "rs1");
    CHECK(chosen.model.weights.variants[0].effect_allele == "C");
    CHECK(weight(chosen, 0, 0) == 0.1);

    auto const prscs = read("22\trs1\t17000\tA\tG\t1.5e-05\n22\trs2\t17001\tC\tT\t-2e-5\n");
    CHECK(prscs.model.weights.variants[1].position == 17001);
    CHECK(prscs.model.weights.variants[1].effect_allele == "C");
    CHECK(prscs.model.weights.variants[1].other_allele == "T");
    CHECK(has_remark(prscs, "no header: columns are taken as chromosome, ID"));
}

TEST_CASE("read_scoring_file: places in variant IDs", "[store]") {
    auto const place = [](std::string const& id, std::string const& allele) {
        auto const variant = read(id + " " + allele + " 1\n").model.weights.variants.front();
        return variant.contig + "|" + std::to_string(variant.position) + "|" + variant.other_allele;
    };
    CHECK(place("1:100:A:C", "A") == "1|100|C");
    CHECK(place("1:100:A:C", "C") == "1|100|A");
    CHECK(place("1:100:A:C", "G") == "1|100|");
    CHECK(place("chrX:100:AT:A", "A") == "chrX|100|AT");
    CHECK(place("1_100_a_c", "A") == "1|100|C");
    CHECK(place("1:100_A/C", "A") == "1|100|C");
    CHECK(place("chr1_100_A_C_b38", "A") == "chr1|100|C");
    CHECK(place("MT:7", "A") == "MT|7|");
    for (auto const* other : {"rs100", "1_100", "rs1:2:A:C", "1:x:A:C", "1:0:A:C", "1:-5:A:C",
                              "1:100:A", "1:100::C", "HLA_A_01_02", "1:99999999999:A:C"}) {
        CHECK(place(other, "A") == "|0|");
    }
}

TEST_CASE("read_scoring_file: alleles that are no bases are kept as they are", "[store]") {
    auto const file = read("ID A1 A2 W\nHLA-DQ *02:01 x 1\nd 1 2 2\nindel <DEL> A 3\nt acT R 4\n");
    auto const& variants = file.model.weights.variants;
    CHECK(variants[0].effect_allele == "*02:01");
    CHECK(variants[0].other_allele == "x");
    CHECK(variants[1].effect_allele == "1");
    CHECK(variants[2].effect_allele == "<DEL>");
    CHECK(variants[3].effect_allele == "ACT");
    CHECK(has_remark(file, "4 variants have alleles other than A, C, G, T"));
}

TEST_CASE("read_scoring_file: refuses values that are none, with their line", "[store]") {
    std::string const head = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n";
    for (auto const* bad :
         {"NA", "inf", "-inf", "nan", "1e400", "0x1p3", "", "1,5", "1 2", "--1", "+-1", "1e"}) {
        CHECK(refusal(head + "1\t5\tA\tC\t1\n1\t6\tA\tC\t" + bad + "\n") ==
              "'w.txt' line 3: column 'effect_weight' = '" + std::string{bad} +
                  "' (must be a finite number); correct it, or remove the line");
    }
    for (auto const* bad : {"-5", "1e6", "2147483648", "5.0", "x"}) {
        CHECK(refusal(head + "1\t" + bad + "\tA\tC\t1\n") ==
              "'w.txt' line 2: column 'chr_position' = '" + std::string{bad} +
                  "' (must be a whole number from 1 to 2147483647, or NA); correct it");
    }
    CHECK(refusal(head + "1\t5\tA\ta\t1\n") ==
          "'w.txt' line 2: effect allele and other allele are both 'A'; correct one");
    CHECK(refusal(head + "1\t5\t\tC\t1\n") ==
          "'w.txt' line 2: column 'effect_allele' is empty (a weight needs its allele); correct "
          "it, or remove the line");
    CHECK(refusal(head + "1\tNA\tA\tC\t1\n") ==
          "'w.txt' line 2: the variant has neither a position nor an ID; correct or remove the "
          "line");
    CHECK(refusal(head + "1\t5\tA\tC\n") ==
          "'w.txt' line 2: 4 fields (must be 5, as in the header line); complete the line");
    CHECK(refusal(head + "1\t5\tA\tC\t1\n1\t6\tA\tC\t1\n1\t5\tA\tC\t2\n") ==
          "'w.txt' line 4: variant 1:5 with effect allele A stands already in line 2; remove one "
          "of them");
    CHECK(refusal("rs1 A 1\nrs1 A 2\n") ==
          "'w.txt' line 2: variant rs1 with effect allele A stands already in line 1; remove one "
          "of them");
    CHECK(refusal("ID A1 EAF W\nrs1 A 1.5 1\n") ==
          "'w.txt' line 2: column 'EAF' = '1.5' (must be a number from 0 to 1, or NA); correct it");
    CHECK(refusal("rs1 A NA\n").starts_with("'w.txt' line 1: column 3 = 'NA' (must be a finite"));
    CHECK(refusal("rs1 A 1\nrs2 A x\n").starts_with("'w.txt' line 2: column 3 = 'x'"));
    CHECK(refusal(head + "1\t5\t\x01\tC\t1\n") ==
          "'w.txt' line 2: column 'effect_allele' holds a control character; correct it");
}

TEST_CASE("read_scoring_file: tiny weights are numbers", "[store]") {
    auto const file = read("rs1 A 1e-320\nrs2 A 1e-400\n");
    CHECK(file.model.weights.variants.size() == 1);
    CHECK(weight(file, 0, 0) == 1e-320);
}

TEST_CASE("read_scoring_file: refuses files without weights", "[store]") {
    CHECK(refusal("") == "'w.txt' is empty; check the file");
    CHECK(refusal("\n\n").starts_with("'w.txt' holds no weights (nothing but comments)"));
    CHECK(refusal(catalog_header).starts_with("'w.txt' holds no weights (nothing but comments)"));
    CHECK(refusal(catalog_header + "rsID\teffect_allele\teffect_weight\n") ==
          "'w.txt' holds no weights (there are no rows); check that it is complete");
    CHECK(refusal("rs1 A 0\nrs2 C -0\n") ==
          "'w.txt' holds no weights (all of them are 0); check that it is complete");
    CHECK(read("rs1 A 1\n").model.weights.variants.size() == 1);
    CHECK_THROWS_AS(read_scoring_file("no/such/file", {}), UserError);
}

TEST_CASE("read_scoring_file: columns that are not there", "[store]") {
    CHECK(refusal("#pgs_id=x\nrsID\teffect_allele\teffect_wieght\nrs1\tA\t1\n") ==
          "'w.txt' line 2: no column 'effect_weight' (is it 'effect_wieght'?); name the columns of "
          "weights with --weight-columns");
    CHECK(refusal("#pgs_id=x\nrsID\tefect_allele\teffect_weight\nrs1\tA\t1\n") ==
          "'w.txt' line 2: no column 'effect_allele' (is it 'efect_allele'?); check that this is a "
          "scoring file, or give --weights-format plink");
    CHECK(refusal("#pgs_id=x\nchr_name\teffect_allele\teffect_weight\n1\tA\t1\n") ==
          "'w.txt' line 2: no column 'chr_position'; positions need a chromosome and a position");
    CHECK(refusal("#pgs_id=x\nlocus_name\teffect_allele\teffect_weight\nG\tA\t1\n") ==
          "'w.txt' line 2: no column 'chr_name'; variants need chr_name and chr_position, or rsID");
    CHECK(refusal("#pgs_id=x\nrsID\trsID\teffect_allele\teffect_weight\n1\t1\tA\t1\n") ==
          "'w.txt' line 2: column 'rsID' stands there twice; rename or remove one");
    CHECK(refusal("ID A1 first\nrs1 A 1\n", {.format = {}, .weight_columns = {"frist"}}) ==
          "'w.txt' line 1: no column 'frist' (did you mean 'first'?); correct --weight-columns, or "
          "give the column's number");
    CHECK(refusal("ID A1 first\nrs1 A 1\n", {.format = {}, .weight_columns = {"4"}}) ==
          "'w.txt' line 1: no column 4 (there are 3); correct --weight-columns");
    CHECK(refusal("ID A1 first\nrs1 A 1\n", {.format = {}, .weight_columns = {"3", "first"}}) ==
          "'w.txt' line 1: column 'first' is chosen twice; correct --weight-columns");
    CHECK(refusal("ID weight beta\nrs1 1 1\n") ==
          "'w.txt' line 1: no column 'A1'; name the column of effect alleles with --allele-column");
    CHECK(refusal("ID A1 P\nrs1 A 1\n") ==
          "'w.txt' line 1: no column is left for weights; name them with --weight-columns");
    CHECK(refusal("rs1 A\n") ==
          "'w.txt' line 1: 2 fields (must be an ID, an effect allele and weights); check that this "
          "is a file of weights");
    auto const unknown = read(
        "#pgs_id=x\nrsID\teffect_allele\teffect_weight\tallelefrequency_efect\trs\n"
        "rs1\tA\t1\t0.5\t1\n");
    CHECK(has_remark(unknown,
                     "column 'allelefrequency_efect' is not read (the format does not "
                     "know it) (did you mean 'allelefrequency_effect'?)"));
}

TEST_CASE("read_scoring_file: says where a file has fewer rows than promised", "[store]") {
    auto const file = read(catalog_header + "rsID\teffect_allele\teffect_weight\nrs1\tA\t1\n");
    CHECK(has_remark(file, "the header promises 2 variants, the file has 1"));
}

TEST_CASE("read_scoring_file: refuses our own lines where they are damaged", "[store]") {
    auto const with = [](std::string const& line) {
        return refusal("#pgs_name=x\n#maniple_score=x\n" + line +
                       "\nrsID\teffect_allele\teffect_weight\nrs1\tA\t1\n");
    };
    CHECK(with("#maniple_offset=0.5") == "accepted");
    CHECK(with("#maniple_offset=x").starts_with("'w.txt': the header says offset=x (must be a"));
    CHECK(with("#maniple_outcome=x").starts_with("'w.txt': the header says maniple_outcome=x"));
    CHECK(with("#maniple_covariate=age").find("a coefficient and a name") != std::string::npos);
    CHECK(with("#maniple_recalibration=1 2").find("slope and samples") != std::string::npos);
    CHECK(with("#maniple_training_samples=-1").find("must be a count") != std::string::npos);
}

TEST_CASE("read_scoring_file: any bytes are a file or a refusal", "[store]") {
    ScratchFolder const folder;
    std::string const good = catalog_header +
                             "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\t"
                             "effect_weight\tallelefrequency_effect\n"
                             "rs11\t1\t100\tA\tG\t-0.25\t0.125\n";
    std::mt19937 random{1};
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        auto bad = good;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            auto const at = random() % bad.size();
            bad[at] =
                round % 2 == 0 ? static_cast<char>(random()) : "\t\n#=\"\r 0-e"[random() % 10];
        }
        if (round % 5 == 0) bad.resize(random() % bad.size());
        try {
            auto const file = read_scoring_file(write(folder, bad), {});
            CHECK(test::everything(file.model) != 0);
        } catch (UserError const&) {
            ++refused;
        }
    }
    CHECK(refused > 500);
}

}  // namespace
}  // namespace maniple
