// The table of published checkpoints, and what follows from each row.
#include "models/published.h"

#include <algorithm>
#include <cctype>

#include "models/family.h"

namespace groel::models {
namespace {

constexpr std::string_view kEsm2 = "Lin et al. 2023, Science 379:1123";
constexpr std::string_view kEsm1b = "Rives et al. 2021, PNAS 118:e2016239118";
constexpr std::string_view kEsm1v = "Meier et al. 2021, NeurIPS 34";
constexpr std::string_view kEsmc = "ESM Team 2024, ESM Cambrian, evolutionaryscale.ai/blog/esm-cambrian";
constexpr std::string_view kEsm1Positions = R"({"position_embedding_type": "absolute"})";
constexpr std::string_view kEsm1bPositions =
    R"({"position_embedding_type": "absolute", "emb_layer_norm_before": true})";
constexpr Extras kAll = Extras::contacts_and_positions;

PublishedModel esm1v(int seed, std::vector<std::string_view> aliases) {
  static constexpr std::string_view kIds[] = {"facebook/esm1v_t33_650M_UR90S_1", "facebook/esm1v_t33_650M_UR90S_2",
                                              "facebook/esm1v_t33_650M_UR90S_3", "facebook/esm1v_t33_650M_UR90S_4",
                                              "facebook/esm1v_t33_650M_UR90S_5"};
  return {kIds[seed - 1], std::move(aliases), "esm", "ESM-1v", 33, 1280, 20,
          kEsm1Positions, Extras::contacts,   "MIT", kEsm1v};
}

// id, aliases, family, generation, layers, width, heads, changes, extras, licence, citation
const std::vector<PublishedModel> kPublished{
    {"facebook/esm2_t6_8M_UR50D", {"esm2_8m"}, "esm", "ESM-2", 6, 320, 20, {}, kAll, "MIT", kEsm2},
    {"facebook/esm2_t12_35M_UR50D", {"esm2_35m"}, "esm", "ESM-2", 12, 480, 20, {}, kAll, "MIT", kEsm2},
    {"facebook/esm2_t30_150M_UR50D", {"esm2_150m"}, "esm", "ESM-2", 30, 640, 20, {}, kAll, "MIT", kEsm2},
    {"facebook/esm2_t33_650M_UR50D", {"esm2_650m"}, "esm", "ESM-2", 33, 1280, 20, {}, kAll, "MIT", kEsm2},
    {"facebook/esm2_t36_3B_UR50D", {"esm2_3b"}, "esm", "ESM-2", 36, 2560, 40, {}, kAll, "MIT", kEsm2},
    {"facebook/esm2_t48_15B_UR50D", {"esm2_15b"}, "esm", "ESM-2", 48, 5120, 40, {}, kAll, "MIT", kEsm2},
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
     kEsm1b},
    esm1v(1, {"esm1v", "esm_1v", "esm1v_1", "esm1v_t33_650m_ur90s"}),
    esm1v(2, {"esm1v_2"}),
    esm1v(3, {"esm1v_3"}),
    esm1v(4, {"esm1v_4"}),
    esm1v(5, {"esm1v_5"}),
    {"biohub/ESMC-300M",
     {"esmc_300m_2024_12", "esmc_300m_hf", "esm_c_300m", "esmc_300m_2024_12_v0", "biohub/esmc_300m_2024_12",
      "biohub/esmc_300m_hf", "evolutionaryscale/esmc_300m_2024_12"},
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
     {"esmc_600m_2024_12", "esmc_600m_hf", "esm_c_600m", "esmc_600m_2024_12_v0", "biohub/esmc_600m_2024_12",
      "biohub/esmc_600m_hf", "evolutionaryscale/esmc_600m_2024_12"},
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
     {"esmc_6b_2024_12", "esmc_6b_hf", "esm_c_6b", "esmc_6b_2024_12_v0", "biohub/esmc_6b_2024_12", "biohub/esmc_6b_hf",
      "evolutionaryscale/esmc_6b_2024_12"},
     "esmc",
     "ESM C",
     80,
     2560,
     40,
     {},
     Extras::none,
     "MIT",
     kEsmc},
};

// In order: the first part that a short name contains decides.
constexpr OtherFamily kOthers[] = {
    {"esm3", "ESM3"},
    {"esmfold", "ESMFold"},
    {"esm_if", "ESM-IF1"},
    {"esm_msa", "MSA Transformer"},
    {"msa_transformer", "MSA Transformer"},
    {"esm1_t", "ESM-1"},
    {"protgpt", "ProtGPT2"},
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
    {"zymctrl", "ZymCTRL"},
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

}  // namespace

std::string_view PublishedModel::name() const { return id.substr(id.find('/') + 1); }

nlohmann::json PublishedModel::config() const {
  nlohmann::json config = family_named(family).configure({layers, width, heads});
  if (!changes.empty()) config.merge_patch(nlohmann::json::parse(changes));
  return config;
}

std::int64_t PublishedModel::parameters() const {
  const Family& own = family_named(family);
  const auto model = own.build(config(), own.tokenizer({}, ""));
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

const std::vector<PublishedModel>& published_models() { return kPublished; }

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
  for (const PublishedModel& model : kPublished)
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
