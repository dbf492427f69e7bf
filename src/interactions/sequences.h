// The sequences of the proteins of pairs, by id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "interactions/pairs.h"

namespace groel::interactions {

class ProteinSequences {
 public:
  /// FASTA, tables with a header, and the dictionaries of SHS27k and SHS148k: id, tab, sequence, without a header.
  /// "P69905" names "sp|P69905|HBA_HUMAN", too. Errors: as io::read_sequences; bad_input for an id with two different
  /// sequences.
  explicit ProteinSequences(const std::vector<std::string>& paths);

  bool has(std::string_view id) const { return ids_.find(id) != Numbering::kMissing; }
  /// Of an id that it has.
  const std::string& of(std::string_view id) const { return sequences_[records_[ids_.find(id)]]; }
  std::size_t size() const { return sequences_.size(); }
  /// What was left out, in sentences.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void add(std::string_view id, std::string sequence, const std::string& where);
  void name(std::string_view id, std::size_t record, const std::string& where);
  bool read_dictionary(const std::string& path);

  Numbering ids_;
  std::vector<std::size_t> records_;  // of an id
  std::vector<std::string> sequences_;
  std::vector<std::string> notes_;
  std::int64_t unreadable_ = 0, repeated_ = 0;
  std::string first_unreadable_;
};

}  // namespace groel::interactions
