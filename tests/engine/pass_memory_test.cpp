// The predicted memory of a forward pass, compared with what the pool really holds, for every family; and that only
// operators touch the data of tensors.
#include "engine/pass_memory.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "engine/precision.h"
#include "models/family.h"
#include "support/golden.h"
#include "tensor/shape_run.h"

namespace groel::engine {
namespace {

constexpr models::ModelShape kShapes[] = {{2, 64, 4}, {6, 320, 20}};
constexpr ops::Precision kPrecisions[] = {ops::Precision::f32, ops::Precision::bf16, ops::Precision::int8};

struct Case {
  const char* name;
  OutputRequest request;
};

std::vector<Case> cases(int layers) {
  return {{"mean", {.layers = {layers}, .outputs = {Output::mean}}},
          {"per residue and logits", {.layers = {0, layers}, .outputs = {Output::per_residue, Output::logits}}},
          {"contacts", {.layers = {layers}, .outputs = {Output::mean, Output::contacts}}}};
}

std::vector<std::vector<std::int32_t>> sequences_of(const models::Model& model, std::span<const std::int64_t> tokens) {
  std::vector<std::vector<std::int32_t>> out;
  for (const std::int64_t count : tokens) out.push_back(model.tokenizer().example(count));
  return out;
}

// What the pool holds more after the pass, on a thread that has kept nothing yet. It gives nothing back in between.
std::size_t held_by(const models::Model& model, std::span<const std::int64_t> tokens, const OutputRequest& request) {
  const auto sequences = sequences_of(model, tokens);
  set_num_threads(1);
  std::size_t held = 0;
  std::thread([&] {
    release_cached_memory();
    const std::size_t before = memory_statistics().live;
    outputs_of(model, sequences, request);
    held = memory_statistics().live + memory_statistics().cached - before;
  }).join();
  return held;
}

void expect_near(const std::string& name, std::size_t planned, std::size_t measured) {
  const double ratio = static_cast<double>(planned) / static_cast<double>(measured);
  EXPECT_NEAR(ratio, 1, 0.1) << name << ": " << planned << " planned, " << measured << " measured";
  ::testing::Test::RecordProperty(name, std::to_string(ratio));
}

bool has_contacts(const models::Model& model) {
  const auto able = model.capabilities();
  return std::find(able.begin(), able.end(), models::ContactPredictor::kName) != able.end();
}

TEST(PassMemory, IsWhatThePoolHolds) {
  const std::vector<std::int64_t> one{700};
  const std::vector<std::int64_t> several{300, 77, 150, 41};
  for (const models::Family& family : models::families())
    for (const models::ModelShape& shape : kShapes)
      for (const ops::Precision precision : kPrecisions)
        for (const Case& c : cases(static_cast<int>(shape.layers)))
          for (const auto& tokens : {one, several}) {
            const checkpoints::LoadedModel loaded = checkpoints::random_model(family.configure(shape), 1, precision);
            const auto& wanted = c.request.outputs;
            if (!has_contacts(*loaded.model) &&
                std::find(wanted.begin(), wanted.end(), Output::contacts) != wanted.end())
              continue;
            const std::size_t measured = held_by(*loaded.model, tokens, c.request);
            const PassBytes planned = pass_bytes(*loaded.model, c.request, tokens);
            expect_near(fmt::format("{} of width {}, {}, {}, {} sequences", family.name, shape.width, name(precision),
                                    c.name, tokens.size()),
                        planned.pass + planned.kept, measured);
          }
  set_num_threads(0);
}

// An alignment has more tokens than its rows may have, which alone are limited.
TEST(PassMemory, GrowsWithTheRowsOfAlignments) {
  const models::Family& family = models::family_named("msa");
  for (const Output output : {Output::mean, Output::contacts}) {
    const checkpoints::LoadedModel loaded =
        checkpoints::random_model(family.configure({2, 64, 4}), 1, ops::Precision::f32);
    const OutputRequest request{.layers = {2}, .outputs = {output}};
    const std::vector<std::int64_t> tokens{5120};  // 5 rows
    const std::size_t measured = held_by(*loaded.model, tokens, request);
    const PassBytes planned = PassMemory::find(*loaded.model, request)->of(tokens.front());
    expect_near(std::string(bio::name(output)), planned.pass + planned.kept, measured);
  }
  set_num_threads(0);
}

TEST(PassMemory, OfAnyLengthIsThatOfTheNextOneMeasured) {
  const checkpoints::LoadedModel loaded =
      checkpoints::random_model(models::families().front().configure({2, 64, 4}), 1, ops::Precision::f32);
  const OutputRequest request{.layers = {2}, .outputs = {Output::mean}};
  const auto found = PassMemory::find(*loaded.model, request);
  const PassMemory& memory = *found;
  for (std::int64_t n = 3; n < 5000; n += 1 + n / 50) {
    const PassBytes next = memory.of(n);
    const PassBytes own = pass_bytes(*loaded.model, request, std::span(&n, 1));
    expect_near(fmt::format("{} tokens", n), next.pass + next.kept, own.pass + own.kept);
  }
  EXPECT_GT(memory.of(std::int64_t{1} << 40).pass, memory.of(std::int64_t{1} << 30).pass);
}

// Longer sequences are seen in windows; what they leave grows all the same.
TEST(PassMemory, GrowsBeyondWhatAModelReads) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm1b-tiny"));
  const auto most = loaded.model->info().max_residues;
  ASSERT_TRUE(most);
  const auto memory = PassMemory::find(*loaded.model, {.layers = {1}, .outputs = {Output::per_residue}});
  const PassBytes longest = memory->of(*most + 2);
  const PassBytes twice = memory->of(2 * (*most + 2));
  EXPECT_EQ(twice.pass, 2 * longest.pass);
  EXPECT_EQ(twice.results, 2 * longest.results);
}

TEST(PassMemory, TheSameHoweverOftenAndInWhateverOrder) {
  const checkpoints::LoadedModel loaded =
      checkpoints::random_model(models::families().front().configure({2, 64, 4}), 1, ops::Precision::f32);
  const OutputRequest request{.layers = {2}, .outputs = {Output::mean, Output::contacts}};
  const auto of = [&](std::int64_t n) { return pass_bytes(*loaded.model, request, std::span(&n, 1)); };
  const PassBytes first = of(100);
  EXPECT_GT(of(3000).kept, first.kept);  // a longer table, and a longer copy of keys
  const PassBytes again = of(100);
  EXPECT_EQ(again.pass, first.pass);
  EXPECT_EQ(again.kept, first.kept);
  EXPECT_EQ(again.results, first.results);
}

void expect_alike(const Tensor& shape, const Tensor& real) {
  ASSERT_EQ(shape.defined(), real.defined());
  if (!real.defined()) return;
  EXPECT_EQ(shape.device(), Device::shape);
  EXPECT_EQ(shape.shape(), real.shape());
  EXPECT_EQ(shape.dtype(), real.dtype());
}

// The twin refuses whoever asks for its data: it gets through, so nobody does.
TEST(Backend, NothingInAForwardPassTouchesHostMemory) {
  const std::vector<std::int64_t> tokens{40, 7};
  for (const models::Family& family : models::families())
    for (const ops::Precision precision : kPrecisions) {
      const checkpoints::LoadedModel loaded = checkpoints::random_model(family.configure({2, 64, 4}), 1, precision);
      OutputRequest all{{0, 1, 2}, {bio::all_outputs().begin(), bio::all_outputs().end()}};
      if (!has_contacts(*loaded.model)) std::erase(all.outputs, Output::contacts);
      if (!loaded.model->tokenizer().special().begin) std::erase(all.outputs, Output::cls);
      const auto sequences = sequences_of(*loaded.model, tokens);
      const auto real = outputs_of(*loaded.model, sequences, all);
      const auto shapes = outputs_of(*loaded.model->shape_twin()->model, sequences, all);
      ASSERT_EQ(shapes.size(), real.size());
      for (std::size_t b = 0; b < real.size(); ++b) {
        ASSERT_EQ(shapes[b].values.size(), real[b].values.size());
        for (const auto& value : real[b].values) expect_alike(shapes[b].at(value.output, value.layer), value.tensor);
      }
    }
}

}  // namespace
}  // namespace groel::engine
