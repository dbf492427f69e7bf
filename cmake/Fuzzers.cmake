# libFuzzer programs: tests/<folder>/fuzz_<name>.cpp becomes build/fuzz/fuzz_<name>. Its corpus, if it has one, lies
# beside it in tests/<folder>/corpus/<name>.
file(GLOB fuzzers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*/fuzz_*.cpp)
foreach(source IN LISTS fuzzers)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE groel_internal)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endforeach()
