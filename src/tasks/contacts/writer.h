// Contact probabilities to files: the formats of embed, and CASP's RR.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/load.h"
#include "formats/result.h"
#include "tasks/contacts/result.h"

namespace groel::tasks {

/// Whether an output's extension says CASP RR (.rr, .casp).
bool is_rr(const std::filesystem::path& path);

/// One file of a format of embed; it stands under its name after finish().
class ContactWriter {
 public:
  /// `records` and `residues` as in formats::ResultSchema. Errors: usage for a format that cannot hold contacts.
  ContactWriter(const std::filesystem::path& path, const engine::LoadedModel& loaded, std::int64_t records,
                std::int64_t residues);
  ~ContactWriter();
  void write(const ContactResult& result);
  void write_failed(const std::string& id, const Error& error);
  void finish();

 private:
  std::filesystem::path path_, unfinished_;
  int layer_;
  std::unique_ptr<formats::ResultWriter> writer_;
};

}  // namespace groel::tasks
