// Writes a parameter file of AlphaFold 3's published shape with random numbers, for measurements of time and memory:
//
//   bench_folding_weights FILE.bin [SEED]
//
// 368,384,538 numbers as f32, 1.47 GB. Products keep the size of what they are given, norms and gates are as they begin
// in training. What a network with them predicts means nothing.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "structure_models/alphafold3_rules.h"

namespace {

using namespace groel;
using namespace groel::structure_models;

// Normal numbers, near enough: sums of twelve uniform ones.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U + 1) {}
  float operator()() {
    float sum = -6;
    for (int i = 0; i < 3; ++i) {
      state_ ^= state_ << 13U;
      state_ ^= state_ >> 7U;
      state_ ^= state_ << 17U;
      for (unsigned part = 0; part < 4; ++part) sum += static_cast<float>((state_ >> (16 * part)) & 0xFFFFU) / 65536.0F;
    }
    return sum;
  }

 private:
  std::uint64_t state_;
};

void put(std::ofstream& to, std::int64_t number) {
  const auto whole = static_cast<std::int32_t>(number);
  to.write(reinterpret_cast<const char*>(&whole), sizeof whole);
}

void write_record(std::ofstream& to, const std::string& record, const std::string& type, const Shape& shape,
                  const std::vector<char>& payload) {
  const std::size_t colon = record.rfind(':');
  const std::string scope = record.substr(0, colon), name = record.substr(colon + 1);
  for (const std::size_t length : {scope.size(), name.size(), type.size(), shape.size(), payload.size()})
    put(to, static_cast<std::int64_t>(length));
  to << scope << name << type;
  for (const std::int64_t size : shape) put(to, size);
  to.write(payload.data(), static_cast<std::streamsize>(payload.size()));
}

std::vector<char> numbers(const RecordRule& rule, Draw& draw) {
  const auto count = static_cast<std::size_t>(element_count(rule.shape()));
  std::vector<char> out(count * sizeof(float));
  auto* to = reinterpret_cast<float*>(out.data());
  const bool gain = rule.record.ends_with(":scale"), vector = rule.axes == RecordAxes::vector;
  const float scale = 1 / std::sqrt(static_cast<float>(element_count(rule.in)));
  for (std::size_t i = 0; i < count; ++i) to[i] = gain ? 1.0F : vector ? 0.0F : scale * draw();
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bench_folding_weights FILE.bin [SEED]\n");
    return 2;
  }
  std::ofstream file(argv[1], std::ios::binary);
  Draw draw(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  std::vector<char> identifier(64);
  std::snprintf(identifier.data(), identifier.size(), "random");
  write_record(file, "__meta__:__identifier__", "uint8", {64}, identifier);
  for (const RecordRule& rule : alphafold3_rules({}))
    write_record(file, rule.record, "float32", rule.shape(), numbers(rule, draw));
  file.flush();
  if (!file) std::fprintf(stderr, "%s cannot be written\n", argv[1]);
  return file ? 0 : 1;
}
