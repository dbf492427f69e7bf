// Pictures of every kind of series: what is in them, and what is said of figures that make no sense.
#include "report/picture.h"

#include <gmock/gmock.h>
#include <groel/error.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "report/figure_json.h"
#include "report/palette.h"
#include "report/span.h"
#include "report/table.h"
#include "support/pictures.h"

namespace groel::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Figure curves() {
  Figure figure;
  figure.title = "Loss & <perplexity>";
  figure.x.name = "step";
  figure.y.name = "loss, nats";
  figure.lines.resize(2);
  figure.lines[0] = {"training", {0, 10, 20, 30}, {3.0, 2.9, NAN, 2.7}, Line::Stroke::solid, {}};
  figure.lines[1] = {"held out", {0, 30}, {3.0, 2.8}, Line::Stroke::dashed, {}};
  figure.points.push_back({"best", {30}, {2.7}, {"step \"30\""}, 9, Points::Shape::circle, {}, {}});
  return figure;
}

Figure map() {
  Figure figure;
  figure.title = "Scan";
  figure.x.name = "position";
  figure.x.categories = {"1", "2", "3"};
  figure.y.name = "residue";
  figure.y.categories = {"A", "C"};
  figure.y.direction = Axis::Direction::falling;
  figure.heat_map = HeatMap{"log-odds", 2, 3, {-1, 0, 2, 0.5F, NAN, -2}, Palette::diverging, {}, {}};
  return figure;
}

Figure bars() {
  Figure figure;
  figure.title = "Position 30";
  figure.x = {"residue", {"L", "V", "I"}};
  figure.y.name = "probability";
  figure.bars = {{"", {0.5, 0.3, 0.2}, {}, {}, {}}};
  return figure;
}

TEST(Picture, SvgHoldsItsTexts) {
  GROEL_NEEDS_PICTURES();
  const std::string svg = to_svg(curves());
  EXPECT_THAT(svg, StartsWith("<svg "));
  for (const char* text : {"Loss &amp; &lt;perplexity&gt;", "step", "loss, nats", "training", "held out"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, HasSubstr("stroke=\"#0072B2\""));
}

TEST(Picture, LabelsStandBesideFewPointsAlone) {
  GROEL_NEEDS_PICTURES();
  Figure figure = curves();
  EXPECT_THAT(to_svg(figure), HasSubstr("step &quot;30&quot;"));
  for (int i = 0; i < 60; ++i) {
    figure.points[0].x.push_back(i);
    figure.points[0].y.push_back(3);
    figure.points[0].labels.push_back("another");
  }
  EXPECT_THAT(to_svg(figure), Not(HasSubstr("step &quot;30&quot;")));
}

TEST(Picture, OneEngineDrawsManyAndTheSameAgain) {
  GROEL_NEEDS_PICTURES();
  const std::string first = to_svg(bars());
  to_svg(map());
  EXPECT_EQ(to_svg(bars()), first);
}

TEST(Picture, HeatMapIsAnImageInItsPlace) {
  GROEL_NEEDS_PICTURES();
  const std::string svg = to_svg(map());
  EXPECT_THAT(svg, HasSubstr("<image"));
  EXPECT_THAT(svg, HasSubstr("data:image/png;base64,"));
  for (const char* text : {"position", "residue", ">A</text>", ">C</text>"}) EXPECT_THAT(svg, HasSubstr(text));
}

TEST(Picture, PngOfTwiceTheSize) {
  GROEL_NEEDS_PICTURES();
  const std::string png = to_png(bars());
  ASSERT_THAT(png, StartsWith("\x89PNG"));
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<std::uint8_t>(png[i]);
    return value;
  };
  EXPECT_EQ(word(16), 1800U);
  EXPECT_EQ(word(20), 1120U);
}

