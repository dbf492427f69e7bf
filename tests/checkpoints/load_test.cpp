// Strict loading: one error that names everything that is wrong; wrong configurations; damaged files.
#include "checkpoints/load.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <map>

#include "base/text_file.h"
#include "support/errors.h"
#include "support/golden.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A copy of esm2-tiny to damage.
class Damaged : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("groel-load-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    for (const char* file : {"config.json", "vocab.txt", "model.safetensors"})
      fs::copy_file(testing::data("esm2-tiny") / file, folder_ / file, fs::copy_options::overwrite_existing);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void change_config(const std::function<void(json&)>& change) {
    json config = read_json(folder_ / "config.json");
    change(config);
    write_text(folder_ / "config.json", config.dump());
  }

  void change_arrays(const std::function<void(std::map<std::string, io::ArrayView>&)>& change) {
    const io::ArrayFile file = io::read_safetensors(testing::data("esm2-tiny") / "model.safetensors");
    std::map<std::string, io::ArrayView> views;
    for (const auto& [name, array] : file.arrays) views[name] = {array.dtype, array.shape, array.bytes};
    change(views);
    fs::remove(folder_ / "model.safetensors");
    io::write_safetensors(folder_ / "model.safetensors", views);
  }

  Error error() const {
    return testing::error_of([&] { load_model(folder_); });
  }

  void expect_error(ErrorKind kind, const std::vector<std::string>& texts) const {
    const Error caught = error();
    EXPECT_EQ(caught.kind(), kind) << caught.what();
    for (const std::string& text : texts)
      EXPECT_NE(std::string(caught.what()).find(text), std::string::npos) << caught.what() << "\nlacks " << text;
  }

  fs::path folder_;
};

TEST_F(Damaged, OneErrorNamesAllThatIsWrong) {
  change_arrays([](auto& arrays) {
    arrays.erase("esm.encoder.layer.0.attention.self.query.weight");
    arrays.erase("esm.encoder.layer.2.LayerNorm.bias");
    arrays["esm.encoder.layer.9.output.dense.bias"] = arrays["esm.encoder.layer.1.output.dense.bias"];
    arrays["esm.encoder.layer.1.intermediate.dense.bias"].shape = {16, 16};
  });
  expect_error(ErrorKind::bad_model,
               {"missing (2)", "esm.encoder.layer.0.attention.self.query.weight", "esm.encoder.layer.2.LayerNorm.bias",
                "unexpected (1)", "esm.encoder.layer.9.output.dense.bias", "mis-shaped (1)", "[16, 16]"});
}

TEST_F(Damaged, NanWeightsAreNamed) {
  std::vector<float> poisoned;
  change_arrays([&](auto& arrays) {
    io::ArrayView& view = arrays["esm.encoder.layer.1.output.dense.weight"];
    poisoned.resize(view.bytes.size() / 4);
    std::memcpy(poisoned.data(), view.bytes.data(), view.bytes.size());
    poisoned[1234] = NAN;
    view.bytes = std::as_bytes(std::span(poisoned));
  });
  expect_error(ErrorKind::bad_model, {"NaN or infinity", "esm.encoder.layer.1.output.dense.weight"});
}

TEST_F(Damaged, HeadsMayBeAbsentAsAWholeOnly) {
  change_config([](json& config) { config["architectures"] = {"EsmModel"}; });
  change_arrays([](auto& arrays) {
    std::erase_if(arrays, [](const auto& entry) {
      return entry.first.starts_with("lm_head.") || entry.first.starts_with("esm.contact_head.");
    });
  });
  const LoadedModel loaded = load_model(folder_);
  EXPECT_EQ(loaded.model->capabilities(), std::vector<std::string>{"encoder"});
  EXPECT_THROW(models::require<models::MaskedLm>(*loaded.model), Error);
  change_arrays([](auto& arrays) { arrays.erase("lm_head.dense.bias"); });
  expect_error(ErrorKind::bad_model, {"missing (1)", "lm_head.dense.bias"});
}

TEST_F(Damaged, AMaskedLmWithoutItsHeadIsIncomplete) {
  change_arrays([](auto& arrays) {
    std::erase_if(arrays, [](const auto& entry) { return entry.first.starts_with("lm_head."); });
  });
  expect_error(ErrorKind::bad_model, {"missing", "lm_head.dense.weight"});
}

