// The records that failed, as three arrays.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "formats/text.h"

namespace groel::formats {

struct ErrorTable {
  std::vector<std::int64_t> index;  ///< of the record, from 0
  std::vector<std::string> kind;
  std::vector<std::string> message;

  void add(std::int64_t record, const Error& error) {
    index.push_back(record);
    kind.emplace_back(name(error.kind()));
    message.push_back(clean_utf8(error.what()));
  }
};

}  // namespace groel::formats
