// groel convert between layouts: every family, from each layout to each, gives a model with the same bits.
#include <groel/groel.h>

#include "models/family.h"
#include "support/gguf.h"
#include "support/golden.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

// Layouts of one checkpoint that lie in a folder of tests/data.
std::vector<std::string> sources_in(const fs::path& folder) {
  std::vector<std::string> out{folder.string()};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool file = name == "pytorch_model.bin" || name.ends_with(".pt") || name.ends_with(".pth");
    if (file && name.find("-contact-regression") == std::string::npos) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Embedding> everything(const Model& model) {
  std::vector<Output> outputs{Output::per_residue, Output::logits, Output::attentions};
  const auto& able = model.description().capabilities;
  const bool shared_tokens = std::find(able.begin(), able.end(), "causal_lm") != able.end();
  if (shared_tokens) outputs = {Output::mean, Output::max, Output::attentions};
  if (std::find(able.begin(), able.end(), "contacts") != able.end()) outputs.push_back(Output::contacts);
  std::vector<std::string> sequences{"MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ", "M<mask>TXBZUO-K"};
  if (shared_tokens) sequences[1] = "MTXBZUOK";
  return model.embed(sequences, {.layers = {0, 1, static_cast<int>(model.description().layers)}, .outputs = outputs});
}

void expect_same_bits(const std::vector<Embedding>& a, const std::vector<Embedding>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].values().size(), b[i].values().size());
    for (const auto& [output, layer, array] : a[i].values())
      EXPECT_TRUE(std::ranges::equal(array.values(), b[i].at(output, layer).values())) << name(output) << layer;
  }
}

struct Target {
  const char* what;
  std::vector<std::string> options;
  std::string output;
};

std::vector<Target> targets_of(const models::Family& family) {
  std::vector<Target> out{{"folder", {}, "a"},
                          {"shards", {"--shard-size", "50K"}, "b"},
                          {"bin", {"--layout", "hugging-face-bin"}, "c"},
                          {"bin shards", {"--layout", "hugging-face-bin", "--shard-size", "50K"}, "d"}};
  if (const auto* layout = models::written_layout(family))
    out.push_back({"native", {}, "esm2_e" + std::string(layout->extension)});
  return out;
}

Outcome convert(const std::string& model, const Target& target, const TemporaryFolder& work) {
  std::vector<std::string> arguments{"convert", "-m", model, "-o", work / target.output, "--json"};
  arguments.insert(arguments.end(), target.options.begin(), target.options.end());
  return groel(arguments);
}

// From the layout to each, and from each of these back to a folder.
void expect_conversions(const std::string& source, const models::Family& family) {
  const std::vector<Embedding> expected = everything(Model::load(source));
  for (const Target& target : targets_of(family)) {
    SCOPED_TRACE(source + " as " + target.what);
    const TemporaryFolder work;
    const Outcome there = convert(source, target, work);
    ASSERT_EQ(there.exit, 0) << there;
    expect_same_bits(everything(Model::load(work / target.output)), expected);
    const Outcome back = convert(work / target.output, {"folder", {}, "back"}, work);
    ASSERT_EQ(back.exit, 0) << back;
    expect_same_bits(everything(Model::load(work / "back")), expected);
  }
}

void expect_no_native(const std::string& source) {
  const TemporaryFolder work;
  const Outcome refused = convert(source, {"native", {"--layout", "native"}, "x.pt"}, work);
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::unsupported)) << refused;
}

TEST(ConvertLayouts, EveryFamilyFromEachToEach) {
  for (const models::Family& family : models::families()) {
    if (models::written_layout(family) == nullptr) expect_no_native(data(std::string(family.golden)).string());
    for (const std::string& source : sources_in(data(std::string(family.golden)))) expect_conversions(source, family);
  }
  for (const char* const other : {"esm1b-tiny", "esm2-tiny-h24"})
    for (const std::string& source : sources_in(data(other))) expect_conversions(source, models::family_named("esm"));
}

TEST(ConvertLayouts, InHalfPrecisionAllLayoutsRoundAlike) {
  for (const models::Family& family : models::families())
    for (const char* const dtype : {"bf16", "f16"}) {
      const std::string source = data(std::string(family.golden)).string();
      std::vector<Embedding> expected;
      for (const Target& target : targets_of(family)) {
        SCOPED_TRACE(fmt::format("{} as {} in {}", source, target.what, dtype));
        const TemporaryFolder work;
        Target rounded = target;
        rounded.options.insert(rounded.options.end(), {"--dtype", dtype});
        const Outcome done = convert(source, rounded, work);
        ASSERT_EQ(done.exit, 0) << done;
        const auto values = everything(Model::load(work / target.output));
        if (expected.empty()) expected = values;
        expect_same_bits(values, expected);
      }
    }
}

