# Fuzz targets (MANIPLE_FUZZ): every tests/fuzz/<parser>_fuzz.cpp is one, linked with what parses alone, instrumented.
# They replace the rest of the build; scripts/fuzz makes such a tree and runs it.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  message(FATAL_ERROR
    "MANIPLE_FUZZ needs Clang with libFuzzer (the compiler is ${CMAKE_CXX_COMPILER_ID}); "
    "give -DCMAKE_CXX_COMPILER=clang++-14, or let scripts/fuzz do it")
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -gline-tables-only")
add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                    -fno-omit-frame-pointer)

include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -std=c++20)
check_cxx_source_compiles(
  "#include <source_location>\nint main() { return int(std::source_location::current().line()) == 0; }"
  MANIPLE_HAS_SOURCE_LOCATION)

file(GLOB sources CONFIGURE_DEPENDS src/core/*.cpp src/hdf5/*.cpp src/trait/*.cpp src/store/*.cpp)
# What writes text parses nothing. And Clang 14 does not know all names of instruction sets.
list(FILTER sources EXCLUDE REGEX
  "/(instruction_set|training_split|(loco|plink|summary_statistics|text_table)_writer)\\.cpp$")
list(APPEND sources
  src/cli/job_file.cpp src/cli/option_values.cpp src/cli/parse_options.cpp
  src/genotype/allele_match.cpp src/genotype/score_weights.cpp src/genotype/weight_matrix.cpp
  src/model/test_status.cpp
  src/mpi/checked.cpp src/mpi/communicator.cpp src/mpi/launcher.cpp
  src/report/scan_agreement.cpp src/report/scan_record.cpp src/report/scan_words.cpp
  src/run/agreement.cpp src/run/cbor.cpp src/run/evaluation_check.cpp src/run/evaluation_file.cpp
  src/run/evaluation_text.cpp src/run/fit_state.cpp src/run/gene_table.cpp src/run/ingest_journal.cpp src/run/json_file.cpp
  src/run/kept_state.cpp src/run/model_choice.cpp src/run/plan_checksums.cpp src/run/ridge_state.cpp
  src/run/sample_choice.cpp src/run/scan_units.cpp src/run/shard.cpp src/run/shard_file.cpp src/run/stop_limit.cpp src/run/trait_counts.cpp src/run/variant_choice.cpp
  src/run/whole_genome_progress.cpp)
add_library(maniple_parsers STATIC ${sources})
target_include_directories(maniple_parsers PUBLIC include PRIVATE tests/fuzz)
if(NOT MANIPLE_HAS_SOURCE_LOCATION)
  target_include_directories(maniple_parsers BEFORE PUBLIC tests/fuzz/source_location)
endif()
target_precompile_headers(maniple_parsers PRIVATE
  <algorithm> <filesystem> <string> <string_view> <utility> <vector> <fmt/format.h> <fmt/ranges.h>)
target_link_libraries(maniple_parsers PUBLIC maniple_options
  fmt::fmt PkgConfig::xxhash hdf5_c PkgConfig::htslib PkgConfig::libdeflate PkgConfig::zlib PkgConfig::libzstd
  MPI::MPI_C nlohmann_json::nlohmann_json Boost::program_options)

# Of these, checksums that differ are not the end: what a file says is met as if its writer had sealed it.
set(sealed effect_file kept_state model_file partition predictor_file result_file result_spool store_index table_file
    whole_genome_kept)
add_library(any_checksum OBJECT tests/fuzz/any_checksum.cpp)
target_link_libraries(any_checksum PRIVATE maniple_parsers)
add_library(fuzz_place OBJECT tests/fuzz/scratch.cpp tests/fuzz/hostile_file.cpp)
target_link_libraries(fuzz_place PRIVATE maniple_parsers)

file(GLOB sources CONFIGURE_DEPENDS tests/fuzz/*_fuzz.cpp)
foreach(source ${sources})
  string(REGEX REPLACE ".*/(.*)_fuzz\\.cpp$" "\\1" name ${source})
  add_executable(${name}_fuzz ${source})
  target_include_directories(${name}_fuzz PRIVATE tests)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(${name}_fuzz PRIVATE fuzz_place)
  if(name IN_LIST sealed)
    target_link_libraries(${name}_fuzz PRIVATE any_checksum)
  endif()
  target_link_libraries(${name}_fuzz PRIVATE maniple_parsers)
endforeach()
