#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/import_genotypes.hpp"
#include "maniple/run/import_table.hpp"
#include "maniple/run/import_weights.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;
constexpr int longest_block = 65'536;

po::options_description options() {
    po::options_description all;
    po::options_description genotypes{"Genotypes"};
    genotypes.add_options()                                                               //
        ("store", po::value<std::string>()->required()->value_name("S"),                  //
         "the store: made where there is none, else what is given is added")              //
        ("bfile", po::value<Words>()->multitoken()->value_name("P..."),                   //
         "PLINK 1 files P.bed, P.bim, P.fam; several with the same samples: a,b or a b")  //
        ("vcf", po::value<Words>()->multitoken()->value_name("F..."),                     //
         "VCF or BCF files, plain or bgzipped; the GT field is read")                     //
        ("sample-id", po::value<std::string>()->default_value("iid")->value_name("KIND"),
         "what names a PLINK sample: iid, or fid-iid for FID_IID")  //
        ("block-variants", po::value<int>()->default_value(512)->value_name("N"),
         "variants in a block of a new store; an existing one keeps its own");
    add_compression_option(genotypes);
    add_threads_option(genotypes);
    add_stop_option(genotypes);
    po::options_description tables{"Traits and covariates"};
    tables.add_options()                                      //
        ("table", po::value<std::string>()->value_name("F"),  //
         "tab, comma or blank separated text with a column IID, and perhaps FID; may be gzipped")  //
        ("name", po::value<std::string>()->default_value("")->value_name("N"),
         "name of the table (or model, see below) in the store (default: the file's)")  //
        ("missing-value", po::value<Words>()->multitoken()->value_name("X..."),
         "further values that mean missing, for instance -9")  //
        ("categorical", po::value<Words>()->multitoken()->value_name("C..."),
         "columns that are levels although they hold numbers")                       //
        ("replace", po::bool_switch(), "replace a table or model of the same name")  //
        ("allow-unmatched", po::bool_switch(),
         "also when fewer than half of the table's rows are samples of the store");
    po::options_description weights{"Scores of other tools"};
    weights.add_options()                                                                       //
        ("weights", po::value<Words>()->multitoken()->value_name("F..."),                       //
         "files of weights; with --name one model of all their scores, else a model per file")  //
        ("weights-format", po::value<std::string>()->default_value("auto")->value_name("KIND"),
         "pgs-catalog, plink (ID, effect allele, weights: as for --score), or auto: by looking")  //
        ("weight-columns", po::value<Words>()->multitoken()->value_name("C..."),
         "columns of weights, a score each: names, or numbers from 1")  //
        ("id-column", po::value<std::string>()->value_name("C"),
         "column of variant IDs of a plink file (default: by name, or the first)")  //
        ("allele-column", po::value<std::string>()->value_name("C"),
         "column of effect alleles of a plink file (default: by name, or the second)")  //
        ("genome-build", po::value<std::string>()->value_name("BUILD"),
         "GRCh37 or GRCh38: of the positions, where the files do not say");
    return all.add(genotypes).add(tables).add(weights);
}

void refuse_weight_options(po::variables_map const& values) {
    for (auto const* name :
         {"weights-format", "weight-columns", "id-column", "allele-column", "genome-build"}) {
        if (!is_given(values, name)) continue;
        throw UserError{
            fmt::format("option --{} belongs to --weights; give files of weights", name)};
    }
}

WeightImport weight_plan(po::variables_map const& values, Words const& files) {
    for (auto const* name : {"bfile", "vcf", "table", "sample-id", "block-variants", "compression",
                             "stop-before", "missing-value", "categorical"}) {
        if (!is_given(values, name)) continue;
        throw UserError{
            fmt::format("--weights and --{} exclude each other; import one, then the other", name)};
    }
    if (values["allow-unmatched"].as<bool>()) {
        throw UserError{"option --allow-unmatched belongs to --table; leave it out"};
    }
    return {
        .files = {files.begin(), files.end()},
        .name = values["name"].as<std::string>(),
        .text = {.format = choose<std::optional<ScoringFormat>>(
                     values, "weights-format",
                     {{"auto", std::nullopt},
                      {"pgs-catalog", ScoringFormat::pgs_catalog},
                      {"plink", ScoringFormat::plink}}),
                 .id_column = text_of(values, "id-column"),
                 .allele_column = text_of(values, "allele-column"),
                 .weight_columns = words_of(values, "weight-columns"),
                 .genome_build = genome_build_of(values)},
        .existing = values["replace"].as<bool>() ? ExistingFile::replace : ExistingFile::refuse};
}

