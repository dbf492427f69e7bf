# `cpack`: a Debian package for the release it is built on, and a tarball that brings its libraries along and runs
# wherever glibc is new enough. Both hold the program (component `program`); the Debian package also libgroel.so and the
# Python module, which are for the system's Python and its libraries. The C++ library is in neither.
set(CPACK_PACKAGE_NAME groel)
set(CPACK_PACKAGE_VENDOR "The GroEL authors")
set(GROEL_MAINTAINER "The GroEL authors <noreply@groel.dev>" CACHE STRING "Who makes the packages: Name <address>")
set(CPACK_PACKAGE_CONTACT ${GROEL_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
"Embeddings, scores of variants, contacts, masked residues, search, pictures, generation, structures and training by
 protein language models, and the jobs of AlphaFold 3, on processors, without Python. A small model for trying things
 out comes along.")
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};groel;program;/")
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/PackageParts.cmake)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
string(TOLOWER "${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" system)
set(CPACK_PACKAGE_FILE_NAME groel-${PROJECT_VERSION}-${system})
# After installing and before packing: what differs between the two.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/BeforePacking.cmake)
set(CPACK_GROEL_BUNDLE ${PROJECT_SOURCE_DIR}/tools/bundle.sh)
set(CPACK_VERBATIM_VARIABLES ON)

# Of the release: 0.1.0-1~debian12.
set(ID "")
set(VERSION_ID "")
if(EXISTS /etc/os-release)
  file(STRINGS /etc/os-release lines REGEX "^(ID|VERSION_ID)=")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([A-Z_]+)=\"?([^\"]*)" ignored "${line}")
    set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endforeach()
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~${ID}${VERSION_ID}")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE ${PROJECT_HOMEPAGE_URL})
# What is linked, dpkg-shlibdeps finds (RDKit's libraries, too, which groel-molecules.so is linked to); what is opened when it is asked for, is recommended: downloads and PNG pictures.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})  # the Python module's libgroel.so
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)  # and the trigger that tells ldconfig
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
  "libcurl4t64 | libcurl4, ca-certificates, librsvg2-2, fonts-dejavu-core")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion")
if(TARGET groel_python)
  # Whoever wants the module has Python; the program needs none.
  string(APPEND CPACK_DEBIAN_PACKAGE_SUGGESTS ", python3-numpy, python3-sklearn")
  set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${PROJECT_SOURCE_DIR}/packaging/postinst;${PROJECT_SOURCE_DIR}/packaging/prerm")
endif()
include(CPack)
