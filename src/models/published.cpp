// The table of published checkpoints, and what follows from a row.
#include "models/published.h"

#include <algorithm>
#include <cctype>

namespace groel::models {
namespace {

constexpr std::string_view kEsm2 = "Lin et al. 2023, Science 379:1123";
constexpr std::string_view kEsm1b = "Rives et al. 2021, PNAS 118:e2016239118";
constexpr std::string_view kEsm1v = "Meier et al. 2021, NeurIPS 34";
constexpr std::int64_t kVocabulary = 33, kPositions = 1026;

// id, aliases, family, generation, layers, width, heads, learned positions, norm before, licence, citation
const std::vector<PublishedModel> kPublished{
    {"facebook/esm2_t6_8M_UR50D", {"esm2_8m"}, "esm", "ESM-2", 6, 320, 20, false, false, "MIT", kEsm2},
    {"facebook/esm2_t12_35M_UR50D", {"esm2_35m"}, "esm", "ESM-2", 12, 480, 20, false, false, "MIT", kEsm2},
    {"facebook/esm2_t30_150M_UR50D", {"esm2_150m"}, "esm", "ESM-2", 30, 640, 20, false, false, "MIT", kEsm2},
    {"facebook/esm2_t33_650M_UR50D", {"esm2_650m"}, "esm", "ESM-2", 33, 1280, 20, false, false, "MIT", kEsm2},
    {"facebook/esm2_t36_3B_UR50D", {"esm2_3b"}, "esm", "ESM-2", 36, 2560, 40, false, false, "MIT", kEsm2},
    {"facebook/esm2_t48_15B_UR50D", {"esm2_15b"}, "esm", "ESM-2", 48, 5120, 40, false, false, "MIT", kEsm2},
    {"facebook/esm1b_t33_650M_UR50S", {"esm1b", "esm_1b"}, "esm", "ESM-1b", 33, 1280, 20, true, true, "MIT", kEsm1b},
    {"facebook/esm1v_t33_650M_UR90S_1",
     {"esm1v", "esm_1v", "esm1v_1", "esm1v_t33_650m_ur90s"},
     "esm",
     "ESM-1v",
     33,
     1280,
     20,
     true,
     false,
     "MIT",
     kEsm1v},
    {"facebook/esm1v_t33_650M_UR90S_2", {"esm1v_2"}, "esm", "ESM-1v", 33, 1280, 20, true, false, "MIT", kEsm1v},
    {"facebook/esm1v_t33_650M_UR90S_3", {"esm1v_3"}, "esm", "ESM-1v", 33, 1280, 20, true, false, "MIT", kEsm1v},
    {"facebook/esm1v_t33_650M_UR90S_4", {"esm1v_4"}, "esm", "ESM-1v", 33, 1280, 20, true, false, "MIT", kEsm1v},
    {"facebook/esm1v_t33_650M_UR90S_5", {"esm1v_5"}, "esm", "ESM-1v", 33, 1280, 20, true, false, "MIT", kEsm1v},
};

// In order: the first part that a short name contains decides.
constexpr OtherFamily kOthers[] = {
    {"esmc", "ESM C"},
    {"esm_c", "ESM C"},
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

std::int64_t PublishedModel::parameters() const {
  const std::int64_t d = width;
  const std::int64_t layer = 12 * d * d + 13 * d;  // q k v o, the feed-forward pair of 4 d, two norms; all with biases
  const std::int64_t head = d * d + d + 2 * d + kVocabulary;
  const std::int64_t contacts = layers * heads + 1;
  std::int64_t embeddings = kVocabulary * d + 2 * d;  // and the norm after the layers
  if (learned_positions) embeddings += kPositions * d;
  if (norm_before) embeddings += 2 * d;
  return layers * layer + head + contacts + embeddings;
}

std::int64_t PublishedModel::file_bytes() const {
  // Transformers stores a table of positions with ESM-2, too, which nothing reads.
  return 4 * (parameters() + (learned_positions ? 0 : kPositions * width));
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
  for (const std::string_view tail : {".pt", ".bin", ".safetensors"})
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