// As names of tensors go: the two forms of one checkpoint hold the same.
TEST(ConvertLayouts, AWrittenNativeFileIsThePublishedOne) {
  const TemporaryFolder work;
  for (const auto& [folder, file] :
       {std::pair{"esm2-tiny", "esm2_tiny.pt"}, {"esm1b-tiny", "esm1b_tiny.pt"}, {"esmc-tiny", "esmc_tiny.pth"}}) {
    const fs::path there = data(folder) / file;
    ASSERT_EQ(convert(there.string(), {"native", {}, file}, work).exit, 0);
    const io::TorchFile read = io::read_torch(work / file), published = io::read_torch(there);
    const auto& names = [](const io::TorchFile& torch) -> const json& {
      return torch.root.contains("model") ? torch.root["model"] : torch.root;
    };
    ASSERT_EQ(names(read).size(), names(published).size()) << file;
    for (const auto& [name, node] : names(published).items()) {
      ASSERT_TRUE(names(read).contains(name)) << name;
      const io::Array& a = published.tensors.at(node["$tensor"].get<std::size_t>());
      const io::Array& b = read.tensors.at(names(read)[name]["$tensor"].get<std::size_t>());
      EXPECT_EQ(a.shape, b.shape) << name;
      EXPECT_TRUE(std::ranges::equal(a.bytes, b.bytes)) << name;
    }
    for (const char* const settings : {"cfg", "args"}) {
      if (!published.root.contains(settings)) continue;
      const json fields = published.root[settings].flatten(), ours = read.root.at(settings).flatten();
      for (const char* const field : {"/arch", "/encoder_layers", "/encoder_embed_dim", "/encoder_ffn_embed_dim",
                                      "/encoder_attention_heads", "/token_dropout", "/max_positions"}) {
        const std::string key = std::string(settings) == "cfg" ? std::string("/model") + field : field;
        EXPECT_EQ(ours.at(key), fields.at(key)) << file << key;
      }
    }
  }
  EXPECT_TRUE(fs::exists(work / "esm2_tiny-contact-regression.pt"));
  EXPECT_TRUE(fs::exists(work / "config.json")) << "nothing else says how many heads this ESM C has";
}

json report_of(const std::string& model, const Target& target, const TemporaryFolder& work) {
  const Outcome done = convert(model, target, work);
  EXPECT_EQ(done.exit, 0) << done;
  return json::parse(done.out).at("report");
}

TEST(ConvertLayouts, WhatBecameOfTheTensorsIsSaid) {
  const TemporaryFolder work;
  const json to_fair = report_of(kEsm2, {"native", {}, "esm2_a.pt"}, work);
  EXPECT_EQ(to_fair["dropped"], json{"esm.embeddings.position_embeddings.weight"});
  EXPECT_EQ(to_fair["tied"], json{"model.encoder.sentence_encoder.embed_tokens.weight"});
  EXPECT_EQ(to_fair["computed"], json::array());
  EXPECT_EQ(to_fair["kept"], 0);
  EXPECT_EQ(to_fair["renamed"].get<int>(),
            static_cast<int>(io::read_safetensors(kEsm2 + "/model.safetensors").arrays.size()));  // one more: tied
  const json same = report_of(kEsm2, {"folder", {}, "same"}, work);
  EXPECT_EQ(same["renamed"], 0);
  EXPECT_EQ(same["dropped"], json::array());
  const json joined = report_of(data("esmc-tiny").string(), {"native", {}, "c.pth"}, work);
  EXPECT_EQ(joined["joined"].size(), 6U);
  const json split = report_of(data("esmc-tiny/esmc_tiny.pth").string(), {"folder", {}, "split"}, work);
  EXPECT_EQ(split["split"].size(), 15U);
  const Outcome words = groel({"convert", "-m", kEsm2, "-o", work / "esm2_b.pt"});
  EXPECT_TRUE(words.says("1 tensor dropped, which have no place in the new file: esm.embeddings.position")) << words;
  EXPECT_TRUE(words.says("tensors renamed")) << words;
}

