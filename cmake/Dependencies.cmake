# Every outside library, by the name of its Debian package. Those that an installed GroEL needs as well when it is linked
# are also in groelConfig.cmake.in; what Libraries.cmake finds, both read there.
find_package(OpenMP REQUIRED COMPONENTS CXX)        # the one thread pool; oneDNN uses it too
find_package(hwy REQUIRED)                          # libhwy-dev: portable SIMD
find_package(fmt REQUIRED)                          # libfmt-dev
find_package(nlohmann_json REQUIRED)                # nlohmann-json3-dev
find_package(CLI11 REQUIRED)                        # libcli11-dev
find_package(ZLIB REQUIRED)                         # zlib1g-dev
find_package(OpenSSL REQUIRED COMPONENTS Crypto)    # libssl-dev: SHA-256
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)  # libtomlplusplus-dev: recipe files; headers alone
find_package(Eigen3 REQUIRED NO_MODULE)                      # libeigen3-dev: eigenvectors; headers alone
find_path(GEMMI_INCLUDE_DIR gemmi/cif.hpp REQUIRED)           # gemmi-dev: structure files
find_path(PEGTL_INCLUDE_DIR tao/pegtl.hpp REQUIRED)          # tao-pegtl-dev: gemmi's parser of mmCIF
find_package(PNG REQUIRED)                                  # libpng-dev
find_path(CURL_INCLUDE_DIR curl/curl.h REQUIRED)            # libcurl4-openssl-dev: headers alone; opened when used
find_path(RDKIT_INCLUDE_DIR GraphMol/ROMol.h PATH_SUFFIXES rdkit)  # librdkit-dev, libboost-dev: molecules; done without
find_path(BOOST_INCLUDE_DIR boost/version.hpp)                     # where they are missing
set(GROEL_RDKIT OFF)
if(RDKIT_INCLUDE_DIR AND BOOST_INCLUDE_DIR)
  set(GROEL_RDKIT ON)
  foreach(part GraphMol SmilesParse DistGeomHelpers RDGeneral)
    find_library(RDKIT_${part}_LIBRARY RDKit${part})
    mark_as_advanced(RDKIT_${part}_LIBRARY)
    list(APPEND RDKIT_LIBRARIES ${RDKIT_${part}_LIBRARY})
    if(NOT RDKIT_${part}_LIBRARY)
      set(GROEL_RDKIT OFF)
    endif()
  endforeach()
endif()
mark_as_advanced(RDKIT_INCLUDE_DIR BOOST_INCLUDE_DIR)
if(NOT GROEL_RDKIT)
  message(STATUS "librdkit-dev or libboost-dev is missing: built without molecules of its own (ideal coordinates instead)")
endif()
# libcpp-httplib-dev: groel serve; done without where it is missing. Its classes have other members without the
# definitions that the library was built with, which its .pc file names.
find_path(HTTPLIB_INCLUDE_DIR httplib.h)
find_library(HTTPLIB_LIBRARY cpp-httplib)
find_file(HTTPLIB_PC cpp-httplib.pc PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig /usr/lib/pkgconfig /usr/share/pkgconfig NO_DEFAULT_PATH)
mark_as_advanced(HTTPLIB_INCLUDE_DIR HTTPLIB_LIBRARY HTTPLIB_PC)
set(GROEL_HTTPLIB OFF)
if(HTTPLIB_INCLUDE_DIR AND HTTPLIB_LIBRARY AND HTTPLIB_PC)
  set(GROEL_HTTPLIB ON)
  file(STRINGS ${HTTPLIB_PC} flags REGEX "^Cflags:")
  string(REGEX MATCHALL "CPPHTTPLIB_[A-Z0-9_]+" HTTPLIB_DEFINITIONS "${flags}")
else()
  message(STATUS "libcpp-httplib-dev is missing: built without groel serve")
endif()
# libfaiss-dev: indexes of vectors that do not fit in memory; done without where it, BLAS or LAPACK is missing.
find_path(FAISS_INCLUDE_DIR faiss/IndexIVFPQ.h)
find_library(FAISS_LIBRARY faiss)
find_library(BLAS_LIBRARY blas)
find_library(LAPACK_LIBRARY lapack)
mark_as_advanced(FAISS_INCLUDE_DIR FAISS_LIBRARY BLAS_LIBRARY LAPACK_LIBRARY)
set(GROEL_FAISS OFF)
if(FAISS_INCLUDE_DIR AND FAISS_LIBRARY AND BLAS_LIBRARY AND LAPACK_LIBRARY)
  set(GROEL_FAISS ON)
else()
  message(STATUS "libfaiss-dev is missing: built without indexes of codes (groel search index --engine faiss)")
endif()
# libopenmpi-dev: several machines at one command; done without where it is missing.
find_package(MPI QUIET COMPONENTS C)
set(GROEL_MPI OFF)
if(MPI_C_FOUND)
  set(GROEL_MPI ON)
