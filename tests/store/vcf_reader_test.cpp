#include "maniple/store/vcf_reader.hpp"

#include <cstdlib>
#include <sstream>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "maniple/store/plink_reader.hpp"
#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

constexpr char const* preamble =
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
    "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n";

std::string header(std::string const& samples = "\ta\tb\tc") {
    return fmt::format("{}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT{}\n", preamble,
                       samples);
}

std::string record(std::string const& start, std::string const& genotypes) {
    return start + "\t.\t.\t.\tGT\t" + genotypes + "\n";
}

struct Row {
    std::string contig;
    Variant variant;
    std::string genotypes;  // One digit a sample.
    friend bool operator==(Row const&, Row const&) = default;
};

std::vector<Row> read_all(GenotypeSource& source, std::int64_t most = 3) {
    std::vector<Row> rows;
    while (auto const block = source.next(most)) {
        CHECK(block->genotypes.variants() <= most);
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{block->genotypes.variants()}; ++v) {
            std::string digits;
            for (SampleIndex s{0}; s < SampleIndex{source.samples().size()}; ++s) {
                digits += std::to_string(block->genotypes.view().genotype(v, s));
            }
            rows.push_back({block->contig, block->variants[v.at()], digits});
        }
    }
    return rows;
}

/// One block of another source.
class GivenBlock : public GenotypeSource {
public:
    GivenBlock(GenotypeSource& source, std::int64_t most) : source_{source}, most_{most} {}
    std::string name() const override { return source_.name(); }
    Samples const& samples() const override { return source_.samples(); }
    std::optional<VariantBlock> next(std::int64_t most) override {
        REQUIRE(most == most_);
        return std::exchange(is_given_, true) ? std::nullopt : source_.next(most);
    }

private:
    GenotypeSource& source_;
    std::int64_t most_;
    bool is_given_ = false;
};

std::string error_in(std::filesystem::path const& path) {
    return user_error([&] {
        VcfReader reader{path, 0};
        read_all(reader);
    });
}

bool has_program(std::string const& name) {
    return std::system(fmt::format("command -v {} >/dev/null 2>&1", name).c_str()) == 0;
}

TEST_CASE("VcfReader: diploid calls, phased or not, count ALT", "[store]") {
    ScratchFolder const folder;
    VcfReader reader{
        write_text(folder.path() / "t.vcf", header() + record("1\t5\trs1\tA\tC", "0/0\t0|1\t1/1") +
                                                record("1\t7\t.\tAT\tA", "./.\t1|0\t.|1") +
                                                record("2\t1\trs3\tG\t<DEL>", "1/1\t1/1\t0/0")),
        0};
    CHECK(reader.samples().ids == std::vector<std::string>{"a", "b", "c"});
    CHECK(reader.samples().families == std::vector<std::string>(3, "0"));
    CHECK(read_all(reader) == std::vector<Row>{{"1", {5, "rs1", "A", "C"}, "012"},
                                               {"1", {7, ".", "AT", "A"}, "313"},
                                               {"2", {1, "rs3", "G", "<DEL>"}, "220"}});
    REQUIRE(reader.remarks().size() == 1);
    CHECK_THAT(reader.remarks()[0], Contains("1 genotypes with one missing allele"));
}

TEST_CASE("VcfReader: multi-allelic records are split, placeholders become nothing", "[store]") {
    ScratchFolder const folder;
    VcfReader reader{write_text(folder.path() / "t.vcf",
                                header() + record("1\t5\trs1\tA\tC,G,T", "1/2\t3/3\t0/2") +
                                    record("1\t6\t.\tA\tC,*", "1/2\t2/2\t0/1") +
                                    record("1\t7\t.\tA\t*", "1/1\t0/0\t0/1") +
                                    record("1\t8\t.\tA\t.", "0/0\t./.\t0/0")),
                     0};
    CHECK(read_all(reader, 2) == std::vector<Row>{{"1", {5, "rs1", "A", "C"}, "100"},
                                                  {"1", {5, "rs1", "A", "G"}, "101"},
                                                  {"1", {5, "rs1", "A", "T"}, "020"},
                                                  {"1", {6, ".", "A", "C"}, "101"},
                                                  {"1", {8, ".", "A", "."}, "030"}});
    auto const remarks = reader.remarks();
    REQUIRE(remarks.size() == 3);
    CHECK_THAT(remarks[0], Contains("2 multi-allelic records became 4 variants"));
    CHECK_THAT(remarks[1], Contains("2 alleles '*'"));
    CHECK_THAT(remarks[2], Contains("1 records have no ALT"));
}

