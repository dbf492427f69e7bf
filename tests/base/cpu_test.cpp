// Names and order of instruction-set levels.
#include "base/cpu.h"

#include <gtest/gtest.h>

namespace groel {
namespace {

constexpr Isa kAll[] = {Isa::baseline, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx};

TEST(Isa, NamesAreReadBack) {
  for (const Isa isa : kAll) EXPECT_EQ(parse_isa(name(isa)), isa);
  EXPECT_EQ(parse_isa("avx2"), Isa::avx2);
  EXPECT_EQ(name(Isa::avx512_bf16), "avx512_bf16");
}

TEST(Isa, OtherNamesAreNone) {
  for (const char* text : {"", "AVX2", "avx", "avx512 ", "sse2", "amx2"})
    EXPECT_EQ(parse_isa(text), std::nullopt) << text;
}

TEST(Isa, ThisMachineRunsEveryLevelUpToItsOwn) {
  const std::vector<Isa> runnable = runnable_isas();
  ASSERT_FALSE(runnable.empty());
  EXPECT_EQ(runnable.front(), Isa::baseline);
  EXPECT_EQ(runnable.back(), machine_isa());
  for (std::size_t i = 0; i < runnable.size(); ++i) EXPECT_EQ(runnable[i], kAll[i]);
  EXPECT_LE(active_isa(), machine_isa());
}

TEST(Isa, ProcessorHasAName) { EXPECT_FALSE(cpu_name().empty()); }

}  // namespace
}  // namespace groel
