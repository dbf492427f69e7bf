// The instruction-set level that the kernels use: what the processor has, limited by GROEL_ISA.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel {

/// Levels in rising order; a level includes all below it.
enum class Isa { baseline, avx2, avx512, avx512_bf16, amx };

std::string_view name(Isa isa) noexcept;
/// "avx2" -> Isa::avx2; nothing for an unknown name.
std::optional<Isa> parse_isa(std::string_view text) noexcept;

/// Highest level of this machine.
Isa machine_isa();
/// The level in use: machine_isa() limited by the environment variable GROEL_ISA at first use. An unknown name in it
/// is a usage error. Fixed for the life of the process (kernels are packed for it).
Isa active_isa();
/// Whether kernels of the active level may use AVX-512's dot products of bytes (VNNI). Processors with avx512_bf16 have
/// them, some with avx512.
bool multiplies_bytes();
/// Every level that this machine can run, lowest first (for tests that force each).
std::vector<Isa> runnable_isas();

/// Model name of the processor as the system reports it.
std::string cpu_name();

}  // namespace groel
