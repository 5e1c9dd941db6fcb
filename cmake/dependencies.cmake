# Every foreign library in one place. Found by CMake packages or pkg-config, never by path, so that
# modules, Spack and EasyBuild serve as well as a distribution's packages.
if(NOT MANIPLE_FUZZ)  # Nothing that parses has threads, and Clang's OpenMP is another package.
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
find_package(MPI 3.1 REQUIRED COMPONENTS C)
set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 1.10.5 REQUIRED COMPONENTS C)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(Catch2 2.13 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(htslib REQUIRED IMPORTED_TARGET htslib)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

# Libraries without a package file of their own become imported targets here.
function(maniple_import target)
  cmake_parse_arguments(ARG "" "HEADER" "LIBRARIES;SUFFIXES" ${ARGN})
  add_library(${target} INTERFACE IMPORTED)
  find_path(${target}_include ${ARG_HEADER} PATH_SUFFIXES ${ARG_SUFFIXES} REQUIRED)
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_include})
  foreach(library ${ARG_LIBRARIES})
    find_library(${target}_${library} ${library} PATH_SUFFIXES ${ARG_SUFFIXES} REQUIRED)
    target_link_libraries(${target} INTERFACE ${${target}_${library}})
  endforeach()
endfunction()

maniple_import(random123 HEADER Random123/philox.h)

add_library(hdf5_c INTERFACE IMPORTED)
target_include_directories(hdf5_c SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(hdf5_c INTERFACE ${HDF5_C_LIBRARIES})
if(HDF5_IS_PARALLEL)
  target_link_libraries(hdf5_c INTERFACE MPI::MPI_C)  # its headers name MPI's types
endif()
