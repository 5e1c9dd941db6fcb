# Options that every target shares.
add_library(maniple_options INTERFACE)
target_compile_definitions(maniple_options INTERFACE
  MANIPLE_CHECKS=$<BOOL:${MANIPLE_CHECKS}> OMPI_SKIP_MPICXX)
# No contraction and no fast-math: results must not depend on what the compiler fuses.
target_compile_options(maniple_options INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-missing-field-initializers
  $<$<BOOL:${MANIPLE_WARNINGS_ARE_ERRORS}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns about its own std::string (GCC bug 105651), and notes what changed in GCC 4.6.
  target_compile_options(maniple_options INTERFACE -Wno-restrict -Wno-psabi)
endif()

# Loops are compiled once per instruction set; core/instruction_set.hpp chooses at run time. A source says by
# its name which it is for: NAME_scalar.cpp, NAME_avx2.cpp, NAME_avx512.cpp, NAME_amx.cpp.
set(maniple_flags_scalar -O3 -fno-math-errno)
set(maniple_flags_avx2 ${maniple_flags_scalar} -mavx2 -mfma -mpopcnt -mbmi -mbmi2)
set(maniple_flags_avx512 ${maniple_flags_avx2} -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni
  -mavx512vpopcntdq -mprefer-vector-width=512)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND maniple_flags_avx512 -Wno-maybe-uninitialized -Wno-uninitialized)  # in its own intrinsics (GCC bug 105593)
endif()
set(maniple_flags_amx ${maniple_flags_avx512} -mamx-tile -mamx-int8)
function(maniple_set_instructions)
  foreach(set scalar avx2 avx512 amx)
    set(sources ${ARGN})
    list(FILTER sources INCLUDE REGEX "_${set}\\.cpp$")
    if(set STREQUAL scalar OR CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
      set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "${maniple_flags_${set}}")
    else()
      set_source_files_properties(${sources} PROPERTIES HEADER_FILE_ONLY ON)
    endif()
  endforeach()
endfunction()

# One static library per folder: every source in it. USES is that folder's row in
# scripts/check_layers.py; USES_LIBRARIES are foreign libraries.
function(maniple_module name)
  cmake_parse_arguments(ARG "" "" "USES;USES_LIBRARIES" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND maniple_)
  file(GLOB headers CONFIGURE_DEPENDS include/maniple/${name}/*.hpp)
  file(GLOB sources CONFIGURE_DEPENDS src/${name}/*.cpp)
  maniple_set_instructions(${sources})
  add_library(maniple_${name} STATIC ${sources})
  set_target_properties(maniple_${name} PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(maniple_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_link_libraries(maniple_${name} PUBLIC maniple_options ${ARG_USES} ${ARG_USES_LIBRARIES})
endfunction()
