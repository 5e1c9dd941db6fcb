#include "maniple/run/run_folder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "finished_run.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view lock_name = ".unfinished";
// What runs that go on later have done so far.
constexpr std::array<std::string_view, 4> progress_names{"models", "whole-genome", "segments",
                                                         "shard"};
// Belongs to the progress of a scan.
constexpr std::string_view predictors_name = "predictors.h5";
// The last of a shard, whose progress is what it makes.
constexpr std::string_view shard_name = "shard.done";
// What a run writes last, by kind of run.
constexpr std::array<std::string_view, 5> last_names{"results.h5", "scores.tsv", "evaluation.json",
                                                     "contributions.tsv", shard_name};
// The last of a run that predicts, and one of the files of others.
constexpr std::string_view record_name = "run.json";

std::string_view name_of(RunProgress progress) {
    switch (progress) {
        case RunProgress::models:
            return progress_names[0];
        case RunProgress::whole_genome:
            return progress_names[1];
        case RunProgress::segments:
            return progress_names[2];
        case RunProgress::shard:
            return progress_names[3];
        case RunProgress::none:
            break;
    }
    return {};
}

bool is_progress(fs::path const& file) {
    return std::ranges::count(progress_names, file.filename().string()) > 0;
}

bool is_there(fs::path const& file) {
    std::error_code ignored;  // What may not be looked at is told when it is written.
    return fs::exists(file, ignored);
}

bool holds_last_file(fs::path const& path) {
    return std::ranges::any_of(last_names, [&](auto name) { return is_there(path / name); });
}

bool is_finished(fs::path const& path) {
    return holds_last_file(path) || (!is_there(path / lock_name) && is_there(path / record_name));
}

// person-1.html
bool is_person_page(fs::path const& file) {
    auto const name = file.filename().string();
    constexpr std::string_view start = "person-";
    constexpr std::string_view end = ".html";
    if (!name.starts_with(start) || !name.ends_with(end)) return false;
    auto const number =
        std::string_view{name}.substr(start.size(), name.size() - start.size() - end.size());
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

// What a run leaves when its process dies: all that is written before the last file has its name.
bool belongs_to_unfinished_run(fs::path const& file) {
    constexpr std::array<std::string_view, 10> names{
        lock_name,     plan_name,  predictors_name, "evaluation.tsv", "log.txt",
        "summary.tsv", "run.json", "matches.tsv",   "genes.tsv",      "report.html"};
    return std::ranges::count(names, file.filename().string()) > 0 || is_progress(file) ||
           is_person_page(file) || is_temporary_name(file);
}

// A finished run of a kind that has a page, without it.
std::string describe_missing_page(fs::path const& path) {
    std::error_code ignored;
    bool const is_shown =
        fs::exists(path / "results.h5", ignored) || fs::exists(path / "evaluation.json", ignored);
    if (!is_shown || fs::exists(path / "report.html", ignored)) return {};
    return fmt::format("; `maniple report --run {}` writes the page that it lacks", path.string());
}

bool is_guest(fs::path const& entry, FolderGuests const& guests) {
    std::error_code ignored;
    return std::ranges::any_of(
        guests, [&](auto const& guest) { return fs::equivalent(entry, guest, ignored); });
}

void require_unused(fs::path const& path, RunProgress progress, FolderGuests const& guests) {
    bool const unfinished = is_there(path / lock_name);
    if (is_finished(path)) {
        throw UserError{
            fmt::format("--out '{}' holds a finished run; choose another folder, or "
                        "remove this one{}",
                        path.string(), describe_missing_page(path))};
    }
    std::error_code error;
    fs::directory_iterator const entries{path, error};
    if (error) {
        throw EnvironmentError{fmt::format("--out '{}' cannot be read ({}); choose another folder",
                                           path.string(), error.message())};
    }
    for (auto const& entry : entries) {
        auto const name = entry.path().filename().string();
        // Whoever empties a folder may not see the hidden file.
        if (is_guest(entry.path(), guests) || (name == plan_name && find_plan(path))) continue;
        if (unfinished && is_progress(entry.path()) && name != name_of(progress)) {
            throw UserError{
                fmt::format("--out '{}' holds the work of an interrupted command of another kind "
                            "('{}'); repeat that command, or choose another folder",
                            path.string(), name)};
        }
        if (unfinished && belongs_to_unfinished_run(entry.path())) continue;
        throw UserError{
            fmt::format("--out '{}' is not empty (it holds '{}'); choose a folder that is "
                        "empty or not there yet",
                        path.string(), name)};
    }
}

}  // namespace

