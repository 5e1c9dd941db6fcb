#include "store_target.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/check_structure.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

void make_private_folder(fs::path const& path) {
    if (::mkdir(path.c_str(), S_IRWXU) == 0 || (errno == EEXIST && fs::is_directory(path))) return;
    throw EnvironmentError{
        fmt::format("'{}' cannot be made ({}); choose another place for the store", path.string(),
                    std::generic_category().message(errno))};
}

// Contig names may hold any character ("HLA-A*01:01"); file names stay plain.
std::string to_file_name(std::string_view contig) {
    constexpr std::size_t longest = 100;
    std::string name{contig.substr(0, longest)};
    for (auto& c : name) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '_';
        if (!plain) c = '_';
    }
    return name;
}

fs::path without_trailing_slash(fs::path path) {
    return path.has_filename() ? path : path.parent_path();
}

// The folder that a link leads to: a store cannot replace the link.
fs::path where_it_is(fs::path path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    auto target = fs::canonical(path, error);
    if (!error) return target;
    throw UserError{
        fmt::format("'{}' is a link that leads nowhere ({}); remove it, or choose "
                    "another --store",
                    path.string(), error.message())};
}

constexpr char const* partition_extension = ".h5";
constexpr char const* lock_name = ".import";
constexpr char const* journal_prefix = ".import-begun-";

// The number, of the partitions that were there before, tells a journal that is of use from that of
// an import that was killed when it had just replaced cohort.h5.
std::string journal_name(std::size_t existing_partitions) {
    return fmt::format("{}{}", journal_prefix, existing_partitions);
}

// Reads all of it.
void require_whole(PartitionReader const& partition) {
    RawBlock raw;
    for (std::int64_t block = 0; block < partition.blocks(); ++block) {
        StopRequest::check();
        partition.read_variants(block);
        partition.read_block(block, raw);
        decode_block(raw);
    }
}

}  // namespace

StoreTarget::StoreTarget(fs::path store, Samples const& samples, std::int64_t block_variants)
    : store_{where_it_is(without_trailing_slash(std::move(store)))} {
    expect(block_variants > 0, "a block has variants");

    std::error_code ignored;
    bool const occupied = fs::exists(store_, ignored) &&
                          !(fs::is_directory(store_, ignored) && fs::is_empty(store_, ignored));
    if (!occupied) {
        create_new(block_variants);
        index_.samples = samples;
        index_.fingerprint = fingerprint(samples);
        return;
    }
    if (!fs::exists(store_ / "cohort.h5", ignored)) {
        throw UserError{
            fmt::format("'{}' exists and is no store (it has no cohort.h5); choose another --store",
                        store_.string())};
    }
    open_existing(samples);
}

void StoreTarget::create_new(std::int64_t block_variants) {
    auto const parent = store_.has_parent_path() ? store_.parent_path() : fs::path{"."};
    std::error_code ignored;
    if (!fs::is_directory(parent, ignored)) {
        throw UserError{
            fmt::format("'{}' cannot be made ('{}' is no folder); make that folder first",
                        store_.string(), parent.string())};
    }
    auto const folder =
        store_.parent_path() / fmt::format(".{}.partial", store_.filename().string());
    make_private_folder(folder);
    lock(folder);
    if (fs::exists(store_ / "cohort.h5", ignored)) {
        lock_->remove();
        fs::remove(folder, ignored);  // Where nobody left anything in it.
        throw UserError{fmt::format(
            "'{}' was made by another import meanwhile; give the command again to add to it",
            store_.string())};
    }
    folder_ = folder;
    index_.block_variants = block_variants;
}

void StoreTarget::lock(fs::path const& folder) {
    try {
        lock_.emplace(folder / lock_name);
    } catch (std::system_error const& error) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be written ({}); check permissions and disk space",
                        folder.string(), error.code().message())};
    }
    if (!lock_->is_ours()) {
        throw UserError{
            fmt::format("'{}' is being written by another import{}; wait until it has ended",
                        store_.string(), lock_->holder())};
    }
}

void tidy_up_behind_import(fs::path const& store) {
    std::error_code ignored;
    if (!fs::exists(store / "cohort.h5", ignored)) return;
    auto const current = journal_name(Cohort{store}.index().partitions.size());
    std::vector<fs::path> done;
    for (auto const& entry : fs::directory_iterator{store, ignored}) {
        auto const& path = entry.path();
        if (is_import_journal(path) && path.filename() != current) done.push_back(path);
    }
    if (done.empty()) return;
    try {
        WriterLock lock{store / lock_name};
        if (!lock.is_ours()) return;
        for (auto const& path : done) fs::remove(path, ignored);
        lock.remove();
    } catch (std::system_error const&) {  // They are in nobody's way.
    }
}

bool is_import_begun(fs::path const& store) {
    std::error_code ignored;
    if (!fs::exists(store / "cohort.h5", ignored)) return false;
    return fs::exists(store / journal_name(Cohort{store}.index().partitions.size()), ignored);
}

bool is_import_journal(fs::path const& file) {
    return file.filename().string().starts_with(journal_prefix);
}

fs::path StoreTarget::journal() const { return folder_ / journal_name(existing_partitions_); }

