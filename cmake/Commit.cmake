# Writes HEADER with the commit of SOURCE, and touches it only when that has changed. Nothing is known of a tree that is
# no checkout of its own (an archive inside another repository), or where git is not there.
cmake_minimum_required(VERSION 3.25)
set(commit "")
set(modified false)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET)
  execute_process(COMMAND ${GIT} -C ${SOURCE} --no-optional-locks status --porcelain --untracked-files=no
    OUTPUT_VARIABLE changes ERROR_QUIET)
  if(changes)
    set(modified true)
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT "// The commit of this build; written at each.
#pragma once
inline constexpr const char* kBuildCommit = \"@commit@\";
inline constexpr bool kBuildModified = @modified@;
")
