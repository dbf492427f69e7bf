# Run by cpack between installing and packing. Tarball: the libraries go into it. Debian package: files are where Debian
# wants them, pages and change log compressed.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE programs ${CPACK_TEMPORARY_DIRECTORY}/groel ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/groel)
list(FILTER programs INCLUDE REGEX "/bin/groel$")
list(REMOVE_DUPLICATES programs)
list(LENGTH programs found)
if(NOT found EQUAL 1)
  message(FATAL_ERROR "one program is expected where cpack has installed, not: ${programs}")
endif()
cmake_path(GET programs PARENT_PATH bin)
cmake_path(GET bin PARENT_PATH prefix)

if(CPACK_GENERATOR STREQUAL TGZ)
  execute_process(COMMAND bash ${CPACK_GROEL_BUNDLE} ${prefix} COMMAND_ERROR_IS_FATAL ANY)
elseif(CPACK_GENERATOR STREQUAL DEB)
  file(MAKE_DIRECTORY ${prefix}/share/zsh)
  file(RENAME ${prefix}/share/zsh/site-functions ${prefix}/share/zsh/vendor-completions)
  file(REMOVE ${prefix}/share/doc/groel/LICENSE)  # copyright says where Debian keeps that text
  file(GLOB pages ${prefix}/share/man/man1/*.1)
  file(RENAME ${prefix}/share/doc/groel/CHANGELOG.md ${prefix}/share/doc/groel/changelog)
  execute_process(COMMAND gzip -9n ${pages} ${prefix}/share/doc/groel/changelog COMMAND_ERROR_IS_FATAL ANY)
endif()
