// Published checkpoints: one table of their names, sizes and licences; and models of other families that people ask
// for.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::models {

/// What a file holds beside the tensors that its model must have.
enum class Extras {
  none,
  contacts,               ///< a contact head
  contacts_and_positions  ///< and, though nothing reads it, a table of 1026 positions
};

/// A file at an address of its publisher's, outside of the hub.
struct DirectFile {
  std::string url;
  std::string_view hash;   ///< that is known of it, "sha256:…" or "md5:…"; empty: none
  std::int64_t bytes = 0;  ///< 0: not known

  /// The last part of its address.
  std::string name() const { return url.substr(url.rfind('/') + 1); }
};

/// All that is said of a checkpoint follows from this row: its family makes the configuration, by which numbers of
/// parameters and bytes are counted.
struct PublishedModel {
  std::string_view id;                    ///< on the Hugging Face hub
  std::vector<std::string_view> aliases;  ///< other names, as short_name() makes them; the first is shown
  std::string_view family;                ///< of `families()`
  std::string_view generation;            ///< "ESM-2"
  std::int64_t layers, width, heads;
  std::string_view changes;  ///< to the family's configuration of that shape: a JSON merge patch
  Extras extras;
  std::string_view licence;
  std::string_view citation;
  std::vector<DirectFile> direct{};  ///< fair-esm's: the weights, and the contact head where there is one

  /// "esm2-650m", for people.
  std::string nickname() const;
  /// "esm2_t33_650M_UR50D": the id without its owner, which is fair-esm's name, too.
  std::string_view name() const;
  /// config.json, as its family reads it.
  nlohmann::json config() const;
  /// Weights and biases that are used.
  std::int64_t parameters() const;
  /// What the model can do, as loaded ones say it.
  std::vector<std::string> capabilities() const;
  /// What a file of them in float32 takes, computed: what is stored and not used is counted, the header is not.
  std::int64_t file_bytes() const;
};

const std::vector<PublishedModel>& published_models();

/// "esm2_8m" of "ESM2-8M": small letters, no dashes.
std::string short_name(std::string_view name);
/// The row of an id, with or without its owner, an alias, or a page's address; none for anything else.
const PublishedModel* find_published(std::string_view name);

/// Weights that can be downloaded, and are of no family of language models.
struct Download {
  std::string_view name;  ///< "alphafold3"
  std::string_view title;
  std::string_view id;  ///< on the hub; empty: `files`
  std::string_view licence;
  std::string_view terms{};  ///< in short, where they have to be accepted
  std::string_view terms_address{};
  std::vector<DirectFile> files{};
  std::string_view run_by{};  ///< "groel fold FASTA -m ..."; empty: by nothing in this version
  bool of_jobs = false;       ///< a network that predicts the structures of jobs
  std::vector<std::string_view>
      aliases{};  ///< other names: that of a program alone is what it runs unless told otherwise
};

const std::vector<Download>& other_downloads();
/// The row of a name, an alias or an id, in any case, with dashes or underscores; none for anything else.
const Download* find_download(std::string_view name);

/// A family that is known by its names and cannot be run.
struct OtherFamily {
  std::string_view part;  ///< of the short name
  std::string_view name;  ///< "ESM C"
};
std::optional<OtherFamily> find_other_family(std::string_view name);
/// The names of all those families, each once.
std::vector<std::string> other_families();

/// "facebook/esm2_t6_8M_UR50D" of the address of its page, or of itself; empty where the text is no owner/name.
std::string hub_id(std::string_view text);

}  // namespace groel::models