TEST(Picture, PageStandsAloneAndCannotBeBrokenByItsTexts) {
  GROEL_NEEDS_PICTURES();
  Figure figure = curves();
  figure.points[0].labels[0] = "</script><script>alert(1)</script>";
  const std::string page = to_html(figure);
  EXPECT_THAT(page, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("figureOption"));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("<title>Loss &amp; &lt;perplexity&gt;</title>"));
  figure.title = "a\" onclick=\"alert(2)";
  EXPECT_THAT(to_html(figure), HasSubstr("aria-label=\"a&quot; onclick=&quot;alert(2)\"></div>"));
  EXPECT_THAT(page, Not(HasSubstr("<script src")));
}

TEST(Picture, FilesByExtensionWithTheirData) {
  GROEL_NEEDS_PICTURES();
  const auto folder = std::filesystem::temp_directory_path() / "groel-picture-test";
  std::filesystem::create_directories(folder);
  for (const char* extension : {".svg", ".png", ".html"}) {
    const auto path = folder / (std::string("picture") + extension);
    write_picture(map(), path);
    EXPECT_GT(std::filesystem::file_size(path), 1000U) << path;
    std::ifstream data(path.string() + ".csv");
    std::stringstream text;
    text << data.rdbuf();
    EXPECT_EQ(text.str(), "residue,1,2,3\nA,-1,0,2\nC,0.5,,-2\n");
  }
  std::filesystem::remove_all(folder);
  try {
    write_picture(map(), folder / "picture.jpg");
    FAIL() << "a .jpg was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("use .svg, .png or .html"));
  }
}

TEST(Picture, SizesThatDoNotFitAreRefused) {
  GROEL_NEEDS_PICTURES();
  Figure lines = curves();
  lines.lines[0].y.pop_back();
  EXPECT_THROW(to_svg(lines), Error);
  Figure labels = curves();
  labels.points[0].labels.emplace_back("one too many");
  EXPECT_THROW(to_svg(labels), Error);
  Figure cells = map();
  cells.heat_map->values.pop_back();
  EXPECT_THROW(to_svg(cells), Error);
  Figure none = map();
  none.heat_map = HeatMap{};
  EXPECT_THROW(to_html(none), Error);
  Figure few = bars();
  few.bars[0].values.pop_back();
  EXPECT_THROW(to_svg(few), Error);
}

TEST(Palette, EndsAndMiddle) {
  using P = Palette;
  EXPECT_EQ(palette_colour(P::sequential, 0), (Rgb{0x44, 0x01, 0x54}));
  EXPECT_EQ(palette_colour(P::sequential, 7), (Rgb{0xfd, 0xe7, 0x25}));
  EXPECT_EQ(palette_colour(P::diverging, 0.5), (Rgb{0xf7, 0xf7, 0xf7}));
  EXPECT_EQ(palette_colour(P::diverging, 0.55), (Rgb{0xe4, 0xee, 0xf4}));  // half-way to the next stop
}

TEST(Palette, SpanIsOfTheValuesAndEvenAroundZeroWhenDiverging) {
  const Span even = palette_span(*map().heat_map);
  EXPECT_EQ(even.low, -2);
  EXPECT_EQ(even.high, 2);
  HeatMap plain = *map().heat_map;
  plain.palette = Palette::sequential;
  plain.values[2] = 1;
  plain.high = 7;
  EXPECT_NEAR(palette_span(plain).low, -2.1, 1e-9);  // in steps of 0.3, as the values span 3
  EXPECT_EQ(palette_span(plain).high, 7);
  EXPECT_EQ(palette_span(HeatMap{"", 1, 1, {NAN}, {}, {}, {}}).high, 1);
}

TEST(FigureTable, SeriesWithLabelsAndCategories) {
  EXPECT_EQ(to_csv(bars()), "series,label,residue,probability\n,,L,0.5\n,,V,0.3\n,,I,0.2\n");
  EXPECT_THAT(to_csv(curves()), HasSubstr("series,label,step,\"loss, nats\"\ntraining,,0,3\n"));
  EXPECT_THAT(to_csv(curves()), HasSubstr("training,,20,\n"));
}

}  // namespace
}  // namespace groel::report
