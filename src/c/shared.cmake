# The shared library: the objects of this layer, and of the archive what they need.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/groel/c.h)
file(STRINGS ${PROJECT_SOURCE_DIR}/include/groel/c.h lines REGEX "^GROEL_API ")
set(exported)
foreach(line IN LISTS lines)
  if(line MATCHES "(groel_[a-z_0-9]+)\\(")
    string(APPEND exported " ${CMAKE_MATCH_1};")
  endif()
endforeach()
file(CONFIGURE OUTPUT c/exported.map CONTENT "GROEL_1 { global:@exported@ local: *; };\n" @ONLY)

get_target_property(others groel_third_party INTERFACE_LINK_LIBRARIES)
list(REMOVE_ITEM others groel::hdf5)
add_library(groel_shared SHARED $<TARGET_OBJECTS:groel_c>)
set_target_properties(groel_shared PROPERTIES OUTPUT_NAME groel LINKER_LANGUAGE CXX SOVERSION 1
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
  LINK_DEPENDS "$<TARGET_FILE:groel>;${CMAKE_CURRENT_BINARY_DIR}/c/exported.map")
add_dependencies(groel_shared groel)
target_link_libraries(groel_shared PRIVATE $<TARGET_FILE:groel> groel_flags ${others} ${GROEL_hdf5_shared_LIBRARY})
target_link_options(groel_shared PRIVATE -Wl,--version-script,${CMAKE_CURRENT_BINARY_DIR}/c/exported.map)
target_include_directories(groel_shared INTERFACE ${PROJECT_SOURCE_DIR}/include)
