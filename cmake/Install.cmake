# `cmake --install`: the program, the library with its headers and CMake package, manual pages, completion, examples and
# bundled models. Component `program` is what a tarball holds.
include(CMakePackageConfigHelpers)
set(groel_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/groel)

install(TARGETS groel_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS groel groel_third_party EXPORT groelTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/groel DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING
        PATTERN "*.h" PATTERN "*.inc")
install(EXPORT groelTargets NAMESPACE groel:: DESTINATION ${groel_package_dir} COMPONENT development)

set(GROEL_SHARE_DIR ${CMAKE_INSTALL_DATADIR}/groel)
configure_package_config_file(cmake/groelConfig.cmake.in ${PROJECT_BINARY_DIR}/groelConfig.cmake
  INSTALL_DESTINATION ${groel_package_dir} PATH_VARS GROEL_SHARE_DIR)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/groelConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/groelConfig.cmake ${PROJECT_BINARY_DIR}/groelConfigVersion.cmake cmake/share_folder.cpp
  DESTINATION ${groel_package_dir} COMPONENT development)
install(FILES cmake/Libraries.cmake DESTINATION ${groel_package_dir} RENAME groelLibraries.cmake COMPONENT development)

# Component `library`: libgroel.so with its header, for other languages; python/CMakeLists.txt has component `python`.
if(TARGET groel_shared)
  install(TARGETS groel_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  install(FILES include/groel/c.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/groel COMPONENT library)
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(packaging/groel.pc.in ${PROJECT_BINARY_DIR}/groel.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/groel.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
endif()

foreach(folder IN ITEMS examples models)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${folder} DESTINATION ${GROEL_SHARE_DIR} COMPONENT program)
  endif()
endforeach()
# Random weights, for tests (src/checkpoints/bundled.cpp).
install(DIRECTORY tests/data/esm2-tiny/ DESTINATION ${GROEL_SHARE_DIR}/models/esm2-tiny-random COMPONENT program
  FILES_MATCHING PATTERN "*config.json" PATTERN "vocab.txt" PATTERN "model.safetensors" PATTERN "special_tokens_map.json")

# Written by the program when it was linked (cli/CMakeLists.txt).
set(pages ${PROJECT_BINARY_DIR}/pages)
install(DIRECTORY ${pages}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT program)
install(FILES ${pages}/completions/bash/groel DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${pages}/completions/zsh/_groel DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
install(FILES ${pages}/completions/fish/groel.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)

install(FILES LICENSE README.md CHANGELOG.md CITATION.cff packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