TEST_CASE("VcfReader: haploid calls count twice, records without GT are skipped", "[store]") {
    ScratchFolder const folder;
    VcfReader reader{
        write_text(folder.path() / "t.vcf", header() + record("1\t5\t.\tA\tC", "0\t1\t.") +
                                                record("1\t6\t.\tA\tC", "0/1\t1\t1/1") +
                                                "1\t7\t.\tA\tC\t.\t.\t.\tDP\t1\t2\t3\n"),
        0};
    CHECK(read_all(reader) ==
          std::vector<Row>{{"1", {5, ".", "A", "C"}, "023"}, {"1", {6, ".", "A", "C"}, "122"}});
    REQUIRE(reader.remarks().size() == 2);
    CHECK_THAT(reader.remarks()[0], Contains("3 haploid"));
    CHECK_THAT(reader.remarks()[1], Contains("1 records without GT"));
}

TEST_CASE("VcfReader: what is no VCF with genotypes is refused", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "t.vcf";

    CHECK_THAT(error_in(path), Contains("does not exist"));
    CHECK_THAT(error_in(write_text(path, "hello\n")), Contains("no VCF or BCF"));
    CHECK_THAT(error_in(write_text(path, "")), Contains("no VCF or BCF"));
    CHECK_THAT(error_in(write_text(path, header())), Contains("no records"));
    CHECK_THAT(error_in(write_text(path, std::string{preamble} +
                                             "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" +
                                             "1\t5\t.\tA\tC\t.\t.\t.\n")),
               Contains("no samples"));
    CHECK_THAT(error_in(write_text(path, header() + "1\t7\t.\tA\tC\t.\t.\t.\tDP\t1\t2\t3\n")),
               Contains("none of 1 records has GT"));
    CHECK_THAT(error_in(write_text(path, header("\ta\tb\ta"))),
               Contains("samples 1 and 3 have the same ID") && !Contains("'a'"));
    CHECK_THAT(error_in(write_text(path, header() + record("1\t5\t.\tA\tC", "0/0\t0/1\t0/0") +
                                             record("1\t9\t.\tA\tC", "0/0\t0/1/1\t0/0"))),
               Contains("record 2 (1:9)") && Contains("more than two alleles"));
    CHECK_THAT(error_in(write_text(path, header() + record("1\t9\t.\tA\tC", "0/0\t0/2\t0/0"))),
               Contains("does not list"));
    CHECK_THAT(error_in(write_text(path, header() + record("1\t5\t.\tA\tC", "0/0\t0/1"))),
               Contains("record 1") && Contains("cannot be read"));
    CHECK_THAT(
        error_in(write_text(path, header() + record("1\t99999999999\t.\tA\tC", "0/0\t0/1\t0/0"))),
        Contains("record 1"));
}

/// One record of BCF with GT, as its own bytes describe it.
struct BcfRecord {
    std::uint16_t alleles = 2;
    std::uint32_t samples = 3;
    int type = 1;  // Of GT's codes: 1, 2, 3 are whole numbers of 1, 2, 4 bytes; 7 is text.
    std::vector<int> calls{2, 4, 4, 4, 2, 2};
};

std::string to_bytes(std::uint32_t number) {
    std::string bytes;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        bytes.push_back(static_cast<char>(number >> shift & 0xff));
    }
    return bytes;
}

std::string to_bytes(BcfRecord const& record) {
    constexpr char text = 7;
    auto shared = to_bytes(0) + to_bytes(9) + to_bytes(1) + to_bytes(0x7f800001);
    shared += to_bytes(std::uint32_t{record.alleles} << 16) + to_bytes(1U << 24 | record.samples);
    shared += {2 << 4 | text, 'r', '1'};
    for (std::uint16_t a = 0; a < record.alleles; ++a) shared += {1 << 4 | text, "ACG"[a]};
    shared.push_back(0);  // No filters.
    auto const each = record.calls.size() / record.samples;
    std::string own{1 << 4 | 1, 1,
                    static_cast<char>(each << 4U | static_cast<unsigned>(record.type))};
    for (auto call : record.calls) {
        auto const width = record.type == 2 ? 2U : record.type == 3 ? 4U : 1U;
        own += to_bytes(static_cast<std::uint32_t>(call)).substr(0, width);
    }
    return to_bytes(static_cast<std::uint32_t>(shared.size())) +
           to_bytes(static_cast<std::uint32_t>(own.size())) + shared + own;
}

