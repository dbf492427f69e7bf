# Warnings, sanitizers and code-generation flags shared by every target of ours.
include(CheckCXXSourceCompiles)
check_cxx_source_compiles("#include <bit>
  #include <concepts>
  #include <span>
  template <std::integral T> constexpr bool small(T x) { return std::bit_width(static_cast<unsigned>(x)) < 3; }
  struct S { int a = 0, b = 0; };
  int main() { const S s{.a = 1, .b = 2}; return requires { s.a; } && small(std::span<const S>(&s, 1)[0].b) ? 0 : 1; }"
  GROEL_COMPILER_KNOWS_CXX20)
if(NOT GROEL_COMPILER_KNOWS_CXX20)
  message(FATAL_ERROR "this compiler lacks C++20: ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION}")
endif()
add_library(groel_flags INTERFACE)
# One floating-point result for every compiler: fused multiply-add only where the code says so.
target_compile_options(groel_flags INTERFACE
  -ffp-contract=off -fno-math-errno
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wno-missing-field-initializers $<$<BOOL:${GROEL_WERROR}>:-Werror>)
# Of files that are compiled together, what one shadows must be its own.
target_compile_options(groel_flags INTERFACE
  $<IF:$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:$<TARGET_PROPERTY:GROEL_TOGETHER>>>,-Wshadow=local,-Wshadow>)
# GCC 12 sees overlaps in appending to a std::string where there are none (its bug 105651).
target_compile_options(groel_flags INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
# SIMD targets that the kernels are compiled for; anything else only makes the build longer.
target_compile_definitions(groel_flags INTERFACE
  "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)")
if(GROEL_SANITIZE)
  target_compile_definitions(groel_flags INTERFACE GROEL_SANITIZED)
  target_compile_options(groel_flags INTERFACE -fsanitize=${GROEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(groel_flags INTERFACE -fsanitize=${GROEL_SANITIZE})
endif()
if(GROEL_FUZZ)
  target_compile_options(groel_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(groel_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# together(LIST NAME ROOT): replaces the sources in LIST by files that include eight of them each, by their paths from
# ROOT, which is among the target's include folders: so a compiler's cache knows them wherever the project is. Two files
# of a target may then not give the same name to different things, in unnamed namespaces neither. Left alone are files
# that Highway compiles once for each instruction set, those that say "compiled alone", as they
# have options of their own, and those with the public
# header, whose `train` is a function.
function(together list name root)
  set(out)
  set(batch)
  set(count 0)
  set(number 0)
  foreach(source IN LISTS ${list})
    file(STRINGS ${source} alone REGEX "foreach_target|groel/groel\\.h|compiled alone" LIMIT_COUNT 1)
    if(alone)
      list(APPEND out ${source})
      continue()
    endif()
    file(RELATIVE_PATH path ${root} ${source})
    string(APPEND batch "#include \"${path}\"\n")
    math(EXPR count "${count} + 1")
    if(count EQUAL 8)
      file(CONFIGURE OUTPUT together/${name}_${number}.cpp CONTENT "${batch}" @ONLY)
      list(APPEND out ${CMAKE_CURRENT_BINARY_DIR}/together/${name}_${number}.cpp)
      math(EXPR number "${number} + 1")
      set(batch)
      set(count 0)
    endif()
  endforeach()
  if(batch)
    file(CONFIGURE OUTPUT together/${name}_${number}.cpp CONTENT "${batch}" @ONLY)
    list(APPEND out ${CMAKE_CURRENT_BINARY_DIR}/together/${name}_${number}.cpp)
  endif()
  set(${list} ${out} PARENT_SCOPE)
endfunction()
# compiled_together(TARGET): its warnings. What a file shadows must be its own, and a class may have members of its
# file's unnamed namespace.
function(compiled_together target)
  set_target_properties(${target} PROPERTIES GROEL_TOGETHER ON)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()
