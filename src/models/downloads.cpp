// The table of weights that can be downloaded and are of no family of language models.
#include "models/published.h"

namespace groel::models {
namespace {

Download minifold(const char* name, const char* title, const char* file) {
  Download out{.name = name, .title = title, .id = "", .licence = "MIT"};
  out.files = {{std::string("https://huggingface.co/jwohlwend/minifold/resolve/main/") + file, "", 0}};
  out.run_by = "groel fold proteins.fasta -m NAME, beside facebook/esm2_t36_3B_UR50D";
  return out;
}

// A network of AlphaFold 3's kind, at the address that its own program downloads it from.
Download open_network(const char* name, const char* title, const std::string& address,
                      const char* licence = "Apache-2.0") {
  const char* run_by = "groel fold job.json -m NAME -o folds";
  return {name, title, "", licence, "", "", {{address, "", 0}}, run_by, true};
}

Download protenix(const char* name, const char* title) {
  return open_network(name, title,
                      std::string("https://protenix.tos-cn-beijing.volces.com/checkpoint/") + name + ".pt");
}

Download also_called(Download row, std::string_view alias) {
  row.aliases.push_back(alias);
  return row;
}

// The weights, and the noise frequencies, which no network can do without.
Download intellifold2() {
  const std::string folder = "https://huggingface.co/intelligenAI/intellifold/resolve/main/";
  Download out = open_network("intellifold-2", "IntelliFold-2, structures of complexes (851 M parameters)",
                              folder + "intellifold_v2.bin.zst");
  out.files.push_back({folder + "intellifold_v2_fourier.npz", "", 0});
  return also_called(out, "intellifold");
}

std::vector<Download> download_rows() {
  return {
      {.name = "esmfold",
       .title = "ESMFold v1, structures from sequences",
       .id = "facebook/esmfold_v1",
       .licence = "MIT",
       .run_by = "groel fold proteins.fasta -m facebook/esmfold_v1"},
      also_called(minifold("minifold-48L", "MiniFold, structures from sequences by ESM-2 3B (48 blocks)",
                           "minifold_48L_final.ckpt"),
                  "minifold"),
      minifold("minifold-12L", "MiniFold, smaller (12 blocks)", "minifold_12L_final.ckpt"),
      {"alphafold2",
       "AlphaFold 2 and AlphaFold-Multimer, parameters of December 2022",
       "",
       "CC BY 4.0",
       "they may be used, changed and passed on by everybody, where AlphaFold's authors are named as their source",
       "https://creativecommons.org/licenses/by/4.0/",
       {{"https://storage.googleapis.com/alphafold/alphafold_params_2022-12-06.tar", "", 0}}},
      {"alphafold3",
       "AlphaFold 3, parameters",
       "",
       "its own terms of use",
       "they are for non-commercial use alone, are not passed on, and what is predicted with them trains no similar "
       "models",
       "https://github.com/google-deepmind/alphafold3/blob/main/WEIGHTS_TERMS_OF_USE.md",
       {{"https://storage.googleapis.com/alphafold3/af3.bin.zst",
         "sha256:74d0258616917cd122f5eab6d076afe4a8930e96823851e65e4f777dfb1f33ff", 1'020'545'840}},
       "groel fold job.json -o folds",
       true},
      also_called(protenix("protenix_base_default_v1.0.0", "Protenix v1, structures of complexes (368 M parameters)"),
                  "protenix"),
      protenix("protenix_base_20250630_v1.0.0", "Protenix v1, trained on structures up to June 2025 (368 M)"),
      protenix("protenix-v2", "Protenix v2, larger (464 M)"),
      protenix("protenix_base_default_v0.5.0", "Protenix v0.5, without templates (368 M)"),
      protenix("protenix_mini_default_v0.5.0", "Protenix mini, in 5 steps, without templates (134 M)"),
      protenix("protenix_tiny_default_v0.5.0", "Protenix tiny, in 5 steps, without templates (110 M)"),
      intellifold2(),
      also_called(open_network("openfold3-p1", "OpenFold3, preview 1, structures of complexes (368 M parameters)",
                               "https://openfold.s3.amazonaws.com/openfold3_params/of3_ft3_v1.pt"),
                  "openfold3"),
      open_network("openfold3-p2-155k", "OpenFold3, preview 2 (368 M)",
                   "https://openfold.s3.amazonaws.com/staging/of3-p2-155k.pt"),
      open_network("openbind-2025-06-30-174k", "OpenFold3, OpenBind (368 M)",
                   "https://openfold3-data.s3.amazonaws.com/openfold3-parameters/of3-ob-2025-06-30-174k.pt"),
      also_called(open_network("boltz2", "Boltz-2, structures of complexes (507 M parameters)",
                               "https://model-gateway.boltz.bio/boltz2_conf.ckpt", "MIT"),
                  "boltz-2")};
}

}  // namespace

const std::vector<Download>& other_downloads() {
  static const std::vector<Download> all = download_rows();
  return all;
}

const Download* find_download(std::string_view name) {
  const std::string id = hub_id(name);
  const std::string wanted = short_name(id.empty() ? name : id);
  for (const Download& one : other_downloads()) {
    if (wanted == short_name(one.name)) return &one;
    for (const std::string_view alias : one.aliases)
      if (wanted == short_name(alias)) return &one;
    if (!one.id.empty() && (wanted == short_name(one.id) || wanted == short_name(one.id.substr(one.id.find('/') + 1))))
      return &one;
  }
  return nullptr;
}

}  // namespace groel::models
