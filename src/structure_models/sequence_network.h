// Networks that fold sequences, of whatever family: what is said of one, reading it, and running it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ops/linear.h"
#include "structure_models/esmfold/sequence.h"

namespace groel::structure_models {

struct SequenceNetworkFacts {
  std::string family;  ///< "esmfold", "minifold"
  std::string title;   ///< "ESMFold v1"
  std::string licence, citation;
  std::filesystem::path path;
  std::string layout;                ///< which form it came in, for people
  std::vector<std::string> ignored;  ///< tensors of the files that it does not use
  std::string fingerprint;           ///< of configuration and tensors
  std::int64_t language_layers = 0, language_width = 0;
  std::int64_t blocks = 0, width = 0, pair_width = 0;  ///< of the trunk
};

/// What the language model says of a sequence: states of residues, and pairs, where the network reads any.
struct SequenceDescription {
  Tensor s, z;
};

struct SequenceFoldOptions {
  std::int64_t recycles = -1;  ///< passes through the trunk after the first; below 0: the network's own number
  std::function<void(const EsmfoldProgress&)> progress = {};
};

/// A network that is loaded.
class SequenceNetwork {
 public:
  virtual ~SequenceNetwork() = default;
  SequenceNetwork(const SequenceNetwork&) = delete;
  SequenceNetwork& operator=(const SequenceNetwork&) = delete;

  const SequenceNetworkFacts& facts() const { return facts_; }
  virtual std::int64_t parameters() const = 0;
  /// Bytes of weights in the form in which they are used.
  virtual std::size_t weight_bytes() const = 0;
  /// Bytes that a protein of N residues takes beside them.
  virtual std::size_t fold_bytes(std::int64_t residues) const = 0;
  virtual std::int64_t passes(std::int64_t recycles) const = 0;
  /// Tokens that the language model reads of so many residues.
  virtual std::int64_t tokens(std::int64_t residues) const = 0;
  /// Refuses what it does not fold. Errors: unsupported.
  virtual void require(const EsmfoldSequence& /*sequence*/) const {}
  /// All in one packed pass of the language model; the same whatever else is in the batch.
  virtual std::vector<SequenceDescription> describe(
      std::span<const std::vector<std::int32_t>* const> proteins) const = 0;
  /// `described`: of input.types, and not to be used again.
  virtual SequenceStructure fold(const EsmfoldInput& input, const SequenceDescription& described,
                                 const SequenceFoldOptions& options) const = 0;

 protected:
  explicit SequenceNetwork(SequenceNetworkFacts facts) : facts_(std::move(facts)) {}

 private:
  SequenceNetworkFacts facts_;
};

/// A family of such networks.
struct SequenceNetworkFamily {
  bool (*is_at)(const std::filesystem::path& path);  ///< has no errors
  std::unique_ptr<SequenceNetwork> (*load)(const std::filesystem::path& path, ops::Precision precision);
};
SequenceNetworkFamily esmfold_family();
SequenceNetworkFamily minifold_family();

/// Whether one of any family is at a path. Looks at names alone, and has no errors.
bool is_sequence_network_at(const std::filesystem::path& path);
/// Loads strictly. Errors: unsupported, where none is there; those of the family's reader.
std::unique_ptr<SequenceNetwork> load_sequence_network(const std::filesystem::path& path,
                                                       ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
