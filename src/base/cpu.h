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
/// By which instructions kernels of the active level multiply bytes into exact sums: dot products of four bytes by
/// AVX-512 (VNNI; processors with avx512_bf16 have them, some with avx512) or by 256 bits (AVX-VNNI; some with avx2),
/// or bytes widened to pairs of 16 bits (avx2). none: below avx2, and with avx512 alone, whose products in f32 are as
/// fast as pairs.
enum class ByteProducts { none, pairs_256, quads_256, quads_512 };
ByteProducts byte_products();
/// Those by 256 bits that this machine can run, whatever the active level is (for tests).
std::vector<ByteProducts> runnable_byte_products();
/// Every level that this machine can run, lowest first (for tests that force each).
std::vector<Isa> runnable_isas();

/// Model name of the processor as the system reports it.
std::string cpu_name();

}  // namespace groel
