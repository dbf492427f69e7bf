// A page on which a structure is looked at in three dimensions, with what is known of its residues and pairs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace groel::report {

/// Errors: unsupported in a build without pictures.
void check_structure_pages();

/// One HTML file that loads nothing from the network. `view` is {"title", "notes": […], "models": [{…}]} with the
/// fields of a model that report/structure/*.js read (tasks/structure/page_data.h makes them). All text in it is shown
/// as text, whatever it holds. Errors: as check_structure_pages.
std::string structure_page(const nlohmann::json& view);

}  // namespace groel::report
