# Every outside library, by the name of its Debian package.
find_package(OpenMP REQUIRED COMPONENTS CXX)        # the one thread pool; oneDNN uses it too
find_package(dnnl REQUIRED)                         # libdnnl-dev: matrix products
find_package(hwy REQUIRED)                          # libhwy-dev: portable SIMD
find_package(fmt REQUIRED)                          # libfmt-dev
find_package(nlohmann_json REQUIRED)                # nlohmann-json3-dev
find_package(CLI11 REQUIRED)                        # libcli11-dev
find_package(ZLIB REQUIRED)                         # zlib1g-dev
find_package(OpenSSL REQUIRED COMPONENTS Crypto)    # libssl-dev: SHA-256
set(HDF5_USE_STATIC_LIBRARIES ON)                   # the shared one loads libcurl and two dozen more at every start
find_package(HDF5 REQUIRED COMPONENTS C)            # libhdf5-dev
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)  # libtomlplusplus-dev: recipe files; headers alone
find_path(DUKTAPE_INCLUDE_DIR duktape.h REQUIRED)           # duktape-dev: runs the drawing of pictures
find_library(DUKTAPE_LIBRARY duktape REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)                      # libeigen3-dev: eigenvectors; headers alone
find_path(GEMMI_INCLUDE_DIR gemmi/cif.hpp REQUIRED)           # gemmi-dev: structure files; headers alone
find_path(PEGTL_INCLUDE_DIR tao/pegtl.hpp REQUIRED)          # tao-pegtl-dev: gemmi's parser of mmCIF
find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h REQUIRED)     # libhnswlib-dev: graphs of near vectors; headers alone
find_package(PNG REQUIRED)                                  # libpng-dev
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)    # libzstd-dev

add_library(groel_third_party INTERFACE)
target_link_libraries(groel_third_party INTERFACE
  OpenMP::OpenMP_CXX DNNL::dnnl hwy::hwy fmt::fmt $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> $<BUILD_INTERFACE:Eigen3::Eigen>
  ZLIB::ZLIB OpenSSL::Crypto PkgConfig::ZSTD ${HDF5_C_LIBRARIES} ${DUKTAPE_LIBRARY} PNG::PNG ${CMAKE_DL_LIBS})
target_link_options(groel_third_party INTERFACE LINKER:--as-needed)  # HDF5 names libcurl, which nothing of it that is used calls
target_include_directories(groel_third_party SYSTEM INTERFACE
  $<BUILD_INTERFACE:${HDF5_C_INCLUDE_DIRS}> $<BUILD_INTERFACE:${TOMLPLUSPLUS_INCLUDE_DIR}>
  $<BUILD_INTERFACE:${GEMMI_INCLUDE_DIR}> $<BUILD_INTERFACE:${PEGTL_INCLUDE_DIR}>
  $<BUILD_INTERFACE:${HNSWLIB_INCLUDE_DIR}>)

# From npm (package.json): Apache ECharts, put into the program as it is.
set(GROEL_ECHARTS_JS ${PROJECT_SOURCE_DIR}/node_modules/echarts/dist/echarts.min.js)
if(NOT EXISTS ${GROEL_ECHARTS_JS})
  message(FATAL_ERROR "node_modules/echarts is missing: run `npm ci --ignore-scripts` in ${PROJECT_SOURCE_DIR} (./run and ./test do)")
endif()