std::optional<TableImport> table_plan(po::variables_map const& values) {
    if (values.count("table") == 0) {
        for (auto const* name : {"missing-value", "categorical"}) {
            if (values.count(name) == 0) continue;
            throw UserError{fmt::format("option --{} belongs to --table; give a table", name)};
        }
        if (!values["name"].defaulted() || values["replace"].as<bool>() ||
            values["allow-unmatched"].as<bool>()) {
            throw UserError{
                "options --name, --replace and --allow-unmatched belong to --table; give a table, "
                "or "
                "--weights"};
        }
        return std::nullopt;
    }
    return TableImport{
        .file = values["table"].as<std::string>(),
        .name = values["name"].as<std::string>(),
        .text = {.missing_values = words_of(values, "missing-value"),
                 .categorical = words_of(values, "categorical")},
        .existing = values["replace"].as<bool>() ? ExistingTable::replace : ExistingTable::refuse,
        .unmatched =
            values["allow-unmatched"].as<bool>() ? UnmatchedRows::allow : UnmatchedRows::refuse};
}

void refuse_genotype_options(po::variables_map const& values) {
    for (auto const* name : {"sample-id", "block-variants", "compression", "stop-before"}) {
        if (!is_given(values, name)) continue;
        throw UserError{
            fmt::format("option --{} belongs to --bfile and --vcf (no genotypes are imported); "
                        "give genotypes, or leave it out",
                        name)};
    }
}

std::optional<std::int64_t> block_variants(po::variables_map const& values) {
    auto const variants = bounded(values, "block-variants", 1, longest_block);
    if (values["block-variants"].defaulted()) return std::nullopt;
    return variants;
}

GenotypeImport genotype_plan(po::variables_map const& values, Words const& files,
                             GenotypeFormat format) {
    if (format != GenotypeFormat::plink && !values["sample-id"].defaulted()) {
        throw UserError{
            "option --sample-id belongs to --bfile (other formats have one ID); leave it out"};
    }
    return {.format = format,
            .files = {files.begin(), files.end()},
            .ids = choose<SampleIdSource>(values, "sample-id",
                                          {{"iid", SampleIdSource::individual},
                                           {"fid-iid", SampleIdSource::family_and_individual}}),
            .block_variants = block_variants(values),
            .compression = compression_of(values),
            .threads = threads_of(values),
            .table = table_plan(values)};
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    auto const store = values["store"].as<std::string>();
    if (auto const files = words_of(values, "weights"); !files.empty()) {
        import_weights(store, weight_plan(values, files), log);
        log.note(fmt::format("next: maniple info {}", store));
        return;
    }
    refuse_weight_options(values);
    auto const plink = words_of(values, "bfile");
    auto const vcf = words_of(values, "vcf");
    if (!plink.empty() && !vcf.empty()) {
        throw UserError{
            "--bfile and --vcf exclude each other; import one, then the other into the same store"};
    }
    if (!plink.empty() || !vcf.empty()) {
        auto const format = plink.empty() ? GenotypeFormat::vcf : GenotypeFormat::plink;
        auto const plan = genotype_plan(values, plink.empty() ? vcf : plink, format);
        StopDeadline const deadline{stop_limit_of(values, comm)};
        StopDeadline::describe(log);
        import_genotypes(store, plan, log);
        if (!plan.table) {
            log.note(fmt::format("next: maniple import --store {} --table TRAITS.tsv", store));
            return;
        }
    } else if (auto const plan = table_plan(values)) {
        refuse_genotype_options(values);
        import_table(store, *plan, log);
    } else {
        throw UserError{"nothing to import; give --bfile, --vcf, --table or --weights"};
    }
    log.note(fmt::format(
        "next: maniple info {0}, or maniple scan --store {0} --trait NAME --out RUN", store));
}

}  // namespace

Command const import_command{
    .name = "import",
    .summary = "genotypes, traits, covariates and weights of scores into a store",
    .usage =
        "--store S (--bfile P... | --vcf F...) [--table F] | --store S --weights F... [--name N]",
    .examples =
        "maniple import --store cohort --bfile chr1 chr2 --table traits.tsv\n"
        "maniple import --store cohort --vcf cohort.vcf.gz\n"
        "maniple import --store cohort --table clinic.csv --missing-value -9\n"
        "maniple import --store cohort --weights PGS000018.txt.gz PGS001229.txt.gz --name heart\n"
        "maniple import --store cohort --weights prs.tsv --genome-build GRCh38\n",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