std::filesystem::path write_bcf(std::filesystem::path const& path, BcfRecord const& record) {
    auto const names = header() + std::string(1, '\0');
    return write_text(path, "BCF\2\2" + to_bytes(static_cast<std::uint32_t>(names.size())) + names +
                                to_bytes(record));
}

// Memory behind the record would be read otherwise.
TEST_CASE("VcfReader: a BCF record that contradicts its header is refused", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "r.bcf";
    for (auto type : {1, 2, 3}) {
        VcfReader reader{write_bcf(path, {.type = type}), 0};
        CHECK(read_all(reader) == std::vector<Row>{{"1", {10, "r1", "A", "C"}, "120"}});
    }
    CHECK_THAT(error_in(write_bcf(path, {.samples = 1, .calls = {2, 4}})),
               Contains("genotypes of 1 samples (the header names 3)"));
    CHECK_THAT(error_in(write_bcf(path, {.samples = 6})), Contains("genotypes of 6 samples"));
    CHECK_THAT(error_in(write_bcf(path, {.alleles = 0})), Contains("record 1"));
    CHECK_THAT(error_in(write_bcf(path, {.type = 7, .calls = {'0', '0', '1', '1', '0', '1'}})),
               Contains("no whole numbers"));
}

TEST_CASE("VcfReader: a contig that the header forgot is read", "[store]") {
    ScratchFolder const folder;
    VcfReader reader{write_text(folder.path() / "t.vcf",
                                header() + record("chrUn\t5\t.\tA\tC", "0/0\t0/1\t1/1")),
                     0};
    CHECK(read_all(reader).at(0).contig == "chrUn");
}

TEST_CASE("VcfReader: position 0, which is also what htslib makes of text, is remarked",
          "[store]") {
    ScratchFolder const folder;
    VcfReader reader{
        write_text(folder.path() / "t.vcf", header() + record("1\tx\t.\tA\tC", "0/0\t0/1\t1/1")),
        0};
    CHECK(read_all(reader).at(0).variant.position == 0);
    REQUIRE(reader.remarks().size() == 1);
    CHECK_THAT(reader.remarks()[0], Contains("position 0"));
}

// Random records with what a naive parse of the same text says.
struct NaiveFile {
    std::string text;
    std::vector<Row> rows;
};

NaiveFile random_file(int samples, int records) {
    std::mt19937 random{11};
    NaiveFile file;
    std::string names;
    for (int s = 0; s < samples; ++s) names += fmt::format("\ts{}", s);
    file.text = header(names);
    for (int r = 0; r < records; ++r) {
        auto const alleles = 1 + static_cast<int>(random() % 3);
        std::string alternates;
        for (int a = 1; a <= alleles; ++a) {
            alternates += (a > 1 ? "," : "") + std::string(static_cast<std::size_t>(a), 'C');
        }
        std::string calls;
        std::vector<std::string> digits(static_cast<std::size_t>(alleles));
        for (int s = 0; s < samples; ++s) {
            auto const first = static_cast<int>(random() % static_cast<unsigned>(alleles + 2)) - 1;
            auto const second = static_cast<int>(random() % static_cast<unsigned>(alleles + 2)) - 1;
            bool const haploid = random() % 11 == 0;
            auto const text = [](int a) { return a < 0 ? std::string{"."} : std::to_string(a); };
            calls += (s > 0 ? "\t" : "") + text(first);
            if (!haploid) calls += (random() % 2 ? "/" : "|") + text(second);
            for (int a = 1; a <= alleles; ++a) {
                bool const absent = first < 0 || (!haploid && second < 0);
                auto const count = haploid ? 2 * (first == a) : int{first == a} + int{second == a};
                digits[static_cast<std::size_t>(a - 1)] += absent ? "3" : std::to_string(count);
            }
        }
        file.text += record(
            "2\t" + std::to_string(100 + r) + "\trs" + std::to_string(r) + "\tA\t" + alternates,
            calls);
        for (int a = 1; a <= alleles; ++a) {
            file.rows.push_back({"2",
                                 {100 + r, fmt::format("rs{}", r), "A",
                                  std::string(static_cast<std::size_t>(a), 'C')},
                                 digits[static_cast<std::size_t>(a - 1)]});
        }
    }
    return file;
}