TEST_F(Damaged, WrongConfigurationsNameTheField) {
  const json good = read_json(folder_ / "config.json");
  const auto with = [&](const char* field, const json& value) {
    json config = good;
    config[field] = value;
    write_text(folder_ / "config.json", config.dump());
  };
  with("num_attention_heads", 7);
  expect_error(ErrorKind::bad_model, {"num_attention_heads", "does not divide"});
  with("num_hidden_layers", -3);
  expect_error(ErrorKind::bad_model, {"num_hidden_layers", "-3"});
  with("hidden_size", "many");
  expect_error(ErrorKind::bad_model, {"hidden_size", "not an integer"});
  with("position_embedding_type", "relative_key");
  expect_error(ErrorKind::bad_model, {"position_embedding_type", "relative_key"});
  with("vocab_size", 64);
  expect_error(ErrorKind::bad_model, {"vocab_size", "33"});
  with("num_hidden_layers", 1000);
  expect_error(ErrorKind::bad_model, {"missing"});
  with("model_type", "bert");
  expect_error(ErrorKind::unsupported, {"bert", "esm"});
  write_text(folder_ / "config.json", "{\"model_type\": ");
  expect_error(ErrorKind::bad_model, {"config.json", "not valid JSON"});
  write_text(folder_ / "config.json", "[]");
  EXPECT_EQ(error().kind(), ErrorKind::unsupported);
}

// Each of these must be a bad_model error that names the file: nothing may come out as a defect of ours.
TEST_F(Damaged, HostileConfigurations) {
  const json good = read_json(folder_ / "config.json");
  const auto expect_bad = [&](const std::string& text) {
    write_text(folder_ / "config.json", text);
    const Error caught = error();
    EXPECT_EQ(caught.kind(), ErrorKind::bad_model) << text.substr(0, 100) << "\n" << caught.what();
    EXPECT_NE(std::string(caught.what()).find("config.json"), std::string::npos) << caught.what();
    EXPECT_LT(std::string(caught.what()).size(), 2000U);
  };
  const std::vector<json> wrong{nullptr, 3.5, -1, "\x01\x1b[2J", json::array(), {{"a", {{"b", 1}}}}, UINT64_MAX, 1e300};
  for (const char* field :
       {"num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size", "vocab_size", "layer_norm_eps"})
    for (const json& value : wrong) {
      json config = good;
      config[field] = value;
      expect_bad(config.dump());
    }
  for (const char* field : {"position_embedding_type", "token_dropout", "emb_layer_norm_before", "is_folding_model"}) {
    json config = good;
    config[field] = {{"nested", {1, 2, 3}}};
    expect_bad(config.dump());
  }
  json config = good;
  config["position_embedding_type"] = std::string(1'000'000, 'x');
  expect_bad(config.dump());
  expect_bad(std::string(10'000'000, '['));
  expect_bad("\"" + std::string(1'000'000, 'x') + "\x01\"");
  expect_bad("{\"model_type\": \"esm\", \"hidden_size\": NaN}");
  expect_bad("\xff\xfe{\0}");
  expect_bad("");
}

