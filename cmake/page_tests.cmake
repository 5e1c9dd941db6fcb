# The report's page: what is checked in is what web/ builds, and Chromium reads pages with every plot. All of these
# skip where Node, the npm registry or Chromium cannot be had.
add_test(NAME page/modules COMMAND ${CMAKE_SOURCE_DIR}/scripts/page-modules)
set_tests_properties(page/modules PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300 FIXTURES_SETUP page_modules)

add_test(NAME page/assets COMMAND ${CMAKE_SOURCE_DIR}/scripts/build-page --check)
add_test(NAME page/format COMMAND ${CMAKE_SOURCE_DIR}/scripts/check_page_format)
set_tests_properties(page/assets page/format PROPERTIES SKIP_RETURN_CODE 77 FIXTURES_REQUIRED page_modules)

file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/page/test_*.py)
foreach(script ${scripts})
  string(REGEX REPLACE ".*/test_(.*)\\.py$" "\\1" name ${script})
  add_test(NAME page/${name} COMMAND ${MANIPLE_PYTHON} ${script})
  set_tests_properties(page/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900 FIXTURES_REQUIRED page_modules
    ENVIRONMENT "${program_environment}")
endforeach()
set_tests_properties(page/program_pages PROPERTIES COST 200)  # Begins early.
