// Ids of UniProt's kind, whose parts between bars name the protein, too.
#pragma once

#include <string_view>
#include <vector>

namespace groel::tasks {

/// Parts of "sp|P01308|INS_HUMAN" between bars; of an id without bars none.
std::vector<std::string_view> id_parts(std::string_view id);

}  // namespace groel::tasks
