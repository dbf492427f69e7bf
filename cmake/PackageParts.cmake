# Read by cpack for each kind of package: what the Debian package holds beside the program.
if(CPACK_GENERATOR STREQUAL DEB)
  list(GET CPACK_INSTALL_CMAKE_PROJECTS 0 build)
  list(APPEND CPACK_INSTALL_CMAKE_PROJECTS ${build} groel library / ${build} groel python /)
endif()