TEST_F(Damaged, ASizeThatNoMemoryHoldsIsOnlyMisShaped) {
  change_config([](json& config) {
    config["num_hidden_layers"] = 1024;
    config["hidden_size"] = 65536;
    config["num_attention_heads"] = 1024;
    config["intermediate_size"] = 262144;
  });
  expect_error(ErrorKind::bad_model, {"mis-shaped", "[33, 65536] in the model", "missing (", "and ", " more"});
  change_config([](json& config) { config["num_hidden_layers"] = 1'000'000'000; });
  expect_error(ErrorKind::bad_model, {"num_hidden_layers", "1000000000", "outside"});
}

TEST_F(Damaged, WeightsMustBeFloats) {
  const std::vector<std::int64_t> integers(64 * 64, 1);
  change_arrays([&](auto& arrays) {
    arrays["esm.encoder.layer.0.output.dense.bias"] = {DType::i64, {64}, std::as_bytes(std::span(integers).first(64))};
    arrays["esm.encoder.layer.1.output.dense.bias"] = {DType::f32, {0}, {}};
    arrays["esm.encoder.layer.2.output.dense.bias"] = {DType::f32, {64, 0, 64}, {}};
    arrays["\x1b[31m\n\"../../\xc3\xa9"] = {DType::f32, {}, std::as_bytes(std::span(integers).first(1)).first(4)};
  });
  expect_error(ErrorKind::bad_model,
               {"esm.encoder.layer.0.output.dense.bias: i64", "mis-shaped (2)", "[64, 0, 64]", "unexpected (1)"});
}

TEST_F(Damaged, Vocabularies) {
  const std::string good = read_text(folder_ / "vocab.txt");
  const auto expect_bad = [&](const std::string& text, const std::string& what) {
    write_text(folder_ / "vocab.txt", text);
    expect_error(ErrorKind::bad_model, {"vocab.txt: ", what});
  };
  expect_bad("", "has no tokens");
  expect_bad("\n\n\n", "has no tokens");
  expect_bad("<cls>\n\n<pad>\n", "token 1 of the vocabulary is empty");
  expect_bad("<cls>\nA\n\x1b[2J\n", "token 2 of the vocabulary is not printable ASCII");
  expect_bad(good + "\nA\n", "occurs twice");
  expect_bad("A\nB\n", "has no <cls>");
  expect_bad(std::string((1U << 20) + 1, '\n'), "2^20");
  write_text(folder_ / "vocab.txt", good + "\r\n\n");
  EXPECT_NO_THROW(load_model(folder_));
}

TEST_F(Damaged, FilesThatAreNotThere) {
  fs::remove(folder_ / "model.safetensors");
  expect_error(ErrorKind::not_found, {"model.safetensors"});
  fs::remove(folder_ / "config.json");
  expect_error(ErrorKind::not_found, {"config.json"});
  fs::remove_all(folder_);
  expect_error(ErrorKind::not_found, {"no such model"});
}

TEST_F(Damaged, TruncatedAtManyPlaces) {
  const auto size = fs::file_size(testing::data("esm2-tiny") / "model.safetensors");
  for (const std::uintmax_t keep : {std::uintmax_t{0}, std::uintmax_t{7}, std::uintmax_t{100}, size / 2, size - 1}) {
    fs::copy_file(testing::data("esm2-tiny") / "model.safetensors", folder_ / "model.safetensors",
                  fs::copy_options::overwrite_existing);
    fs::resize_file(folder_ / "model.safetensors", keep);
    EXPECT_EQ(error().kind(), ErrorKind::bad_model) << keep;
  }
}

TEST_F(Damaged, AFingerprintSeesAChangeAnywhereInASmallTensor) {
  const std::string before = load_model(folder_).fingerprint;
  std::vector<float> changed;
  change_arrays([&](auto& arrays) {
    io::ArrayView& view = arrays["esm.encoder.layer.1.output.dense.weight"];
    changed.resize(view.bytes.size() / 4);
    std::memcpy(changed.data(), view.bytes.data(), view.bytes.size());
    changed.back() += 0.5F;
    view.bytes = std::as_bytes(std::span(changed));
  });
  EXPECT_NE(load_model(folder_).fingerprint, before);
}

TEST(Load, IgnoredTensorsAreReported) {
  const LoadedModel loaded = load_model(testing::data("esm2-tiny"));
  EXPECT_EQ(loaded.ignored, std::vector<std::string>{"esm.embeddings.position_embeddings.weight"});
  EXPECT_EQ(loaded.stored_dtype, "f32");
}

TEST(Load, WithoutContactRegressionTheCapabilityIsMissing) {
  const fs::path folder = fs::temp_directory_path() / ("groel-noreg-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::copy_file(testing::data("esm2-tiny") / "esm2_tiny.pt", folder / "esm2_tiny.pt",
                fs::copy_options::overwrite_existing);
  const LoadedModel loaded = load_model(folder / "esm2_tiny.pt");
  EXPECT_EQ(loaded.model->capabilities(), (std::vector<std::string>{"encoder", "masked_lm"}));
  fs::remove_all(folder);
}

// What a configuration asks for and this build does not compute is refused; what changes nothing passes.
TEST_F(Damaged, FieldsThatAskForAnotherModelAreRefused) {
  const std::vector<std::pair<std::string, json>> fields = {{"hidden_act", "relu"},
                                                            {"activation_function", "gelu_new"},
                                                            {"is_decoder", true},
                                                            {"add_cross_attention", true},
                                                            {"pruned_heads", {{"0", {1}}}},
                                                            {"quantization_config", {{"load_in_8bit", true}}},
                                                            {"rope_theta", 500000},
                                                            {"rope_scaling", {{"rope_type", "linear"}, {"factor", 2}}},
                                                            {"rope_scaling", {{"type", "linear"}, {"factor", 2}}},
                                                            {"rope_scaling", {{"factor", 2}}},
                                                            {"rope_parameters", {{"rope_theta", 1000}}},
                                                            {"mask_token_id", 31},
                                                            {"pad_token_id", 0}};
  for (const auto& [field, value] : fields) {
    const json before = read_json(folder_ / "config.json");
    change_config([&field = field, &value = value](json& config) { config[field] = value; });
    expect_error(ErrorKind::bad_model, {"'" + field + "'"});
    write_text(folder_ / "config.json", before.dump());
  }
}

TEST_F(Damaged, FieldsThatChangeNothingPass) {
  change_config([](json& config) {
    config["hidden_act"] = "gelu";
    config["is_decoder"] = false;
    config["pruned_heads"] = json::object();
    config["quantization_config"] = nullptr;
    config["rope_theta"] = 10000.0;
    config["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 10000.0}};
    config["rope_scaling"] = {{"type", "default"}, {"factor", nullptr}};
    config["tie_word_embeddings"] = true;
    config["something_new"] = {1, 2};
  });
  EXPECT_NO_THROW(load_model(folder_));
}

TEST_F(Damaged, OutputTableIsTheOneThatTheConfigurationSays) {
  std::vector<float> table(33 * 64, 0.5F);
  change_arrays([&](auto& arrays) {
    arrays["lm_head.decoder.weight"] = {DType::f32, {33, 64}, std::as_bytes(std::span(table))};
  });
  expect_error(ErrorKind::bad_model, {"lm_head.decoder.weight", "tie_word_embeddings"});
  change_config([](json& config) { config["tie_word_embeddings"] = false; });
  EXPECT_NO_THROW(load_model(folder_));
  change_arrays([](auto&) {});
  expect_error(ErrorKind::bad_model, {"missing", "lm_head.decoder.weight"});
}

// "module.", "model._orig_mod." and similar words before every name.
TEST_F(Damaged, WrappersOfNamesAreTakenOff) {
  const std::string whole = load_model(folder_).fingerprint;
  for (const std::string wrapper :
       {"module.", "_orig_mod.", "model.", "base_model.model.", "module._orig_mod.", "net."}) {
    change_arrays([&](auto& arrays) {
      std::map<std::string, io::ArrayView> wrapped;
      for (const auto& [name, array] : arrays) wrapped[wrapper + name] = array;
      arrays = wrapped;
    });
    const LoadedModel loaded = load_model(folder_);
    EXPECT_EQ(loaded.fingerprint, whole) << wrapper;
    EXPECT_NE(loaded.layout.find("without '" + wrapper + "'"), std::string::npos) << loaded.layout;
  }
}

TEST_F(Damaged, TwoModelsUnderTwoWrappersAreAQuestion) {
  change_arrays([](auto& arrays) {
    std::map<std::string, io::ArrayView> both;
    for (const auto& [name, array] : arrays) both["teacher." + name] = both["student." + name] = array;
    arrays = both;
  });
  expect_error(ErrorKind::bad_model, {"two models", "'student.'", "'teacher.'"});
}

TEST_F(Damaged, ASmallFileThatIsNoFileIsABadModel) {
  fs::remove(folder_ / "config.json");
  ASSERT_EQ(::mkfifo((folder_ / "config.json").c_str(), 0600), 0);
  expect_error(ErrorKind::bad_model, {"config.json", "this is a pipe"});
}

// Two terabytes that take no room on the disk: it is refused before any of it is read.
TEST_F(Damaged, WeightsThatMemoryCannotHoldAreRefusedAtOnce) {
  change_config([](json& config) {
    config["num_hidden_layers"] = 10;
    config["hidden_size"] = 65536;
    config["num_attention_heads"] = 64;
    config["intermediate_size"] = 262144;
  });
  const std::unique_ptr<models::Model> model = [&] {
    Checkpoint shapes;
    shapes.config = read_json(folder_ / "config.json");
    shapes.family = &models::find_family(shapes.config);
    return build_model(shapes);
  }();
  json header;
  std::int64_t end = 0;
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    const std::int64_t begin = end;
    end += element_count(parameter.shape) * 4;
    header[parameter.name] = {{"dtype", "F32"}, {"shape", parameter.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that nothing has to be copied to be aligned
  const std::uint64_t length = text.size();
  const fs::path file = folder_ / "model.safetensors";
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  write_text(file, bytes + text);
  if (::truncate(file.c_str(), static_cast<off_t>(sizeof length + length) + end) != 0)
    GTEST_SKIP() << "the file system takes no file of " << end << " bytes";
  expect_error(ErrorKind::memory, {"the weights take 1.", "TB in memory, and", "are free", "take a smaller model"});
}

TEST(PackedSize, IsWhatTheLoadedModelKeeps) {
  for (const char* name : {"groel-5m", "groel-writer"})
    for (const ops::Precision precision : {ops::Precision::f32, ops::Precision::bf16, ops::Precision::int8}) {
      const fs::path folder = fs::path(GROEL_SOURCE_DIR) / "models" / name;
      const auto kept = static_cast<double>(load_model(folder, precision).model->weight_bytes());
      EXPECT_NEAR(static_cast<double>(packed_size(read_checkpoint(folder), precision)), kept, 0.1 * kept) << name;
    }
}

}  // namespace
}  // namespace groel::checkpoints
