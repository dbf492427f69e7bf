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
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers $<$<BOOL:${GROEL_WERROR}>:-Werror>)
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
