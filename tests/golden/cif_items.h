// The items of an mmCIF file and their values, read apart from the code that is tested.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace groel::golden {

/// By "_category.item". Comments are left out.
using CifItems = std::map<std::string, std::vector<std::string>>;

/// Of a file of one data block. Errors: bad_input, for a loop whose values do not fill its rows.
CifItems cif_items(const std::string& text);

}  // namespace groel::golden