void StoreTarget::take_up(std::vector<PartitionEntry> const& entries) {
    expect(index_.partitions.size() == existing_partitions_, "nothing was added");

    for (auto const& entry : entries) {
        try {
            require_whole({folder_, entry, index_.format()});
            check_structure(folder_ / entry.file);
        } catch (CorruptInput const& damage) {
            throw CorruptInput{
                fmt::format("{}; an interrupted import left it: remove '{}' to start "
                            "again",
                            damage.what(), journal().string())};
        }
        index_.partitions.push_back(entry);
    }
    remove_leftovers();
    if (extends()) return;
    make_private_folder(folder_ / "genotypes");
    make_private_folder(folder_ / "tables");
}

// A new store's folder is ours alone; in an existing one what has no final name is nobody's, nor
// are partitions that are not listed.
void StoreTarget::remove_leftovers() const {
    std::set<fs::path> known{folder_ / lock_name, journal()};
    for (auto const& entry : index_.partitions) known.insert(folder_ / entry.file);
    std::vector<fs::path> leftovers;
    for (auto const& name : {"", "genotypes", "tables"}) {
        std::error_code ignored;
        for (auto const& entry : fs::directory_iterator{folder_ / name, ignored}) {
            auto const& path = entry.path();
            bool const is_partition = path.parent_path() == folder_ / "genotypes" &&
                                      path.extension() == partition_extension;
            bool const is_left =
                extends() ? is_temporary_name(path) || is_import_journal(path) || is_partition
                          : !entry.is_directory(ignored);
            if (is_left && !known.contains(path)) leftovers.push_back(path);
        }
    }
    std::error_code ignored;
    for (auto const& path : leftovers) fs::remove(path, ignored);
}

void StoreTarget::open_existing(Samples const& samples) {
    index_ = Cohort{store_}.index();  // Is this a store at all?
    lock(store_);
    try {
        index_ = Cohort{store_}.index();
        require_same_samples(index_.samples, store_.string(), samples, "the genotypes to add");
    } catch (...) {
        lock_->remove();
        throw;
    }
    existing_partitions_ = index_.partitions.size();
    folder_ = store_;
}

StoreTarget::~StoreTarget() {
    std::error_code ignored;
    bool const is_kept = committed_ || folder_.empty() || fs::exists(journal(), ignored);
    if (!is_kept && extends()) remove_added_partitions();
    if (!is_kept && !extends()) fs::remove_all(folder_, ignored);
    if (lock_ && lock_->is_ours()) lock_->remove();
}

// A commit that failed may have replaced cohort.h5 already: what it lists now stays, and where it
// cannot be read, everything does.
void StoreTarget::remove_added_partitions() const noexcept {
    try {
        auto const listed = Cohort{store_}.index().partitions;
        for (auto i = existing_partitions_; i < index_.partitions.size(); ++i) {
            auto const& file = index_.partitions[i].file;
            auto const is_it = [&](PartitionEntry const& entry) { return entry.file == file; };
            std::error_code ignored;
            if (std::ranges::none_of(listed, is_it)) fs::remove(folder_ / file, ignored);
        }
    } catch (...) {  // Unlisted files harm nobody: `verify` names them.
    }
}

PartitionWriter StoreTarget::start_partition(std::string const& contig, Codec codec) const {
    auto const stem = to_file_name(contig);
    auto const is_taken = [&](std::string const& file) {
        return std::ranges::any_of(index_.partitions,
                                   [&](PartitionEntry const& entry) { return entry.file == file; });
    };
    std::string file;
    for (std::int64_t number = 1; file.empty() || is_taken(file); ++number) {
        file = fmt::format("genotypes/{}-{}{}", stem, number, partition_extension);
    }
    // A file that nobody lists was left by an import that was killed.
    std::error_code ignored;
    fs::remove(folder_ / file, ignored);
    return {folder_ / file, contig, index_.format(), codec};
}

void StoreTarget::add(PartitionEntry entry) {
    for (auto const& present : index_.partitions) {
        if (present.checksum != entry.checksum || present.contig != entry.contig) continue;
        std::error_code ignored;
        fs::remove(folder_ / entry.file, ignored);
        throw UserError{fmt::format(
            "the same {} variants of contig '{}' come twice (variants and genotypes are those of "
            "'{}'); import each file once",
            entry.variants, entry.contig, present.file)};
    }
    index_.partitions.push_back(std::move(entry));
}

void StoreTarget::commit() {
    bool const is_new = !extends();
    write_cohort_index(folder_, index_);
    if (is_new) rename_folder();
    committed_ = true;
    std::error_code ignored;
    fs::remove(journal(), ignored);
    if (!is_new) return;
    fs::remove(store_ / lock_name, ignored);
    lock_.reset();
    sync_to_disk(store_.has_parent_path() ? store_.parent_path() : fs::path{"."});
}

void StoreTarget::rename_folder() {
    for (auto const& path : {folder_ / "genotypes", folder_ / "tables", folder_}) {
        sync_to_disk(path);
    }
    std::error_code error;
    fs::rename(folder_, store_, error);
    if (error) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be given its name ({}); what was imported is in '{}': make "
                        "room for the name, and give the same command again",
                        store_.string(), error.message(), folder_.string())};
    }
    folder_ = store_;
}

void require_same_samples(Samples const& first, std::string const& first_source,
                          Samples const& second, std::string const& second_source) {
    auto const [a, b] = std::ranges::mismatch(first.ids, second.ids);
    if (a == first.ids.end() && b == second.ids.end()) return;
    throw UserError{fmt::format(
        "{} and {} hold different samples ({} and {}; first difference at sample {}); all "
        "genotypes of a store need the same samples in the same order",
        first_source, second_source, first.size(), second.size(), a - first.ids.begin() + 1)};
}

}  // namespace maniple