RunFolder::RunFolder(fs::path path, RunProgress progress, FolderGuests const& guests)
    : path_{std::move(path)}, kind_{progress} {
    std::error_code error;
    tidy_up_behind_finished_run(path_, guests);
    require_usable(path_, kind_, guests);
    for (auto missing = fs::absolute(path_, error);
         missing.has_relative_path() && !fs::exists(missing, error);
         missing = missing.parent_path()) {
        if (missing.has_filename()) made_folders_.push_back(missing);
    }
    made_ = fs::create_directories(path_, error);
    if (error) {
        remove_made_folders();
        throw EnvironmentError{fmt::format("--out '{}' cannot be made ({}); choose another folder",
                                           path_.string(), error.message())};
    }
    if (made_) fs::permissions(path_, fs::perms::owner_all, error);
    lock();
    // Another run may have finished here between the first look and the lock.
    try {
        require_unused(path_, kind_, guests);
    } catch (...) {
        release();
        throw;
    }
    remove_leftovers();
}

void RunFolder::require_usable(fs::path const& path, RunProgress progress,
                               FolderGuests const& guests) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return;
    if (!fs::is_directory(path, ignored)) {
        throw UserError{fmt::format(
            "--out '{}' is a file (a run needs a folder); choose another name", path.string())};
    }
    require_unused(path, progress, guests);
}

bool RunFolder::holds_finished_run(fs::path const& path) { return is_finished(path); }

void RunFolder::tidy_up_behind_finished_run(fs::path const& path, FolderGuests const& guests) {
    std::error_code ignored;
    if (!fs::exists(path / lock_name, ignored) || !holds_last_file(path)) return;
    try {
        WriterLock lock{path / lock_name};
        if (!lock.is_ours()) return;
        for (auto const& entry : fs::directory_iterator{path}) {
            auto const is_made = fs::exists(path / shard_name) &&
                                 entry.path().filename() == name_of(RunProgress::shard);
            bool const is_left = !is_made && !is_guest(entry.path(), guests) &&
                                 (is_progress(entry.path()) || is_temporary_name(entry.path()));
            if (is_left) fs::remove_all(entry.path(), ignored);
        }
        lock.remove();
    } catch (std::system_error const&) {  // It is finished all the same.
    }
}

void RunFolder::lock() {
    try {
        lock_.emplace(path_ / lock_name);
    } catch (std::system_error const& error) {
        remove_made_folders();
        throw EnvironmentError{
            fmt::format("--out '{}' cannot be written ({}); choose another folder", path_.string(),
                        error.code().message())};
    }
    if (lock_->is_ours()) return;
    finished_ = true;  // not ours to clean up
    throw UserError{
        fmt::format("--out '{}' is being written by another run{}; wait for it or choose another "
                    "folder",
                    path_.string(), lock_->holder())};
}

// Give the folder back as it is.
void RunFolder::release() {
    lock_->remove();
    finished_ = true;
}

RunFolder::~RunFolder() {
    if (!finished_) clear();
}

fs::path RunFolder::progress() const {
    expect(kind_ != RunProgress::none, "this kind of run leaves work to go on from");

    return path_ / name_of(kind_);
}

bool RunFolder::has_progress() const {
    std::error_code ignored;
    return kind_ != RunProgress::none && fs::exists(progress(), ignored);
}

void RunFolder::remove_leftovers() const {
    std::error_code error;
    for (auto const& entry : fs::directory_iterator{path_, error}) {
        auto const name = entry.path().filename();
        if (name == lock_name || is_progress(name)) continue;
        if (name == predictors_name && has_progress()) continue;
        if (belongs_to_unfinished_run(entry.path())) fs::remove(entry.path(), error);
    }
}

void RunFolder::clear() const {
    std::error_code error;
    if (has_progress()) fs::remove(progress(), error);  // where it is empty
    remove_leftovers();
    if (has_progress()) return;
    fs::remove(path_ / lock_name, error);
    remove_made_folders();
}

// From the innermost; one that another program has used meanwhile is not empty and stays.
void RunFolder::remove_made_folders() const {
    std::error_code ignored;
    for (auto const& folder : made_folders_) fs::remove(folder, ignored);
}

void RunFolder::finish() {
    std::error_code error;
    bool const is_of_use = kind_ == RunProgress::none || kind_ == RunProgress::shard;
    if (!is_of_use) fs::remove_all(progress(), error);
    fs::remove(path_ / lock_name, error);
    finished_ = true;
}

}  // namespace maniple