// esm2-tiny without the frequencies that its layers store.
std::string without_frequencies(const TemporaryFolder& work) {
  const std::string folder = work / "bare";
  fs::copy(kEsm2, folder);
  const io::ArrayFile whole = io::read_safetensors(kEsm2 + "/model.safetensors");
  std::map<std::string, io::ArrayView> kept;
  for (const auto& [name, array] : whole.arrays)
    if (!name.ends_with("inv_freq")) kept[name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(folder + "/model.safetensors", kept);
  return folder;
}

TEST(ConvertLayouts, FrequenciesThatALayoutWantsAreFilledIn) {
  const TemporaryFolder work;
  const std::string bare = without_frequencies(work);
  for (const char* const dtype : {"f32", "bf16"}) {
    const Target native{"native", {"--dtype", dtype}, fmt::format("esm2_{}.pt", dtype)};
    EXPECT_EQ(report_of(bare, native, work)["computed"].size(), 3U);
    const io::TorchFile file = io::read_torch(work / native.output);
    const json& model = file.root["model"];
    const auto dtype_of = [&](const std::string& name) {
      return file.tensors.at(model.at(name)["$tensor"].get<std::size_t>()).dtype;
    };
    EXPECT_EQ(dtype_of("encoder.sentence_encoder.layers.1.self_attn.rot_emb.inv_freq"), DType::f32);
    EXPECT_EQ(dtype_of("encoder.sentence_encoder.layers.1.fc1.weight"),
              dtype == std::string("f32") ? DType::f32 : DType::bf16);
  }
  expect_same_bits(everything(Model::load(work / "esm2_f32.pt")), everything(Model::load(bare)));
}

// GGUF as esm.cpp writes it.
std::string gguf_of(const std::string& folder) {
  const io::ArrayFile whole = io::read_safetensors(folder + "/model.safetensors");
  const std::vector<std::pair<std::string, std::string>> names{{"lm_head.bias", "output.bias"},
                                                               {"esm.embeddings.word_embeddings.", "token_embd."},
                                                               {"esm.encoder.emb_layer_norm_after.", "enc_norm."},
                                                               {"lm_head.layer_norm.", "lm_head_norm."},
                                                               {"lm_head.dense.", "lm_head."},

                                                               {"esm.encoder.layer.", "blk."},
                                                               {"attention.LayerNorm.", "attn_norm."},
                                                               {"attention.self.query.", "attn_q."},
                                                               {"attention.self.key.", "attn_k."},
                                                               {"attention.self.value.", "attn_v."},
                                                               {"attention.output.dense.", "attn_output."},
                                                               {"LayerNorm.", "ffn_norm."},
                                                               {"intermediate.dense.", "ffn_up."},
                                                               {"output.dense.", "ffn_down."}};
  std::vector<GgufEntry> tensors;
  for (const auto& [name, array] : whole.arrays) {
    if (name.find("inv_freq") != std::string::npos || name.find("position") != std::string::npos ||
        name.find("contact_head") != std::string::npos)
      continue;
    std::string theirs = name;
    for (const auto& [from, to] : names)
      if (const auto at = theirs.find(from); at != std::string::npos) theirs.replace(at, from.size(), to);
    tensors.push_back({theirs,
                       {array.shape.rbegin(), array.shape.rend()},
                       0,
                       {reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size()}});
  }
  return gguf_file({gguf_text("general.architecture", "esm"), gguf_integer("general.alignment", 32),
                    gguf_integer("esm.block_count", 3), gguf_integer("esm.embedding_length", 64),
                    gguf_integer("esm.feed_forward_length", 256), gguf_integer("esm.attention.head_count", 4),
                    gguf_real("esm.attention.layer_norm_epsilon", static_cast<double>(1e-5F)),
                    gguf_integer("esm.rope.dimension_count", 16)},
                   tensors);
}

TEST(ConvertLayouts, GgufOfEsmCppIsRead) {
  const TemporaryFolder work;
  const std::string bare = without_frequencies(work);
  write_file(work / "tiny.gguf", gguf_of(kEsm2));
  const Model read = Model::load(work / "tiny.gguf"), original = Model::load(bare);
  const std::vector<std::string> sequences{"MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ", "M<mask>TX"};
  const EmbedOptions options{.layers = {0, 3}, .outputs = {Output::per_residue, Output::logits}};
  expect_same_bits(read.embed(sequences, options), original.embed(sequences, options));
  const Outcome done = groel({"convert", "-m", work / "tiny.gguf", "-o", work / "folder"});
  ASSERT_EQ(done.exit, 0) << done;
  expect_same_bits(Model::load(work / "folder").embed(sequences, options), original.embed(sequences, options));
  write_file(work / "llama.gguf", gguf_file({gguf_text("general.architecture", "llama")}, {}));
  const Outcome other = groel({"info", work / "llama.gguf"});
  EXPECT_EQ(other.exit, exit_code(ErrorKind::unsupported)) << other;
  EXPECT_TRUE(other.says("a GGUF file of architecture \"llama\", which no model family of this build has")) << other;
}

}  // namespace
}  // namespace groel::testing
