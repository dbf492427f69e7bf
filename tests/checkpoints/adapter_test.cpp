// Adapters are refused, with their name, if configuration and tensors disagree or a feature is not supported.
#include "checkpoints/adapter.h"

#include <unistd.h>

#include <functional>

#include "base/text_file.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;
using Arrays = std::map<std::string, io::ArrayView>;

constexpr const char* kQueryA = "base_model.model.esm.encoder.layer.0.attention.self.query.lora_A.weight";

class AdapterFiles : public ::testing::Test {
 protected:
  // What reading the golden adapter says once it is changed.
  std::string said(const std::function<void(json& config, Arrays& arrays)>& change) const {
    const std::filesystem::path golden = testing::data("train-esm2-cls-lora");
    json config = read_json(golden / "adapter_config.json");
    const io::ArrayFile file = io::read_safetensors(golden / "adapter_model.safetensors");
    Arrays arrays;
    for (const auto& [name, array] : file.arrays) arrays[name] = {array.dtype, array.shape, array.bytes};
    change(config, arrays);
    write_text(folder_ / "adapter_config.json", config.dump());
    io::write_safetensors(folder_ / "adapter_model.safetensors", arrays);
    try {
      read_adapter(folder_.path());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_model) << error.what();
      return error.what();
    }
    return "read";
  }
  void expect_refused(const std::vector<std::string>& texts,
                      const std::function<void(json& config, Arrays& arrays)>& change) const {
    const std::string text = said(change);
    for (const std::string& part : texts) EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks " << part;
  }
  void expect_field(const std::string& field, const json& value) const {
    expect_refused({"'" + field + "'"}, [&](json& config, Arrays&) { config[field] = value; });
  }
  testing::TemporaryFolder folder_;
};

TEST_F(AdapterFiles, AsPublishedAreRead) {
  EXPECT_EQ(said([](json&, Arrays&) {}), "read");
  EXPECT_EQ(said([](json& config, Arrays&) {  // fields of other versions that ask for nothing
              config["use_dora"] = false;
              config["layer_replication"] = nullptr;
              config["runtime_config"] = {{"ephemeral_gpu_offload", false}};
              config["trainable_token_indices"] = nullptr;
              config["init_lora_weights"] = "gaussian";
              config["modules_to_save"] = {"classifier", "score"};
            }),
            "read");
}

TEST_F(AdapterFiles, RankIsThatOfTheTensors) {
  expect_refused({"its rank is 4, and 'r' of adapter_config.json is 2", "lora_A.weight"},
                 [](json& config, Arrays&) { config["r"] = 2; });
  expect_field("r", 0);
  expect_field("r", 4.5);
  expect_field("r", nullptr);
  expect_field("lora_alpha", nullptr);
  expect_field("lora_alpha", "16");
}

TEST_F(AdapterFiles, TargetsAreThoseOfTheTensors) {
  expect_refused({"'target_modules' names 'key', of which the file has no tensors"}, [](json& config, Arrays&) {
    config["target_modules"] = {"query", "value", "key"};
  });
  expect_refused({"'target_modules' does not name its layer", "self.value"},
                 [](json& config, Arrays&) { config["target_modules"] = {"query"}; });
  expect_field("target_modules", "all-linear");
  expect_field("modules_to_save", json({"pooler"}));
}

TEST_F(AdapterFiles, WhatIsNotDoneIsRefused) {
  for (const char* field : {"use_rslora", "use_dora", "lora_bias", "use_qalora", "what_comes_next"})
    expect_field(field, true);
  for (const char* field : {"rank_pattern", "alpha_pattern"}) expect_field(field, {{"query", 8}});
  expect_field("layer_replication", json({{0, 2}}));
  expect_field("trainable_token_indices", json({4, 5}));
  for (const char* start : {"pissa", "pissa_niter_16", "olora", "loftq", "corda", "lora_ga"})
    expect_field("init_lora_weights", start);
  expect_refused({"not a LoRA"}, [](json& config, Arrays&) { config["peft_type"] = "IA3"; });
}

TEST_F(AdapterFiles, TensorsOfOtherKindsAreNamed) {
  expect_refused({"this half of an adapter is missing", kQueryA}, [](json&, Arrays& arrays) { arrays.erase(kQueryA); });
  expect_refused({"a kind that is not supported", "lora_magnitude_vector"}, [](json&, Arrays& arrays) {
    arrays["base_model.model.esm.encoder.layer.0.attention.self.query.lora_magnitude_vector"] = arrays.at(kQueryA);
  });
  expect_refused({"not PEFT's name"},
                 [](json&, Arrays& arrays) { arrays["esm.x.lora_A.weight"] = arrays.at(kQueryA); });
  expect_refused({"of a dtype that is not a weight's: i32", "query.lora_A"},
                 [](json&, Arrays& arrays) { arrays.at(kQueryA).dtype = DType::i32; });
}

}  // namespace
}  // namespace groel::checkpoints
