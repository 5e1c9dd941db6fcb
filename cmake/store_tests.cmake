# Stock readers on our files: a program writes a store, h5py and the snippet of the README read it.
add_executable(write_known_store tests/store/write_known_store.cpp)
target_include_directories(write_known_store PRIVATE tests)
target_link_libraries(write_known_store PRIVATE maniple_store)
add_test(NAME store/read_with_h5py
  COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/tests/store/read_with_h5py.py
    $<TARGET_FILE:write_known_store> ${CMAKE_SOURCE_DIR}/docs/read-a-variant.py)
set_tests_properties(store/read_with_h5py PROPERTIES SKIP_RETURN_CODE 77)
