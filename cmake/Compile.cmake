# Warnings, sanitizers and code-generation flags shared by every target of ours.
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
  target_compile_options(groel_flags INTERFACE -fsanitize=${GROEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(groel_flags INTERFACE -fsanitize=${GROEL_SANITIZE})
endif()
if(GROEL_FUZZ)
  target_compile_options(groel_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(groel_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