TEST_CASE("VcfReader: agrees with a naive parse for every kind of file", "[store]") {
    ScratchFolder const folder;
    auto const file = random_file(71, 40);
    auto const path = write_text(folder.path() / "t.vcf", file.text);
    VcfReader plain{path, 0};
    CHECK(read_all(plain, 7) == file.rows);
    if (!has_program("bcftools")) {
        WARN("bcftools is not installed: BCF and bgzipped VCF were not compared");
        return;
    }
    for (std::string const kind : {"z", "b", "u"}) {
        auto const other = folder.path() / fmt::format("t.{}", kind);
        REQUIRE(std::system(("bcftools view --no-version -O" + kind + " -o " + other.string() +
                             " " + path.string() + " 2>/dev/null")
                                .c_str()) == 0);
        VcfReader reader{other, 2};
        CHECK(read_all(reader, 7) == file.rows);
    }
}

TEST_CASE("VcfReader: goes on from every place as if it had read on", "[store]") {
    if (!has_program("bcftools") || !has_program("bgzip")) {
        WARN("bcftools or bgzip is not installed: only plain text was read from the middle");
    }
    ScratchFolder const folder;
    auto const text = folder.path() / "t.vcf";
    auto file = random_file(1500, 60);  // Some blocks of BGZF.
    std::string calls = "0/4";
    for (int s = 1; s < 1500; ++s) calls += "\t1/1";
    file.text += record("1\t7\trs_\tA\tC,*,<NON_REF>,G", calls);
    write_text(text, file.text);
    std::vector<std::filesystem::path> paths{text};
    auto const make = [&](std::string const& name, std::string const& command) {
        auto const path = folder.path() / name;
        auto const words = command + " " + text.string() + " > " + path.string() + " 2>/dev/null";
        if (std::system(words.c_str()) == 0) paths.push_back(path);
    };
    make("t.gz", "gzip -c");
    make("t.bgz", "bgzip -c");
    make("t.bcf", "bcftools view --no-version -Ob");
    make("t.u", "bcftools view --no-version -Ou");
    int const threads = GENERATE(0, 2);
    for (auto const& path : paths) {
        VcfReader whole{path, threads};
        auto const rows = read_all(whole, 7);
        CHECK(rows.size() == file.rows.size() + 2);
        for (std::int64_t most : {1, 2, 13}) {
            VcfReader reader{path, threads};
            std::vector<Row> before;
            for (std::int64_t reads = 0;; ++reads) {
                if (reads % 5 == 0) {
                    VcfReader later{path, threads};
                    later.go_on_from(reader.place());
                    auto joined = before;
                    std::ranges::copy(read_all(later, 7), std::back_inserter(joined));
                    CHECK(joined == rows);
                    CHECK(later.remarks() == whole.remarks());
                }
                GivenBlock one{reader, most};
                auto const got = read_all(one, most);
                if (got.empty()) break;
                before.insert(before.end(), got.begin(), got.end());
            }
        }
    }
    // Another file than that whose place it was.
    VcfReader reader{text, 0};
    CHECK_THAT(user_error([&] {
                   reader.go_on_from({1, 2, 3});
               }),
               Contains("does not have the place"));
}

