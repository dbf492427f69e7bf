# Libraries that are found by a header and a file: they have no CMake package everywhere, or one that asks for more than
# is used. Read by the build and by groelConfig.cmake, so that an exported target names libraries and no paths.
include(CheckCXXSourceCompiles)
set(groel_missing "")  # Debian packages that would bring what was not found

# groel_find(NAME PACKAGE HEADER LIBRARIES [PATH_SUFFIX]): the imported target groel::NAME, for the linker alone; the
# header's folder is GROEL_NAME_INCLUDE_DIR. LIBRARIES are names of one library in order of preference.
function(groel_find name package header libraries)
  find_path(GROEL_${name}_INCLUDE_DIR ${header} PATH_SUFFIXES ${ARGN})
  find_library(GROEL_${name}_LIBRARY NAMES ${libraries} PATH_SUFFIXES ${ARGN})
  mark_as_advanced(GROEL_${name}_INCLUDE_DIR GROEL_${name}_LIBRARY)
  if(NOT GROEL_${name}_INCLUDE_DIR OR NOT GROEL_${name}_LIBRARY)
    set(groel_missing ${groel_missing} ${package} PARENT_SCOPE)
  elseif(NOT TARGET groel::${name})
    add_library(groel::${name} INTERFACE IMPORTED)
    set_target_properties(groel::${name} PROPERTIES INTERFACE_LINK_LIBRARIES "${GROEL_${name}_LIBRARY}")
  endif()
endfunction()

groel_find(dnnl libdnnl-dev oneapi/dnnl/dnnl.hpp dnnl)  # its CMake package asks for OpenCL, which is not used
groel_find(zstd libzstd-dev zstd.h zstd)
groel_find(lzma liblzma-dev lzma.h lzma)
groel_find(utf8proc libutf8proc-dev utf8proc.h utf8proc)
groel_find(duktape duktape-dev duktape.h duktape)
# The static one: the shared one loads libcurl and two dozen more at every start.
groel_find(hdf5 libhdf5-dev hdf5.h "libhdf5.a;hdf5" hdf5/serial)
groel_find(sz libaec-dev szlib.h sz)

# HDF5 1.14 calls libcurl from what every program needs of it, 1.10 from what none of ours does.
if(TARGET groel::hdf5 AND TARGET groel::sz)
  find_package(ZLIB QUIET)
  set_property(TARGET groel::hdf5 APPEND PROPERTY INTERFACE_LINK_LIBRARIES groel::sz ZLIB::ZLIB ${CMAKE_DL_LIBS} m)
  set(CMAKE_REQUIRED_LIBRARIES groel::hdf5)
  set(CMAKE_REQUIRED_INCLUDES ${GROEL_hdf5_INCLUDE_DIR})
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_source_compiles("#include <hdf5.h>
    int main() { return static_cast<int>(H5Fcreate(\"\", H5F_ACC_TRUNC, H5P_DEFAULT, H5Pcreate(H5P_FILE_ACCESS))); }"
    GROEL_HDF5_STANDS_ALONE)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_QUIET)
  if(NOT GROEL_HDF5_STANDS_ALONE)
    find_library(GROEL_curl_LIBRARY NAMES curl)
    find_package(OpenSSL QUIET COMPONENTS Crypto)
    mark_as_advanced(GROEL_curl_LIBRARY)
    if(NOT GROEL_curl_LIBRARY)
      list(APPEND groel_missing libcurl4-openssl-dev)
    endif()
    set_property(TARGET groel::hdf5 APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${GROEL_curl_LIBRARY} OpenSSL::Crypto)
  endif()
endif()

# gemmi has become a library to link; before, its headers were all of it.
find_library(GROEL_gemmi_LIBRARY NAMES gemmi_cpp)
mark_as_advanced(GROEL_gemmi_LIBRARY)
if(NOT TARGET groel::gemmi)
  add_library(groel::gemmi INTERFACE IMPORTED)
  if(GROEL_gemmi_LIBRARY)
    set_target_properties(groel::gemmi PROPERTIES INTERFACE_LINK_LIBRARIES "${GROEL_gemmi_LIBRARY};ZLIB::ZLIB")
  endif()
endif()
