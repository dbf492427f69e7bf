// Draws figures as pictures: SVG and PNG for print, HTML that works offline for exploring.
#pragma once

#include <filesystem>
#include <string>

#include "report/figure.h"

namespace groel::report {

/// Whether this build holds what draws; without it whatever asks for a picture is refused as unsupported.
bool draws_pictures() noexcept;
/// Whether 3Dmol.js is in the program: it and ECharts make up pages of structures (report/structure_page.h).
bool draws_molecules() noexcept;

/// An SVG document. Errors: usage when a series' lengths differ or a heat map's size is not that of its values.
std::string to_svg(const Figure& figure);
/// A PNG of twice the figure's pixels. Errors: as to_svg; unsupported where librsvg is not installed.
std::string to_png(const Figure& figure);
/// One HTML file with everything in it: hover for values, wheel to zoom. Errors: as to_svg.
std::string to_html(const Figure& figure);

/// Writes the picture, its format by the extension (.svg, .png, .html), and beside it FILE.csv with what it shows.
/// Errors: as above; usage for another extension; io.
void write_picture(const Figure& figure, const std::filesystem::path& path);
/// Whether write_picture knows the extension and can draw. Errors: usage, naming those it knows, when not; unsupported
/// in a build without pictures.
void check_picture_path(const std::filesystem::path& path);

}  // namespace groel::report