TEST_CASE("VcfReader: a cut file is refused, wherever it is cut", "[store]") {
    if (!has_program("bcftools")) {
        WARN("bcftools is not installed: cut files were not tried");
        return;
    }
    ScratchFolder const folder;
    auto const path = write_text(folder.path() / "t.vcf", random_file(400, 900).text);
    for (std::string const kind : {"z", "b"}) {
        auto const whole = folder.path() / fmt::format("t.{}", kind);
        REQUIRE(std::system(("bcftools view --no-version -O" + kind + " -o " + whole.string() +
                             " " + path.string() + " 2>/dev/null")
                                .c_str()) == 0);
        auto const size = std::filesystem::file_size(whole);
        for (auto const kept : {size - 28, size - 40, size / 2, std::uintmax_t{30'000}}) {
            auto const cut = folder.path() / "cut";
            std::filesystem::copy_file(whole, cut,
                                       std::filesystem::copy_options::overwrite_existing);
            std::filesystem::resize_file(cut, kept);
            CHECK_THAT(error_in(cut), Contains("cut"));
        }
        // Damage in the middle, with the end marker in place.
        auto bytes = bytes_of(whole);
        for (std::size_t i = 0; i < 100; ++i) bytes[bytes.size() / 2 + i] ^= 0x55;
        write_bytes(folder.path() / "cut", bytes);
        CHECK_THAT(error_in(folder.path() / "cut"), Contains("record"));
    }
}

// Beside the project, or where the environment says; empty where there is none.
std::filesystem::path glow_genotypes() {
    auto const* const given = std::getenv("MANIPLE_SHARED_DATA");
    auto const project = std::filesystem::path{__FILE__}.parent_path() / ".." / "..";
    auto const data =
        given != nullptr ? std::filesystem::path{given} : project / ".." / "shared" / "data";
    std::error_code absent;
    for (auto const& entry : std::filesystem::directory_iterator{data, absent}) {
        auto const vcf = entry.path() / "input" / "genotypes.vcf.gz";
        if (entry.path().filename().string().starts_with("02_glow") &&
            std::filesystem::exists(vcf)) {
            return vcf;
        }
    }
    return {};
}

TEST_CASE("VcfReader: splits as bcftools norm does, real genotypes", "[store]") {
    auto const vcf = glow_genotypes();
    if (vcf.empty() || !has_program("bcftools")) {
        WARN("no shared data or no bcftools: real genotypes were not compared");
        return;
    }
    ScratchFolder const folder;
    auto const table = folder.path() / "t";
    REQUIRE(std::system(fmt::format("bcftools norm -m- {} 2>/dev/null | bcftools query -f "
                                    "'%CHROM %POS %ID %REF %ALT[ %GT]\\n' > {}",
                                    vcf.string(), table.string())
                            .c_str()) == 0);
    VcfReader reader{vcf, 1};
    auto const rows = read_all(reader, 512);
    std::ifstream lines{table};
    std::size_t compared = 0;
    for (std::string line; std::getline(lines, line); ++compared) {
        REQUIRE(compared < rows.size());
        std::istringstream fields{line};
        Row row;
        fields >> row.contig >> row.variant.position >> row.variant.id >> row.variant.reference >>
            row.variant.alternate;
        for (std::string call; fields >> call;) {
            auto const copies = std::ranges::count(call, '1');
            row.genotypes += call.find('.') != std::string::npos ? "3"
                             : call.size() == 1                  ? std::to_string(2 * copies)
                                                                 : std::to_string(copies);
        }
        if (!(row == rows[compared])) FAIL("record differs: " << line.substr(0, 60));
    }
    CHECK(compared == rows.size());
    CHECK(compared > 0);
}

TEST_CASE("VcfReader: agrees with the PLINK files that plink2 makes of it", "[store]") {
    if (!has_program("plink2")) {
        WARN("plink2 is not installed: not compared");
        return;
    }
    ScratchFolder const folder;
    std::string text = header("\ta\tb\tc\td\te");
    text += record("1\t5\trs1\tA\tC", "0/0\t0|1\t1/1\t./.\t1/0");
    text += record("1\t6\trs2\tG\tT", "1/1\t0|1\t0/0\t0/1\t./.");
    auto const path = write_text(folder.path() / "t.vcf", text);
    auto const prefix = folder.path() / "p";
    REQUIRE(std::system(fmt::format("plink2 --vcf {} --make-bed --out {} >/dev/null 2>&1",
                                    path.string(), prefix.string())
                            .c_str()) == 0);
    VcfReader vcf{path, 0};
    PlinkReader plink{prefix, SampleIdSource::individual};
    CHECK(read_all(vcf) == read_all(plink));
}

}  // namespace
}  // namespace maniple
