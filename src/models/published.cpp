// The table of published checkpoints, and what follows from each row.
#include "models/published.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "models/family.h"

namespace groel::models {
namespace {

constexpr std::string_view kEsm2 = "Lin et al. 2023, Science 379:1123";
constexpr std::string_view kEsm1b = "Rives et al. 2021, PNAS 118:e2016239118";
constexpr std::string_view kEsm1v = "Meier et al. 2021, NeurIPS 34";
constexpr std::string_view kEsmc = "ESM Team 2024, ESM Cambrian, evolutionaryscale.ai/blog/esm-cambrian";
constexpr std::string_view kEsm3 = "Hayes et al. 2025, Science 387:850";
constexpr std::string_view kMsa = "Rao et al. 2021, ICML, PMLR 139:8844";
constexpr std::string_view kProtGpt2 = "Ferruz et al. 2022, Nature Communications 13:4348";
constexpr std::string_view kEsm1Positions = R"({"position_embedding_type": "absolute"})";
constexpr std::string_view kEsm1bPositions =
    R"({"position_embedding_type": "absolute", "emb_layer_norm_before": true})";

constexpr std::string_view kFairEsm = "https://dl.fbaipublicfiles.com/fair-esm/";

DirectFile weights(std::string_view name, std::string_view hash, std::int64_t bytes = 0) {
  return {fmt::format("{}models/{}.pt", kFairEsm, name), hash, bytes};
}

DirectFile contact_head(std::string_view name, std::string_view hash, std::int64_t bytes = 0) {
  return {fmt::format("{}regression/{}-contact-regression.pt", kFairEsm, name), hash, bytes};
}

// The publishers state no hashes; these are what many have found since, independently of each other.
std::vector<DirectFile> esm2_files(std::string_view name) {
  if (name == "esm2_t6_8M_UR50D")
    return {weights(name, "sha256:46f002a9870c9bdecd0ea887acb1f9a38a6b561e8f8bf8a6990b679b9d31b928", 30'099'493),
            contact_head(name, "sha256:8f7a4557d57713b97ba0e484303007efb7230d25299c0ac47a0a1b12a87bbb9d", 1511)};
  if (name == "esm2_t12_35M_UR50D")
    return {weights(name, "sha256:7f21e80e61d16a71735163ef555d3009afb0c98da74c48e29df08606973cc55e", 134'095'705),
            contact_head(name, "sha256:16641e05d830d0ce863dd152dbb8c2f3ddfa3c3ec2a66080152c8abad01d8585", 1959)};
  if (name == "esm2_t30_150M_UR50D")
    return {weights(name, "sha256:881c7176cf198ef8dec26a3c375d40eb58d0c33df95c22562ca6cc6d3f812c62", 592'774'773),
            contact_head(name, "sha256:6a604b96722ed052eef8a094ad90b275ba2e987d406315dbed0bdc6b3c4238a7", 3431)};
  if (name == "esm2_t33_650M_UR50D")
    return {weights(name, "sha256:ea9d0522b335a8778dea6535a65301f10208dece28cd5865482b0b1fc446168c", 2'604'537'549),
            contact_head(name, "sha256:8ffe6edbd4173dc8d45c2cd5cb27d43aad77ec26b4c768200c58ae1f96693575", 3687)};
  if (name == "esm2_t36_3B_UR50D")
    return {weights(name, "sha256:7de8b4082ba15891959ab368b77ce3886697af1efb16d3c9e9e7b0c5d3f07500", 5'678'116'398),
            contact_head(name, "sha256:4da500eab246481dc9c8c95bc7b1d02f2803d761c380b0e95186d4a07d0fc84e", 6759)};
  return {weights(name, "md5:af61a9c0b792ae50e244cde443b7f4ac"), contact_head(name, {})};  // 15B
}

PublishedModel esm2(std::string_view id, std::string_view alias, std::int64_t layers, std::int64_t width,
                    std::int64_t heads) {
  return {id,      {alias}, "esm",
          "ESM-2", layers,  width,
          heads,   {},      Extras::contacts_and_positions,
          "MIT",   kEsm2,   esm2_files(id.substr(id.find('/') + 1))};
}

PublishedModel esm1v(int seed, std::vector<std::string_view> aliases) {
  static constexpr std::string_view kIds[] = {"facebook/esm1v_t33_650M_UR90S_1", "facebook/esm1v_t33_650M_UR90S_2",
                                              "facebook/esm1v_t33_650M_UR90S_3", "facebook/esm1v_t33_650M_UR90S_4",
                                              "facebook/esm1v_t33_650M_UR90S_5"};
  const std::string_view id = kIds[seed - 1];
  return {id,
          std::move(aliases),
          "esm",
          "ESM-1v",
          33,
          1280,
          20,
          kEsm1Positions,
          Extras::contacts,
          "MIT",
          kEsm1v,
          {weights(id.substr(id.find('/') + 1), seed == 1 ? "md5:1f04c2d2636b02b544ecb5fbbef8fefd" : "")}};
}

PublishedModel msa(std::string_view id, std::vector<std::string_view> aliases) {
  const std::string_view name = id.substr(id.find('/') + 1);
  return {id,
          std::move(aliases),
          "msa",
          "MSA Transformer",
          12,
          768,
          12,
          {},
          Extras::contacts,
          "MIT",
          kMsa,
          {weights(name, {}), contact_head(name, {})}};
}

// id, aliases, family, generation, layers, width, heads, changes, extras, licence, citation, direct
std::vector<PublishedModel> published_rows() {
  return {
      esm2("facebook/esm2_t6_8M_UR50D", "esm2_8m", 6, 320, 20),
      esm2("facebook/esm2_t12_35M_UR50D", "esm2_35m", 12, 480, 20),
      esm2("facebook/esm2_t30_150M_UR50D", "esm2_150m", 30, 640, 20),
      esm2("facebook/esm2_t33_650M_UR50D", "esm2_650m", 33, 1280, 20),
      esm2("facebook/esm2_t36_3B_UR50D", "esm2_3b", 36, 2560, 40),
      esm2("facebook/esm2_t48_15B_UR50D", "esm2_15b", 48, 5120, 40),
      {"facebook/esm1b_t33_650M_UR50S",
       {"esm1b", "esm_1b"},
       "esm",
       "ESM-1b",
       33,
       1280,
       20,
       kEsm1bPositions,
       Extras::contacts,
       "MIT",
       kEsm1b,
       {weights("esm1b_t33_650M_UR50S", "md5:ba8914bc3358cae2254ebc8874ee67f6"),
        contact_head("esm1b_t33_650M_UR50S", "md5:e7fe626dfd516fb6824bd1d30192bdb1")}},
      esm1v(1, {"esm1v_1", "esm1v", "esm_1v", "esm1v_t33_650m_ur90s"}),
      esm1v(2, {"esm1v_2"}),
      esm1v(3, {"esm1v_3"}),
      esm1v(4, {"esm1v_4"}),
      esm1v(5, {"esm1v_5"}),
      msa("facebook/esm_msa1b_t12_100M_UR50S", {"esm_msa1b", "msa1b", "msa_transformer"}),
      msa("facebook/esm_msa1_t12_100M_UR50S", {"esm_msa1", "msa1"}),
      {"biohub/ESMC-300M",
       {"esmc_300m", "esmc_300m_2024_12", "esmc_300m_hf", "esm_c_300m", "esmc_300m_2024_12_v0",
        "biohub/esmc_300m_2024_12", "biohub/esmc_300m_hf", "evolutionaryscale/esmc_300m_2024_12"},
       "esmc",
       "ESM C",
       30,
       960,
       15,
       {},
       Extras::none,
       "MIT",
       kEsmc},
      {"biohub/ESMC-600M",
       {"esmc_600m", "esmc_600m_2024_12", "esmc_600m_hf", "esm_c_600m", "esmc_600m_2024_12_v0",
        "biohub/esmc_600m_2024_12", "biohub/esmc_600m_hf", "evolutionaryscale/esmc_600m_2024_12"},
       "esmc",
       "ESM C",
       36,
       1152,
       18,
       {},
       Extras::none,
       "MIT",
       kEsmc},
      {"biohub/ESMC-6B",
       {"esmc_6b", "esmc_6b_2024_12", "esmc_6b_hf", "esm_c_6b", "esmc_6b_2024_12_v0", "biohub/esmc_6b_2024_12",
        "biohub/esmc_6b_hf", "evolutionaryscale/esmc_6b_2024_12"},
       "esmc",
       "ESM C",
       80,
       2560,
       40,
       {},
       Extras::none,
       "MIT",
       kEsmc},
      {"biohub/esm3-sm-open-v1",
       {"esm3_open", "esm3", "esm3_sm_open_v1", "esm3_open_small", "evolutionaryscale/esm3_sm_open_v1"},
       "esm3",
       "ESM3",
       48,
       1536,
       24,
       {},
       Extras::none,
       "MIT",
       kEsm3},
      {"nferruz/ProtGPT2",
       {"protgpt2"},
       "gpt2",
       "GPT-2",
       36,
       1280,
       20,
       R"({"attn_pdrop": 0.1, "embd_pdrop": 0.1, "resid_pdrop": 0.1})",
       Extras::none,
       "Apache 2.0",
       kProtGpt2},
  };
}

// In order: the first part that a short name contains decides.
constexpr OtherFamily kOthers[] = {
    {"esmfold2", "ESMFold2"},
    {"esm_if", "ESM-IF1"},
    {"esm1_t", "ESM-1"},
    {"prot_t5", "ProtT5"},
    {"prott5", "ProtT5"},
    {"prostt5", "ProstT5"},
    {"prot_bert", "ProtBert"},
    {"protbert", "ProtBert"},
    {"prot_electra", "ProtElectra"},
    {"prot_xlnet", "ProtXLNet"},
    {"prot_albert", "ProtAlbert"},
    {"saprot", "SaProt"},
    {"ankh", "Ankh"},
    {"progen", "ProGen"},
    {"tranception", "Tranception"},
    {"rita_", "RITA"},
    {"carp_", "CARP"},
    {"proteinbert", "ProteinBERT"},
    {"protflash", "ProtFlash"},
    {"unirep", "UniRep"},
    {"dplm", "DPLM"},
    {"amplify", "AMPLIFY"},
    {"glm2", "gLM2"},
    {"xtrimo", "xTrimoPGLM"},
    {"proteinmpnn", "ProteinMPNN"},
    {"alphafold", "AlphaFold"},
    {"omegaplm", "OmegaPLM"},
    {"omegafold", "OmegaFold"},
    {"antiberty", "AntiBERTy"},
    {"antiberta", "AntiBERTa"},
    {"ablang", "AbLang"},
    {"iglm", "IgLM"},
};

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

bool is_hub_word(std::string_view word) {
  return !word.empty() && word.front() != '.' && word.front() != '-' &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; });
}

std::unique_ptr<Model> built(const PublishedModel& model) {
  const Family& own = family_named(model.family);
  return own.build(model.config(), own.tokenizer({}));
}

}  // namespace

std::string_view PublishedModel::name() const { return id.substr(id.find('/') + 1); }

std::string PublishedModel::nickname() const {
  std::string out(aliases.front());
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

nlohmann::json PublishedModel::config() const {
  nlohmann::json config = family_named(family).configure({layers, width, heads});
  if (!changes.empty()) config.merge_patch(nlohmann::json::parse(changes));
  return config;
}

std::vector<std::string> PublishedModel::capabilities() const {
  std::set<std::string> groups;
  const auto model = built(*this);
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) groups.emplace(parameter.place.group);
  std::vector<std::string> out{std::string(Encoder::kName)};
  for (const std::string& name : model->capabilities())
    if (name == CausalLm::kName) out.push_back(name);
  if (groups.contains(std::string(kLmHead))) out.emplace_back(MaskedLm::kName);
  if (groups.contains(std::string(kContactHead)) && extras != Extras::none) out.emplace_back(ContactPredictor::kName);
  return out;
}

std::int64_t PublishedModel::parameters() const {
  const auto model = built(*this);
  std::int64_t count = 0;
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    const bool stored = extras != Extras::none || parameter.place.group != kContactHead;
    if (stored && parameter.role != nn::Role::buffer) count += element_count(parameter.shape);
  }
  return count;
}

