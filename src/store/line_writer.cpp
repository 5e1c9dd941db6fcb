#include "line_writer.hpp"

#include <cerrno>
#include <system_error>

#include <htslib/bgzf.h>
#include <htslib/hts_log.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {

void LineWriter::CloseFile::operator()(BGZF* file) const { bgzf_close(file); }

LineWriter::LineWriter(std::filesystem::path const& path, int threads)
    : place_{path}, threads_{threads}, is_compressed_{path.extension() == ".gz"} {
    expect(threads >= 1, "somebody compresses");

    hts_set_log_level(HTS_LOG_OFF);
    errno = 0;
    file_.reset(bgzf_open(place_.temporary().c_str(), is_compressed_ ? "w" : "wu"));
    if (!file_) refuse("made");
    constexpr int blocks_per_thread = 256;
    if (is_compressed_ && threads > 1) bgzf_mt(file_.get(), threads, blocks_per_thread);
}

// A thread that compresses has an errno of its own: its reason is lost.
void LineWriter::refuse(char const* action) const {
    bool const no_folder = errno == ENOENT || errno == ENOTDIR;
    throw EnvironmentError{fmt::format(
        "'{}' cannot be {} ({}); {}", place_.final_path().string(), action,
        errno == 0 ? "the system gives no reason" : std::generic_category().message(errno),
        no_folder ? "make its folder first" : "check disk space and permissions")};
}

void LineWriter::write_lines() {
    errno = 0;
    auto const size = lines_.size();
    if (bgzf_write(file_.get(), lines_.data(), size) != static_cast<ssize_t>(size)) {
        refuse("written");
    }
    lines_.clear();
}

void LineWriter::write_much() {
    constexpr std::size_t much = std::size_t{1} << 20;
    if (lines_.size() >= much) write_lines();
}

void LineWriter::close() {
    write_lines();
    errno = 0;
    if (bgzf_close(file_.release()) != 0) refuse("written");
}

}  // namespace maniple
