// Signatures of file formats, by which unsuitable files are recognised.
#include "io/foreign.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "io/characters.h"

namespace groel::io {
namespace {

constexpr std::string_view kDecompress = "decompress it first";
constexpr std::string_view kName = "name a file of sequences";
constexpr std::string_view kSheet = "save the sheet as CSV (\"CSV UTF-8\") or as tab-separated text";
constexpr std::string_view kPlain = "save it as plain text: FASTA or CSV";
constexpr std::string_view kReformat =
    "convert it to FASTA, for example with EMBOSS seqret, or ask the program for FASTA";
constexpr std::string_view kStructure =
    "`groel contacts --structure FILE` reads it; for its sequence name a FASTA file";
constexpr std::string_view kVectors = "embedding files are read by `groel project` and `groel search`";

struct Mark {
  std::string_view bytes;
  ForeignFile file;
};

constexpr Mark kBinaries[]{
    {"\x89HDF", {"an HDF5 file", kName}},
    {"\x89PNG", {"a PNG image", kName}},
    {"\xFF\xD8\xFF", {"a JPEG image", kName}},
    {"GIF8", {"a GIF image", kName}},
    {"%PDF", {"a PDF document", kPlain}},
    {"{\\rtf", {"a rich-text (RTF) document", kPlain}},
    {"\xD0\xCF\x11\xE0", {"an old Excel or Word file (.xls, .doc)", kSheet}},
    {"BZh", {"compressed with bzip2", kDecompress}},
    {"\xFD"
     "7zXZ",
     {"compressed with xz", kDecompress}},
    {"7z\xBC\xAF", {"a 7-Zip archive", kDecompress}},
    {"Rar!", {"a RAR archive", kDecompress}},
    {"\x04\"M\x18", {"compressed with lz4", kDecompress}},
    {"SQLite format 3", {"an SQLite database", "export the table as CSV"}},
    {"PAR1", {"a Parquet file", "save it as CSV: pandas.read_parquet(F).to_csv(...)"}},
    {"ARROW1", {"an Arrow (Feather) file", "save it as CSV: pandas.read_feather(F).to_csv(...)"}},
    {"\x93NUMPY", {"a NumPy array without ids", "save ids and vectors together: numpy.savez(F, ids=..., vectors=...)"}},
    {"\x7F"
     "ELF",
     {"a program", kName}},
    {"\x80\x02", {"a Python pickle", "save it as FASTA or CSV"}},
    {"\x80\x03", {"a Python pickle", "save it as FASTA or CSV"}},
    {"\x80\x04", {"a Python pickle", "save it as FASTA or CSV"}},
    {"\x80\x05", {"a Python pickle", "save it as FASTA or CSV"}}};

// At the start of the first line that is not blank.
constexpr Mark kTexts[]{
    {"LOCUS   ",
     {"a GenBank flat file", "download the proteins as FASTA (NCBI: Send to, Coding Sequences, FASTA Protein)"}},
    {"ID   ", {"a Swiss-Prot or EMBL flat file", "download it as FASTA, or convert it with EMBOSS seqret"}},
    {"CLUSTAL", {"a Clustal alignment", kReformat}},
    {"MUSCLE (", {"a Clustal alignment", kReformat}},
    {"PROBCONS", {"a Clustal alignment", kReformat}},
    {"# STOCKHOLM",
     {"a Stockholm alignment", "convert it: esl-reformat afa FILE, or reformat.pl sto a3m FILE OUT.a3m"}},
    {"#=GF", {"a Stockholm alignment", "convert it: esl-reformat afa FILE"}},
    {"#NEXUS", {"a NEXUS file", kReformat}},
    {"!!AA_", {"a GCG file (MSF or RSF)", kReformat}},
    {"!!NA_", {"a GCG file (MSF or RSF)", kReformat}},
    {"PileUp", {"a GCG alignment (MSF)", kReformat}},
    {"HMMER3", {"a profile of HMMER", "name the sequences it was made of"}},
    {"HHsearch", {"a profile of HH-suite", "name the A3M file it was made of"}},
    {"##gff-version", {"a GFF annotation", "name the FASTA file of its proteins"}},
    {"##fileformat=VCF", {"a VCF file of nucleotide variants", "name protein variants, as A5D or p.Ala5Asp"}},
    {"@HD\t", {"a SAM file of reads", kName}},
    {"@SQ\t", {"a SAM file of reads", kName}},
    {"HEADER    ", {"a PDB structure", kStructure}},
    {"ATOM  ", {"a PDB structure", kStructure}},
    {"CRYST1", {"a PDB structure", kStructure}},
    {"BLASTP ", {"a BLAST report", "name the FASTA file of the hits"}},
    {"<?xml", {"an XML file", "download the same as FASTA or CSV"}},
    {"{", {"a JSON file", kVectors}},
    {"[", {"a JSON file", "write FASTA or CSV from it"}},
    {"SnapGene", {"a SnapGene file", "export the protein as FASTA"}}};

constexpr std::string_view kWebPage[]{"<!doctype html", "<html", "<head", "<body", "<pre", "<table", "<title", "<!--"};

ForeignFile zip(std::string_view head) {
  const auto holds = [&](std::string_view name) { return head.find(name) != std::string_view::npos; };
  if (holds("xl/") || holds("opendocument.spreadsheet")) return {"a spreadsheet (Excel or OpenDocument)", kSheet};
  if (holds("word/") || holds("opendocument.text")) return {"a word processor's document", kPlain};
  if (holds("[Content_Types].xml")) return {"an Office document", kSheet};
  if (holds(".npy")) return {"a NumPy archive (.npz)", kVectors};
  return {"a ZIP archive", kDecompress};
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

bool starts_like(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  return std::equal(lower_case.begin(), lower_case.end(), text.begin(), [](char wanted, char c) {
    return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  });
}

// "5 42", and nothing else on the first line.
bool is_phylip(std::string_view line) {
  int numbers = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < line.size() && line[at] >= '0' && line[at] <= '9') ++at;
    if (at == begin || (at < line.size() && !is_blank(line[at]))) return false;
    ++numbers;
  }
  return numbers == 2 && line.find(' ') != std::string_view::npos;
}

// " MSF: 120 Type: P … Check: 1234  .." is above a GCG alignment, whatever is before it.
bool is_gcg(std::string_view head) {
  const std::size_t at = head.find(" MSF:");
  return at != std::string_view::npos && head.find("Check:", at) != std::string_view::npos &&
         head.find("\n//") != std::string_view::npos;
}

bool is_text(char c) noexcept { return !is_control(c) || c == 0x1b; }

}  // namespace

