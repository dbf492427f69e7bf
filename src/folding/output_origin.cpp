// AlphaFold 3's authors, citation and terms, as its own program writes them (model/mmcif_metadata.py, Apache-2.0).
#include "folding/output_origin.h"

namespace groel::folding {
namespace {

constexpr const char* kOutputTerms = "https://github.com/google-deepmind/alphafold3/blob/main/OUTPUT_TERMS_OF_USE.md";
constexpr const char* kWeightsTerms = "https://github.com/google-deepmind/alphafold3/blob/main/WEIGHTS_TERMS_OF_USE.md";
constexpr const char* kRelease = "AlphaFold-beta-20231127";

std::string licence() {
  return std::string(
             "Non-commercial use only, by using this file you agree to the terms of use found\n"
             "at ") +
         kOutputTerms +
         ".\n"
         "To request access to the AlphaFold 3 model parameters, follow the process set\n"
         "out at https://github.com/google-deepmind/alphafold3. You may only use these if\n"
         "received directly from Google. Use is subject to terms of use available at\n" +
         kWeightsTerms + ".";
}

constexpr const char* kDisclaimer =
    "AlphaFold 3 and its output are not intended for, have not been validated for,\n"
    "and are not approved for clinical use. They are provided \"as-is\" without any\n"
    "warranty of any kind, whether expressed or implied. No warranty is given that\n"
    "use shall not infringe the rights of any third party.";

std::string comment() {
  return std::string(
             "# By using this file you agree to the legally binding terms of use found at\n"
             "# ") +
         kOutputTerms +
         ".\n"
         "# To request access to the AlphaFold 3 model parameters, follow the process set\n"
         "# out at https://github.com/google-deepmind/alphafold3. You may only use these if\n"
         "# received directly from Google. Use is subject to terms of use available at\n"
         "# " +
         kWeightsTerms + ".\n";
}

}  // namespace

ModelOrigin alphafold3_origin(const AlphaFold3Run& run) {
  ModelOrigin out;
  out.authors = {"Google DeepMind", "Isomorphic Labs"};
  out.citation = {{"book_publisher", "?"},
                  {"country", "UK"},
                  {"id", "primary"},
                  {"journal_full", "Nature"},
                  {"journal_id_ASTM", "NATUAS"},
                  {"journal_id_CSD", "0006"},
                  {"journal_id_ISSN", "0028-0836"},
                  {"journal_volume", "630"},
                  {"page_first", "493"},
                  {"page_last", "500"},
                  {"pdbx_database_id_DOI", "10.1038/s41586-024-07487-w"},
                  {"pdbx_database_id_PubMed", "38718835"},
                  {"title", "Accurate structure prediction of biomolecular interactions with AlphaFold 3"},
                  {"year", "2024"}};
  if (run.terms) {
    out.comment = comment();
    out.usage.push_back({"license", licence(), kOutputTerms});
  }
  out.usage.push_back({"disclaimer", kDisclaimer, "?"});
  out.group = std::string(kRelease) + " (" + run.program + " @ " + run.time + ")";
  out.software = "AlphaFold";
  out.version = std::string(kRelease) + " (" + run.identifier + ")";
  out.steps = {"coevolution MSA", "template search", "modeling"};
  return out;
}

ModelOrigin protenix_origin(const std::string& program, const std::string& time, const std::string& identifier) {
  ModelOrigin out;
  out.authors = {"ByteDance AML AI4Science Team"};
  out.citation = {
      {"country", "US"},
      {"id", "primary"},
      {"journal_full", "bioRxiv"},
      {"pdbx_database_id_DOI", "10.1101/2025.01.08.631967"},
      {"title", "Protenix - Advancing Structure Prediction Through a Comprehensive AlphaFold3 Reproduction"},
      {"year", "2025"}};
  out.usage.push_back({"license",
                       "Predicted with weights of Protenix, which ByteDance publishes under the Apache License 2.0.",
                       "https://www.apache.org/licenses/LICENSE-2.0"});
  out.group = "Protenix (" + program + " @ " + time + ")";
  out.software = "Protenix";
  out.version = identifier.substr(0, 16);
  out.steps = {"coevolution MSA", "template search", "modeling"};
  return out;
}

ModelOrigin openfold3_origin(const std::string& program, const std::string& time, const std::string& identifier) {
  ModelOrigin out;
  out.authors = {"The OpenFold3 Team"};
  out.citation = {
      {"country", "US"},
      {"id", "primary"},
      {"title", "OpenFold3-preview"},
      {"year", "2025"},
  };
  out.usage.push_back(
      {"license",
       "Predicted with weights of OpenFold3, which the AlQuraishi Laboratory and the OpenFold consortium publish "
       "under the Apache License 2.0.",
       "https://www.apache.org/licenses/LICENSE-2.0"});
  out.group = "OpenFold3 (" + program + " @ " + time + ")";
  out.software = "OpenFold3";
  out.version = identifier.substr(0, 16);
  out.steps = {"coevolution MSA", "template search", "modeling"};
  return out;
}

ModelOrigin intellifold2_origin(const std::string& program, const std::string& time, const std::string& identifier) {
  ModelOrigin out;
  out.authors = {"Qiao, Lifeng", "Yan, He", "Liu, Gary", "Guo, Gaoxing", "Sun, Siqi"};
  out.citation = {
      {"country", "US"},
      {"id", "primary"},
      {"journal_full", "bioRxiv"},
      {"pdbx_database_id_DOI", "10.64898/2026.02.09.704787"},
      {"title", "IntelliFold-2: Surpassing AlphaFold 3 via Architectural Refinement and Structural Consistency"},
      {"year", "2026"}};
  out.usage.push_back(
      {"license",
       "Predicted with weights of IntelliFold-2, which IntelliGen-AI publishes under the Apache License "
       "2.0.",
       "https://www.apache.org/licenses/LICENSE-2.0"});
  out.group = "IntelliFold-2 (" + program + " @ " + time + ")";
  out.software = "IntelliFold-2";
  out.version = identifier.substr(0, 16);
  out.steps = {"coevolution MSA", "template search", "modeling"};
  return out;
}

ModelOrigin boltz2_origin(const std::string& program, const std::string& time, const std::string& identifier) {
  ModelOrigin out;
  out.authors = {"The Boltz team"};
  out.citation = {
      {"country", "US"},
      {"id", "primary"},
      {"journal_full", "bioRxiv"},
      {"pdbx_database_id_DOI", "10.1101/2025.06.14.659707"},
      {"title", "Boltz-2: Towards Accurate and Efficient Binding Affinity Prediction"},
      {"year", "2025"},
  };
  out.usage.push_back({"license", "Predicted with weights of Boltz-2, which its authors publish under the MIT licence.",
                       "https://opensource.org/licenses/MIT"});
  out.group = "Boltz-2 (" + program + " @ " + time + ")";
  out.software = "Boltz-2";
  out.version = identifier.substr(0, 16);
  out.steps = {"coevolution MSA", "template search", "modeling"};
  return out;
}

std::string alphafold3_terms() {
  return std::string(
             "# Terms of use\n\n"
             "The structures and confidences in this folder were predicted with AlphaFold 3's weights. Google's\n"
             "terms for the output of AlphaFold 3 hold for them, whatever program ran the model:\n\n"
             "<") +
         kOutputTerms +
         ">\n\n"
         "Among other things they allow non-commercial use by non-commercial organisations only, ask whoever passes\n"
         "these files on to pass on the terms and to say what was changed, and forbid training models that predict\n"
         "structures of biomolecules on them. This page is not the terms: the text at the address\n"
         "above is what counts. The terms of the weights themselves are at\n\n"
         "<" +
         kWeightsTerms +
         ">\n\n"
         "Cite: Abramson, J. et al. Accurate structure prediction of biomolecular interactions with AlphaFold 3.\n"
         "Nature 630, 493-500 (2024). https://doi.org/10.1038/s41586-024-07487-w\n";
}

}  // namespace groel::folding
