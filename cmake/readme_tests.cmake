# README.md promises nothing that is not there.
add_test(NAME readme/names-what-exists
         COMMAND ${CMAKE_SOURCE_DIR}/tests/readme/check_readme.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:maniple>)