else()
  message(STATUS "libopenmpi-dev is missing: built without MPI (one process at a command)")
endif()
# python3-dev, pybind11-dev: the Python module; done without where they are missing. It is for the system's Python, whatever
# other is in PATH: -DPython3_EXECUTABLE=... names another.
set(GROEL_PYTHON auto CACHE STRING "The Python module: auto (where it can be built), on (an error where it cannot), off")
set_property(CACHE GROEL_PYTHON PROPERTY STRINGS auto on off)
string(TOLOWER "${GROEL_PYTHON}" wanted)
set(without "GROEL_PYTHON=${GROEL_PYTHON}")
if(GROEL_SANITIZE OR GROEL_FUZZ)
  set(without "Python has no sanitizers")
elseif(NOT wanted MATCHES "^(off|false|0|no)$")
  set(without "python3-dev or pybind11-dev is missing")
  if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
    set(Python3_EXECUTABLE /usr/bin/python3)
  endif()
  find_package(Python3 QUIET COMPONENTS Interpreter Development.Module)
  find_path(PYBIND11_INCLUDE_DIR pybind11/pybind11.h)
  mark_as_advanced(PYBIND11_INCLUDE_DIR)
  if(Python3_Development.Module_FOUND AND PYBIND11_INCLUDE_DIR)
    set(without "")
  endif()
endif()
if(without AND wanted MATCHES "^(on|true|1|yes)$")
  message(FATAL_ERROR "GROEL_PYTHON=${GROEL_PYTHON}: ${without}")
elseif(without)
  message(STATUS "${without}: built without the Python module")
endif()
set(GROEL_PYTHON_MODULE ON)
if(without)
  set(GROEL_PYTHON_MODULE OFF)
endif()
include(Libraries)  # libdnnl-dev: matrix products; libzstd-dev; liblzma-dev; libhdf5-dev; duktape-dev: runs the drawing of pictures;
                   # libutf8proc-dev: what is a letter or a number in Unicode
if(groel_missing)
  message(FATAL_ERROR "not found: what these Debian packages hold: ${groel_missing}")
endif()

add_library(groel_third_party INTERFACE)
target_link_libraries(groel_third_party INTERFACE
  OpenMP::OpenMP_CXX groel::dnnl hwy::hwy fmt::fmt $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> $<BUILD_INTERFACE:Eigen3::Eigen>
  ZLIB::ZLIB OpenSSL::Crypto groel::zstd groel::lzma groel::hdf5 groel::duktape groel::utf8proc groel::gemmi PNG::PNG ${CMAKE_DL_LIBS})
target_include_directories(groel_third_party SYSTEM INTERFACE
  $<BUILD_INTERFACE:${GROEL_hdf5_INCLUDE_DIR}> $<BUILD_INTERFACE:${GROEL_dnnl_INCLUDE_DIR}> $<BUILD_INTERFACE:${GROEL_utf8proc_INCLUDE_DIR}>
  $<BUILD_INTERFACE:${GROEL_zstd_INCLUDE_DIR}> $<BUILD_INTERFACE:${GROEL_duktape_INCLUDE_DIR}>
  $<BUILD_INTERFACE:${TOMLPLUSPLUS_INCLUDE_DIR}> $<BUILD_INTERFACE:${GEMMI_INCLUDE_DIR}>
  $<BUILD_INTERFACE:${PEGTL_INCLUDE_DIR}> $<BUILD_INTERFACE:${CURL_INCLUDE_DIR}>)

# From npm (package.json): Apache ECharts and 3Dmol.js, put into the program as they are. Without the first the program
# draws no pictures, without the second no structures.
# (A glob, as ninja looks at those again before it builds.)
file(GLOB GROEL_ECHARTS_JS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/node_modules/echarts/dist/echarts.min.js)
if(NOT GROEL_ECHARTS_JS)
  message(STATUS "node_modules/echarts is missing: built without pictures (see docs/install.md)")
endif()
file(GLOB GROEL_3DMOL_JS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/node_modules/3dmol/build/3Dmol-min.js)
if(NOT GROEL_3DMOL_JS)
  message(STATUS "node_modules/3dmol is missing: built without pages of structures (see docs/install.md)")
endif()
# The page of groel serve and groel open: our scripts with Preact, made into one by esbuild, which is a program of its own.
file(GLOB GROEL_PREACT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/node_modules/preact/package.json)
file(GLOB GROEL_ESBUILD CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/node_modules/@esbuild/*/bin/esbuild)
if(GROEL_ESBUILD)
  list(GET GROEL_ESBUILD 0 GROEL_ESBUILD)
endif()
set(GROEL_PAGE OFF)
if(GROEL_ECHARTS_JS AND GROEL_PREACT AND GROEL_ESBUILD)
  set(GROEL_PAGE ON)
else()
  message(STATUS "node_modules/preact or esbuild is missing: groel serve is built without its page (see docs/install.md)")
endif()
