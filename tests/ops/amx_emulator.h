// Emulates AMX on processors without it: its instructions fault, and the handler does what they would have done.
//
// So the compiled kernel runs unchanged: which registers, addresses and tiles its instructions name is read from the
// machine code, and whatever the compiler left unwritten in memory is missing here as well.
#pragma once

#if defined(__x86_64__)

#include <signal.h>
#include <ucontext.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace groel::test {

/// While one lives, AMX instructions that the processor does not know are emulated, in every thread; others that it
/// does not know end the process as ever. One at a time.
class AmxEmulator {
 public:
  /// Of this thread.
  struct State {
    std::uint8_t config[64];  // palette 0: the tiles are not in use
    std::uint8_t tiles[8][16][64];
    std::int64_t configurations, releases, loads, stores, products;
  };
  static State& state() {
    static thread_local State instance{};
    return instance;
  }

  AmxEmulator() {
    state() = {};
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGILL, &action, &before());
  }
  ~AmxEmulator() { sigaction(SIGILL, &before(), nullptr); }
  AmxEmulator(const AmxEmulator&) = delete;
  AmxEmulator& operator=(const AmxEmulator&) = delete;

 private:
  // A VEX instruction of the map 0F38 with 128 bits and W0, as all of AMX are.
  struct Instruction {
    int prefix;  // 0: none, 1: 66, 2: F3, 3: F2
    int opcode;
    int mod, reg, rm;  // of ModRM, extended
    int vvvv;
    std::uint64_t base, index;  // of a memory operand: its address without the index, and the index times its scale
    std::uint64_t end;          // address of the next instruction
    bool with_sib;
  };

  static struct sigaction& before() {
    static struct sigaction instance {};
    return instance;
  }

  static std::uint64_t general(const ucontext_t& context, int number) {
    constexpr int kRegisters[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return static_cast<std::uint64_t>(context.uc_mcontext.gregs[kRegisters[number]]);
  }

  // The memory operand after ModRM at `at`; -> the address after it.
  static const std::uint8_t* decode_address(const ucontext_t& context, const std::uint8_t* at, int extend_index,
                                            int extend_base, Instruction& out) {
    int base = out.rm | extend_base;
    bool has_base = true;
    std::uint64_t origin = 0;  // of an address without a base
    if (out.rm == 4) {
      const int sib = *at++;
      out.with_sib = true;
      base = (sib & 7) | extend_base;
      const int index = ((sib >> 3) & 7) | extend_index;
      if (index != 4) out.index = general(context, index) << (sib >> 6);
      has_base = (sib & 7) != 5 || out.mod != 0;
    } else if (out.rm == 5 && out.mod == 0) {
      has_base = false;
      origin = reinterpret_cast<std::uint64_t>(at + 4);  // the next instruction
    }
    std::int32_t displacement = 0;
    if (out.mod == 1) displacement = static_cast<std::int8_t>(*at++);
    if (out.mod == 2 || !has_base) {
      std::memcpy(&displacement, at, sizeof displacement);
      at += sizeof displacement;
    }
    out.base = (has_base ? general(context, base) : origin) + static_cast<std::uint64_t>(std::int64_t{displacement});
    return at;
  }

  static bool decode(const ucontext_t& context, Instruction& out) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(context.uc_mcontext.gregs[REG_RIP]);
    if (at[0] != 0xc4 || (at[1] & 0x1f) != 2 || (at[2] & 0x84) != 0) return false;
    const int extend_reg = at[1] & 0x80 ? 0 : 8;
    const int extend_index = at[1] & 0x40 ? 0 : 8;
    const int extend_base = at[1] & 0x20 ? 0 : 8;
    out = {};
    out.prefix = at[2] & 3;
    out.vvvv = (at[2] >> 3 & 15) ^ 15;
    out.opcode = at[3];
    out.mod = at[4] >> 6;
    out.reg = (at[4] >> 3 & 7) | extend_reg;
    out.rm = at[4] & 7;
    at += 5;
    if (out.mod == 3)
      out.rm |= extend_base;
    else
      at = decode_address(context, at, extend_index, extend_base, out);
    out.end = reinterpret_cast<std::uint64_t>(at);
    return true;
  }

  static int row_bytes(const State& s, int tile) { return s.config[16 + 2 * tile] | s.config[17 + 2 * tile] << 8; }
  static int rows(const State& s, int tile) { return s.config[48 + tile]; }
  static bool usable(const State& s, int tile) { return s.config[0] == 1 && tile < 8 && rows(s, tile) > 0; }

  // What faults on the hardware: a palette that is not there, tiles that are too large, anything in what is reserved.
  static bool configure(State& s, const std::uint8_t* from) {
    std::memcpy(s.config, from, sizeof s.config);
    std::memset(s.tiles, 0, sizeof s.tiles);
    ++s.configurations;
    if (s.config[0] != 1 || s.config[1] != 0) return false;
    for (int i = 2; i < 64; ++i)
      if ((i < 16 || (i >= 32 && i < 48) || i >= 56) && s.config[i] != 0) return false;
    for (int tile = 0; tile < 8; ++tile)
      if (rows(s, tile) > 16 || row_bytes(s, tile) > 64 || (rows(s, tile) == 0) != (row_bytes(s, tile) == 0))
        return false;
    return true;
  }

  static bool load(State& s, const Instruction& i) {
    if (!usable(s, i.reg) || !i.with_sib) return false;
    std::memset(s.tiles[i.reg], 0, sizeof s.tiles[i.reg]);
    for (int r = 0; r < rows(s, i.reg); ++r)
      std::memcpy(s.tiles[i.reg][r], reinterpret_cast<const void*>(i.base + i.index * static_cast<std::uint64_t>(r)),
                  static_cast<std::size_t>(row_bytes(s, i.reg)));
    ++s.loads;
    return true;
  }

  static bool store(State& s, const Instruction& i) {
    if (!usable(s, i.reg) || !i.with_sib) return false;
    for (int r = 0; r < rows(s, i.reg); ++r)
      std::memcpy(reinterpret_cast<void*>(i.base + i.index * static_cast<std::uint64_t>(r)), s.tiles[i.reg][r],
                  static_cast<std::size_t>(row_bytes(s, i.reg)));
    ++s.stores;
    return true;
  }

  static float value(const std::uint8_t* bytes) {
    const std::uint32_t bits = static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8) << 16;
    float out = 0;
    std::memcpy(&out, &bits, sizeof out);
    return out;
  }

  // reg [rows, colsb / 4] f32 += rm [rows, colsb / 2] bf16 · vvvv, of which row k holds the pairs 2k, 2k + 1.
  static bool multiply(State& s, const Instruction& i) {
    if (!usable(s, i.reg) || !usable(s, i.rm) || !usable(s, i.vvvv)) return false;
    if (i.reg == i.rm || i.reg == i.vvvv || i.rm == i.vvvv) return false;
    if (rows(s, i.reg) != rows(s, i.rm) || row_bytes(s, i.reg) != row_bytes(s, i.vvvv)) return false;
    if (row_bytes(s, i.rm) != 4 * rows(s, i.vvvv)) return false;
    for (int m = 0; m < rows(s, i.reg); ++m)
      for (int n = 0; n < row_bytes(s, i.reg) / 4; ++n) {
        float sums[2] = {};
        for (int k = 0; k < rows(s, i.vvvv); ++k)
          for (const int which : {0, 1})
            sums[which] += value(s.tiles[i.rm][m] + 4 * k + 2 * which) * value(s.tiles[i.vvvv][k] + 4 * n + 2 * which);
        float sum = 0;
        std::memcpy(&sum, s.tiles[i.reg][m] + 4 * n, sizeof sum);
        sum += sums[0] + sums[1];
        std::memcpy(s.tiles[i.reg][m] + 4 * n, &sum, sizeof sum);
      }
    ++s.products;
    return true;
  }

  static bool release(State& s) {
    std::memset(s.config, 0, sizeof s.config);
    ++s.releases;
    return true;
  }

  static bool zero(State& s, const Instruction& i) {
    if (usable(s, i.reg)) std::memset(s.tiles[i.reg], 0, sizeof s.tiles[i.reg]);
    return usable(s, i.reg);
  }

  static bool execute(State& s, const Instruction& i) {
    const bool memory = i.mod != 3;
    if (i.opcode == 0x49 && i.prefix == 0 && memory)
      return configure(s, reinterpret_cast<const std::uint8_t*>(i.base + i.index));
    if (i.opcode == 0x49 && i.prefix == 0) return release(s);
    if (i.opcode == 0x49 && i.prefix == 3 && !memory) return zero(s, i);
    if (i.opcode == 0x4b && i.prefix == 3 && memory) return load(s, i);
    if (i.opcode == 0x4b && i.prefix == 2 && memory) return store(s, i);
    if (i.opcode == 0x5c && i.prefix == 2 && !memory) return multiply(s, i);
    return false;
  }

  static void handle(int, siginfo_t*, void* opaque) {
    auto& context = *static_cast<ucontext_t*>(opaque);
    Instruction instruction;
    if (decode(context, instruction) && execute(state(), instruction))
      context.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(instruction.end);
    else
      signal(SIGILL, SIG_DFL);  // and again, for good
  }
};

}  // namespace groel::test

#endif
