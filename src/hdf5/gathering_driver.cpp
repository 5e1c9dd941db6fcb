#include "gathering_driver.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "direct_writer.hpp"

namespace maniple::hdf5 {

#if H5_VERSION_GE(1, 13, 0)  // Drivers have another shape; these libraries write as they do.

herr_t gather_writes(hid_t, Caching) { return 0; }

std::int64_t gathered_bytes(std::int64_t, Caching) { return 0; }

#else

namespace {

constexpr std::size_t small_piece = std::size_t{1} << 16;

// With Caching::start.
constexpr haddr_t cached_bytes = haddr_t{16} << 20;

// HDF5 sees the first member; everything is passed on to the driver that HDF5 comes with.
struct GatheringFile {
    H5FD_t shared{};
    H5FD_t* inner = nullptr;
    haddr_t begin = 0;                // Where the gathered bytes belong.
    std::size_t size = 0;             // Of them; under `piece`.
    std::size_t piece = small_piece;  // Of a file, from a multiple of it on.
    std::byte* bytes = small;

    std::string direct_name;               // Empty: everything is to be cached.
    std::unique_ptr<DirectWriter> direct;  // Of large pieces, once there are many.
    haddr_t direct_begin = 0;              // Its pieces that may be on their way lie from here
    haddr_t direct_end = 0;                // to here.
    haddr_t written_end = 0;               // Of what it was given.

    // HDF5 forgets failures of writes that closing a dataset asks for, and goes on.
    bool has_failed = false;

    std::byte small[small_piece];

