// Writes weights of the published shapes with random numbers, for measurements of time and memory:
//
//   bench_folding_weights FILE.bin                              AlphaFold 3: 368,384,538 numbers, 1.47 GB
//   bench_folding_weights FILE.bin intellifold2                 IntelliFold-2: 850,997,850 numbers, 3.40 GB, and
//                                                               FILE_fourier.npz
//   bench_folding_weights FILE.safetensors [v1|v2|mini|tiny]    Protenix
//   bench_folding_weights FILE.safetensors openfold3            OpenFold3, preview 1: 368,297,340 numbers
//   bench_folding_weights FILE.safetensors boltz2               Boltz-2: 506,724,992 numbers, and its gates twice
//
// Products keep the size of what they are given, norms and gates are as they begin in training. What a network with
// them predicts means nothing.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays.h"
#include "io/npz.h"
#include "structure_models/alphafold3/rules.h"
#include "structure_models/boltz2/table.h"
#include "structure_models/intellifold2/intellifold2.h"
#include "structure_models/openfold3/table.h"
#include "structure_models/protenix/table.h"

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

std::vector<float> numbers(const Shape& shape, std::int64_t in, float otherwise, Draw& draw) {
  std::vector<float> out(static_cast<std::size_t>(element_count(shape)), otherwise);
  const float scale = 1 / std::sqrt(static_cast<float>(in));
  if (in > 0)
    for (float& x : out) x = scale * draw();
  return out;
}

void write_records(const std::string& path, const Alphafold3Shape& shape) {
  std::ofstream file(path, std::ios::binary);
  Draw draw(1);
  std::vector<char> identifier(64);
  std::snprintf(identifier.data(), identifier.size(), "random");
  write_record(file, "__meta__:__identifier__", "uint8", {64}, identifier);
  for (const RecordRule& rule : alphafold3_rules(shape)) {
    const bool vector = rule.axes == RecordAxes::vector;
    const auto values =
        numbers(rule.shape(), vector ? 0 : element_count(rule.in), rule.record.ends_with(":scale") ? 1.0F : 0.0F, draw);
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    write_record(file, rule.record, "float32", rule.shape(), {bytes, bytes + values.size() * sizeof(float)});
  }
}

void write_noise(const std::string& path) {
  Draw draw(2);
  io::NpzWriter file(path);
  for (const char* name : {"weight", "bias"}) {
    const std::vector<float> values = numbers({256}, 1, 0, draw);
    file.add(name, DType::f32, {256}, std::as_bytes(std::span(values)));
  }
  file.finish();
}

void write_in_records(const std::string& path, const std::string& kind) {
  if (kind != "intellifold2") return write_records(path, {});
  write_records(path, intellifold2_sizes());
  write_noise(path.substr(0, path.rfind('.')) + "_fourier.npz");
}

std::vector<RecordRule> rules_of(const std::string& kind) {
  if (kind == "openfold3") return openfold3_table({}, openfold3_sizes());
  if (kind == "boltz2") return boltz2_table({}, boltz2_sizes());
  ProtenixBlocks blocks = kind == "mini" || kind == "tiny" ? protenix_mini_blocks() : ProtenixBlocks{};
  if (kind == "tiny") blocks.trunk /= 2;
  return protenix_table(blocks, kind == "v2" ? protenix_2_sizes() : protenix_sizes());
}

void write_open(const std::string& path, const std::string& kind) {
  Draw draw(1);
  std::map<std::string, std::vector<float>> values;
  std::map<std::string, io::ArrayView> views;
  for (const RecordRule& rule : rules_of(kind)) {
    const bool matrix = rule.out.size() > 1, bias = rule.record.ends_with(".bias");
    auto& own = values[rule.record] = numbers(rule.out, matrix ? rule.out.at(1) : 0, bias ? 0.0F : 1.0F, draw);
    if (rule.record.find("fourier_emb") != std::string::npos) own = numbers(rule.out, 1, 0, draw);
    for (std::size_t i = 0; rule.record.ends_with(".boundaries") && i < own.size(); ++i)
      own[i] = 2 + static_cast<float>(i) * 20 / static_cast<float>(own.size() - 1);
    // Boltz-2's file has a gate twice.
    constexpr std::string_view kGate = ".output_projection_linear.", kSame = ".output_projection.0.";
    if (const std::size_t at = rule.record.find(kSame); at != std::string::npos)
      if (const auto first = values.find(std::string(rule.record).replace(at, kSame.size(), kGate));
          first != values.end())
        own = first->second;
    views[rule.record] = {DType::f32, rule.out, std::as_bytes(std::span(own))};
  }
  io::write_safetensors(path, views);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(
        stderr,
        "bench_folding_weights FILE.bin [intellifold2] | FILE.safetensors [v1|v2|mini|tiny|openfold3|boltz2]\n");
    return 2;
  }
  const std::string path = argv[1];
  const std::string kind = argc > 2 ? argv[2] : "";
  path.ends_with(".safetensors") ? write_open(path, kind.empty() ? "v1" : kind) : write_in_records(path, kind);
}