std::int64_t PublishedModel::file_bytes() const {
  constexpr std::int64_t kPositions = 1026;
  return 4 * (parameters() + (extras == Extras::contacts_and_positions ? kPositions * width : 0));
}

// Made when first asked for: most starts do not.
const std::vector<PublishedModel>& published_models() {
  static const std::vector<PublishedModel> all = published_rows();
  return all;
}

std::string short_name(std::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::tolower(c)); });
  return out;
}

std::string hub_id(std::string_view text) {
  for (const std::string_view prefix : {"https://", "http://", "hf://", "www.", "huggingface.co/", "hf.co/"})
    text = without(text, prefix);
  while (text.ends_with('/')) text.remove_suffix(1);
  if (const auto branch = text.find("/tree/"); branch != std::string_view::npos) text = text.substr(0, branch);
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_hub_word(text.substr(0, slash)) || !is_hub_word(text.substr(slash + 1)))
    return {};
  return std::string(text);
}

const PublishedModel* find_published(std::string_view name) {
  const std::string id = hub_id(name);
  std::string wanted = short_name(id.empty() ? name : id);
  for (const std::string_view tail : {".pt", ".pth", ".bin", ".safetensors"})
    if (wanted.ends_with(tail)) wanted.resize(wanted.size() - tail.size());
  for (const PublishedModel& model : published_models())
    if (wanted == short_name(model.id) || wanted == short_name(model.name()) ||
        std::find(model.aliases.begin(), model.aliases.end(), wanted) != model.aliases.end())
      return &model;
  return nullptr;
}

std::optional<OtherFamily> find_other_family(std::string_view name) {
  const std::string wanted = short_name(name);
  for (const OtherFamily& other : kOthers)
    if (wanted.find(other.part) != std::string::npos) return other;
  return std::nullopt;
}

std::vector<std::string> other_families() {
  std::vector<std::string> out;
  for (const OtherFamily& other : kOthers)
    if (std::find(out.begin(), out.end(), other.name) == out.end()) out.emplace_back(other.name);
  return out;
}

}  // namespace groel::models
