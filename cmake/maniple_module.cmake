# Options that every target shares.
add_library(maniple_options INTERFACE)
target_compile_definitions(maniple_options INTERFACE
  MANIPLE_CHECKS=$<BOOL:${MANIPLE_CHECKS}> OMPI_SKIP_MPICXX)
# No contraction and no fast-math: results must not depend on what the compiler fuses.
target_compile_options(maniple_options INTERFACE
  -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wno-missing-field-initializers
  $<$<BOOL:${MANIPLE_WARNINGS_ARE_ERRORS}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns about its own std::string (GCC bug 105651).
  target_compile_options(maniple_options INTERFACE -Wno-restrict)
endif()

# One static library per folder: every source in it. USES is that folder's row in
# scripts/check_layers.py; USES_LIBRARIES are foreign libraries.
function(maniple_module name)
  cmake_parse_arguments(ARG "" "" "USES;USES_LIBRARIES" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND maniple_)
  file(GLOB headers CONFIGURE_DEPENDS include/maniple/${name}/*.hpp)
  file(GLOB sources CONFIGURE_DEPENDS src/${name}/*.cpp)
  add_library(maniple_${name} STATIC ${sources})
  set_target_properties(maniple_${name} PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(maniple_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_link_libraries(maniple_${name} PUBLIC maniple_options ${ARG_USES} ${ARG_USES_LIBRARIES})
endfunction()
