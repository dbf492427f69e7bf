// Ids in UniProt's form (sp|P12345|NAME), whose parts between bars name the protein, too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace groel::tasks {

/// Parts of "sp|P01308|INS_HUMAN" between bars; of an id without bars none.
std::vector<std::string_view> id_parts(std::string_view id);

/// What pictures call a protein: "P01308" of "sp|P01308|INS_HUMAN", "1ABC_A" of "pdb|1ABC|A", the accession of
/// "gi|5524211|gb|AAD44166.1|"; any other id as it is, without its middle where it has more than 40 characters.
std::string short_name(std::string_view id);

}  // namespace groel::tasks