    haddr_t end() const { return begin + size; }
};

GatheringFile& file_of(H5FD_t* file) { return *reinterpret_cast<GatheringFile*>(file); }
GatheringFile const& file_of(H5FD_t const* file) {
    return *reinterpret_cast<GatheringFile const*>(file);
}

H5FD_t* open_file(char const* name, unsigned flags, hid_t access, haddr_t most) {
    PropertiesHandle const properties{H5Pcreate(H5P_FILE_ACCESS)};
    if (!properties.valid() || H5Pset_fapl_sec2(properties.get()) < 0) return nullptr;
    std::unique_ptr<GatheringFile> file{new (std::nothrow) GatheringFile};
    if (!file) return nullptr;
    auto const* const caching = static_cast<Caching const*>(H5Pget_driver_info(access));
    if (caching != nullptr && *caching == Caching::start) file->direct_name = name;
    file->inner = H5FDopen(name, flags, properties.get(), most);
    if (file->inner == nullptr) return nullptr;
    return &file.release()->shared;
}

// What the direct writer could not write: the inner driver does, or says why not.
herr_t write_failed(GatheringFile& file, hid_t transfer) {
    herr_t result = 0;
    while (auto const failed = file.direct->take_failed()) {
        auto const written = H5FDwrite(file.inner, H5FD_MEM_DRAW, transfer, failed->place,
                                       DirectWriter::piece, failed->bytes);
        if (written < 0) result = written;
        file.direct->release(*failed);
    }
    return result;
}

// Afterwards nothing is on its way.
herr_t settle(GatheringFile& file, hid_t transfer) {
    if (!file.direct || file.direct_begin == file.direct_end) return 0;
    file.direct->wait();
    file.direct_begin = file.direct_end = 0;
    return write_failed(file, transfer);
}

// What every write after a failed one, and every flush, comes to.
herr_t remember(GatheringFile& file, herr_t result) {
    file.has_failed = file.has_failed || result < 0;
    return file.has_failed ? -1 : result;
}

// Before the inner driver reads or writes here.
herr_t settle(GatheringFile& file, hid_t transfer, haddr_t place, std::size_t size) {
    auto const meets = place < file.direct_end && file.direct_begin < place + size;
    return meets ? settle(file, transfer) : 0;
}

herr_t submit(GatheringFile& file, hid_t transfer) {
    if (settle(file, transfer, file.begin, file.size) < 0) return -1;
    auto const idle = file.direct_begin == file.direct_end;
    file.direct_begin = idle ? file.begin : std::min(file.direct_begin, file.begin);
    file.direct_end = std::max(file.direct_end, file.end());
    file.written_end = std::max(file.written_end, file.end());
    file.direct->submit(file.begin);
    file.size = 0;
    herr_t written = 0;
    while ((file.bytes = file.direct->room()) == nullptr) {
        if (write_failed(file, transfer) < 0) written = -1;
    }
    return written;
}

// Elements are of no kind to the inner driver: its map of kinds is only about free space.
herr_t write_gathered(GatheringFile& file, hid_t transfer) {
    if (file.size == 0) return 0;
    if (file.size == DirectWriter::piece) return submit(file, transfer);
    auto const size = std::exchange(file.size, std::size_t{0});
    if (settle(file, transfer, file.begin, size) < 0) return -1;
    return H5FDwrite(file.inner, H5FD_MEM_DRAW, transfer, file.begin, size, file.bytes);
}

// The next piece begins here.
void begin_piece(GatheringFile& file, haddr_t place) {
    file.begin = place;
    if (file.direct || place < cached_bytes || file.direct_name.empty()) return;
    file.direct = DirectWriter::open(file.direct_name.c_str());
    file.direct_name.clear();  // Not to be tried again.
    if (!file.direct) return;
    file.bytes = file.direct->room();
    file.piece = DirectWriter::piece;
}

herr_t close_file(H5FD_t* shared) {
    std::unique_ptr<GatheringFile> const file{&file_of(shared)};
    auto const written = write_gathered(*file, H5P_DEFAULT);
    auto const settled = settle(*file, H5P_DEFAULT);
    auto const closed = H5FDclose(file->inner);
    return written < 0 ? written : settled < 0 ? settled : closed;
}

int compare(H5FD_t const* a, H5FD_t const* b) {
    return H5FDcmp(file_of(a).inner, file_of(b).inner);
}

herr_t query(H5FD_t const* file, unsigned long* flags) {
    if (file != nullptr) return H5FDquery(file_of(file).inner, flags);
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

haddr_t get_allocated(H5FD_t const* file, H5FD_mem_t kind) {
    return H5FDget_eoa(file_of(file).inner, kind);
}

herr_t set_allocated(H5FD_t* file, H5FD_mem_t kind, haddr_t end) {
    return H5FDset_eoa(file_of(file).inner, kind, end);
}

haddr_t get_end(H5FD_t const* shared, H5FD_mem_t kind) {
    auto const& file = file_of(shared);
    auto const end = H5FDget_eof(file.inner, kind);
    if (end == HADDR_UNDEF) return end;
    return std::max({end, file.written_end, file.size > 0 ? file.end() : 0});
}

herr_t get_handle(H5FD_t* file, hid_t properties, void** handle) {
    return H5FDget_vfd_handle(file_of(file).inner, properties, handle);
}

herr_t read(H5FD_t* shared, H5FD_mem_t kind, hid_t transfer, haddr_t place, std::size_t size,
            void* buffer) {
    auto& file = file_of(shared);
    auto const meets = place < file.end() && file.begin < place + size;
    if (meets && remember(file, write_gathered(file, transfer)) < 0) return -1;
    if (remember(file, settle(file, transfer, place, size)) < 0) return -1;
    return H5FDread(file.inner, kind, transfer, place, size, buffer);
}

herr_t put(GatheringFile& file, H5FD_mem_t kind, hid_t transfer, haddr_t place, std::size_t size,
           void const* buffer) {
    auto const* source = static_cast<std::byte const*>(buffer);
    auto const known = file.size > 0 && place >= file.begin;
    if (known && place + size <= file.end()) {
        std::memcpy(file.bytes + (place - file.begin), source, size);
        return 0;
    }
    if (!(known && place == file.end()) && write_gathered(file, transfer) < 0) return -1;
    if (file.size == 0 && size >= file.piece && !file.direct) {
        return H5FDwrite(file.inner, kind, transfer, place, size, buffer);
    }
    while (size > 0) {
        if (file.size == 0) begin_piece(file, place);
        // Pieces end at multiples of their size, where pages end as well.
        auto const room = file.piece - static_cast<std::size_t>(file.end() % file.piece);
        auto const part = std::min(size, room);
        std::memcpy(file.bytes + file.size, source, part);
        file.size += part;
        if (part == room && write_gathered(file, transfer) < 0) return -1;
        source += part;
        place += part;
        size -= part;
    }
    return 0;
}

herr_t write(H5FD_t* shared, H5FD_mem_t kind, hid_t transfer, haddr_t place, std::size_t size,
             void const* buffer) {
    auto& file = file_of(shared);
    return remember(file, put(file, kind, transfer, place, size, buffer));
}

herr_t flush(H5FD_t* shared, hid_t transfer, hbool_t closing) {
    auto& file = file_of(shared);
    if (remember(file, write_gathered(file, transfer)) < 0) return -1;
    if (remember(file, settle(file, transfer)) < 0) return -1;
    return H5FDflush(file.inner, transfer, closing);
}

herr_t truncate(H5FD_t* shared, hid_t transfer, hbool_t closing) {
    auto& file = file_of(shared);
    if (remember(file, write_gathered(file, transfer)) < 0) return -1;
    if (remember(file, settle(file, transfer)) < 0) return -1;
    return remember(file, H5FDtruncate(file.inner, transfer, closing));
}

hid_t register_driver() {
    static constexpr H5FD_mem_t kinds[] = H5FD_FLMAP_DICHOTOMY;
    H5FD_class_t driver{};
    driver.name = "maniple gathering";
    driver.maxaddr = (haddr_t{1} << 63U) - 1;
    driver.fc_degree = H5F_CLOSE_WEAK;
    driver.fapl_size = sizeof(Caching);  // What H5Pset_driver is given.
    driver.open = open_file;
    driver.close = close_file;
    driver.cmp = compare;
    driver.query = query;
    driver.get_eoa = get_allocated;
    driver.set_eoa = set_allocated;
    driver.get_eof = get_end;
    driver.get_handle = get_handle;
    driver.read = read;
    driver.write = write;
    driver.flush = flush;
    driver.truncate = truncate;
    std::ranges::copy(kinds, driver.fl_map);
    return H5FDregister(&driver);
}

}  // namespace

herr_t gather_writes(hid_t access_properties, Caching caching) {
    static hid_t const driver = register_driver();
    return H5Pset_driver(access_properties, driver, &caching);
}

std::int64_t gathered_bytes(std::int64_t file_bytes, Caching caching) {
    auto const large =
        caching == Caching::start && file_bytes > static_cast<std::int64_t>(cached_bytes);
    return static_cast<std::int64_t>(sizeof(GatheringFile) +
                                     (large ? DirectWriter::buffers * DirectWriter::piece : 0));
}

#endif

}  // namespace maniple::hdf5
