// Detects the processor's instruction-set level.
#include "base/cpu.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/error.h"
#include "base/simd_dispatch.h"

namespace groel {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 5> kNames{{
    {Isa::baseline, "baseline"},
    {Isa::avx2, "avx2"},
    {Isa::avx512, "avx512"},
    {Isa::avx512_bf16, "avx512_bf16"},
    {Isa::amx, "amx"},
}};

#if defined(__x86_64__)
// Linux grants the AMX tile registers only on request (arch_prctl ARCH_REQ_XCOMP_PERM, feature 18), and only where it
// has enabled their state (XCR0), so that need not be asked of the processor.
bool request_amx() {
  constexpr int kRequestPermission = 0x1023;
  constexpr int kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

struct CpuId {
  unsigned a = 0, b = 0, c = 0, d = 0;

  CpuId(unsigned leaf, unsigned part) {
    if (!__get_cpuid_count(leaf, part, &a, &b, &c, &d)) a = b = c = d = 0;
  }
};

bool bit(unsigned word, unsigned at) { return (word >> at & 1U) != 0; }

bool has_amx_bf16() {
  constexpr unsigned kAmxBf16 = 22;
  constexpr unsigned kAmxTile = 24;
  const CpuId features(7, 0);
  return bit(features.d, kAmxBf16) && bit(features.d, kAmxTile) && request_amx();
}

bool has_avx512_vnni() { return bit(CpuId(7, 0).c, 11); }

bool has_avx_vnni() { return bit(CpuId(7, 1).a, 4); }

bool has_avx512_bf16() { return bit(CpuId(7, 1).a, 5); }

// What the compiler may use in code for AVX2: a virtual machine may offer some of it alone.
bool has_avx2() {
  constexpr unsigned kF16c = 29;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && bit(CpuId(1, 0).c, kF16c);
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}

Isa detect() {
  if (!has_avx2()) return Isa::baseline;
  if (!has_avx512()) return Isa::avx2;
  if (!has_avx512_bf16()) return Isa::avx512;
  return has_amx_bf16() ? Isa::amx : Isa::avx512_bf16;
}
#else
bool has_avx512_vnni() { return false; }
bool has_avx_vnni() { return false; }
Isa detect() { return Isa::baseline; }
#endif

Isa capped() {
  const char* text = std::getenv("GROEL_ISA");
  if (text == nullptr || *text == '\0') return machine_isa();
  const std::optional<Isa> cap = parse_isa(text);
  if (!cap)
    throw Error(ErrorKind::usage, {fmt::format("unknown instruction set '{}'", text), "GROEL_ISA",
                                   "use one of baseline, avx2, avx512, avx512_bf16, amx"});
  return std::min(*cap, machine_isa());
}

}  // namespace

std::string_view name(Isa isa) noexcept { return kNames[static_cast<std::size_t>(isa)].second; }

std::optional<Isa> parse_isa(std::string_view text) noexcept {
  for (const auto& [isa, label] : kNames)
    if (label == text) return isa;
  return std::nullopt;
}

Isa machine_isa() {
  static const Isa isa = detect();
  return isa;
}

Isa active_isa() {
  static const Isa isa = capped();
  return isa;
}

ByteProducts byte_products() {
  static const ByteProducts by = [] {
    if (active_isa() >= Isa::avx512) return has_avx512_vnni() ? ByteProducts::quads_512 : ByteProducts::none;
    if (active_isa() < Isa::avx2) return ByteProducts::none;
    return has_avx_vnni() ? ByteProducts::quads_256 : ByteProducts::pairs_256;
  }();
  return by;
}

std::vector<ByteProducts> runnable_byte_products() {
  std::vector<ByteProducts> out;
  if (machine_isa() >= Isa::avx2) out.push_back(ByteProducts::pairs_256);
  if (machine_isa() >= Isa::avx2 && has_avx_vnni()) out.push_back(ByteProducts::quads_256);
  return out;
}

SimdLevel simd_level() {
  static const SimdLevel level = active_isa() >= Isa::avx512 ? SimdLevel::avx512
                                 : active_isa() >= Isa::avx2 ? SimdLevel::avx2
                                                             : SimdLevel::baseline;
  return level;
}

std::vector<Isa> runnable_isas() {
  std::vector<Isa> out;
  for (const auto& [isa, label] : kNames)
    if (isa <= machine_isa()) out.push_back(isa);
  return out;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

}  // namespace groel