std::optional<ForeignFile> recognise_foreign(std::string_view head) {
  if (head.starts_with("PK\x03\x04")) return zip(head);
  for (const auto& [bytes, file] : kBinaries)
    if (head.starts_with(bytes)) return file;
  if (head.size() > 262 && head.substr(257, 5) == "ustar") return ForeignFile{"a tar archive", "unpack it first"};
  const std::string_view text = trimmed(head);
  for (const auto& [bytes, file] : kTexts)
    if (text.starts_with(bytes)) return file;
  for (const std::string_view mark : kWebPage)
    if (starts_like(text, mark))
      return ForeignFile{"a web page (HTML)", "download the data themselves, as FASTA or CSV"};
  const std::string_view line = first_line(text);
  if (line.starts_with("data_") && line.find_first_of(",;\t") == std::string_view::npos)
    return ForeignFile{"an mmCIF structure", kStructure};
  if (is_phylip(line)) return ForeignFile{"a PHYLIP alignment", kReformat};
  if (!text.starts_with('>') && is_gcg(text)) return ForeignFile{"a GCG alignment (MSF)", kReformat};
  return std::nullopt;
}

void refuse_foreign(std::string_view head, const std::string& label, std::string_view wanted) {
  constexpr std::size_t kLookedAt = 4096;
  auto found = recognise_foreign(head);
  const std::string_view text = head.substr(0, kLookedAt);
  const auto utf16 = [&](std::size_t zero) { return text[zero] == 0 && text[zero + 2] == 0 && text[1 - zero] != 0; };
  if (!found && text.size() > 3 && (utf16(0) || utf16(1)))
    found = ForeignFile{"UTF-16 text without a byte order mark", "save it as UTF-8"};
  const auto others = text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_text));
  // A stray control character is the matter of its line; what is not text at all has many of them.
  if (!found && others > text.size() / 20)
    found = ForeignFile{"a binary file", "name a FASTA, FASTQ, A3M, CSV or TSV file"};
  if (found)
    throw Error(ErrorKind::bad_input, Error::Parts{fmt::format("this is {}, not {}", found->what, wanted), label,
                                                   std::string(found->remedy)});
}

}  // namespace groel::io
