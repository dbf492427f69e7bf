// Gets the rest of a file over several connections, and puts it on disk in order.
#pragma once

#include <cstdint>

#include "hub/download.h"
#include "hub/partial_file.h"

namespace groel::hub {

enum class Ended {
  whole,      ///< every byte is on disk
  changed,    ///< the file became another on the server: begin again
  no_ranges,  ///< the server sends whole files alone
};

/// Fetches from where the file is to its end, range after range. Ranges that arrive early wait in memory for those
/// before them. Adds to `received` what came. Errors: as download_file.
Ended fetch_ranges(const RemoteFile& remote, PartialFile& file, const DownloadSettings& settings,
                   std::uint64_t& received);

/// The same in one piece from the first byte, for servers without ranges and files of unknown size.
Ended fetch_whole(const RemoteFile& remote, PartialFile& file, const DownloadSettings& settings,
                  std::uint64_t& received);

}  // namespace groel::hub
