// Asks the API of the hub: /api/models/{id}/revision/{name} and /{id}/resolve/{commit}/{path}.
#include "hub/repository.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "hub/names.h"

namespace groel::hub {
namespace {

Error no_hub(const std::string& url) {
  return {ErrorKind::io,
          {"the answer is not that of a hub", url,
           "check HF_ENDPOINT; a network that wants a login first answers so, too"}};
}

RepositoryRevision read_revision(const HttpReply& reply) {
  RepositoryRevision out;
  try {
    const nlohmann::json json = parse_json(reply.body, reply.url);
    out.commit = json.at("sha").get<std::string>();
    for (const nlohmann::json& file : json.at("siblings")) {
      out.files.push_back({file.at("rfilename").get<std::string>(), std::nullopt});
      if (const auto size = file.find("size"); size != file.end() && size->is_number_unsigned())
        out.files.back().size = size->get<std::uint64_t>();
    }
  } catch (const nlohmann::json::exception&) {
    throw no_hub(reply.url);
  } catch (const Error&) {
    throw no_hub(reply.url);
  }
  if (!is_commit(out.commit)) throw no_hub(reply.url);
  for (const RepositoryFile& file : out.files) check_file_path(file.path);
  return out;
}

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t out = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end ? std::optional(out) : std::nullopt;
}

}  // namespace

bool RepositoryRevision::has(const std::string& path) const {
  return std::any_of(files.begin(), files.end(), [&](const RepositoryFile& file) { return file.path == path; });
}

Repository::Repository(std::string id, HubAccess access)
    : id_(std::move(id)), access_(std::move(access)), client_(access_.http) {
  check_model_id(id_);
}

HttpRequest Repository::request(const std::string& path) const {
  HttpRequest out{.url = access_.address + path};
  out.token = access_.token;
  out.token_url = access_.address;
  return out;
}

RepositoryRevision Repository::revision(const std::string& name) {
  check_revision(name);
  const std::string path = fmt::format("/api/models/{}/revision/{}?blobs=true", id_, url_quoted_part(name));
  return read_revision(send_patiently(client_, request(path), access_.patience, id_ + "@" + name));
}

RemoteFile Repository::file(const std::string& commit, const std::string& path) {
  HttpRequest asked = request(fmt::format("/{}/resolve/{}/{}", id_, commit, url_quoted(path)));
  RemoteFile out{.url = asked.url, .token = access_.token, .etag = {}, .size = {}, .name = id_ + ", " + path};
  asked.method = Method::head;
  asked.stop_at = [](const HttpReply& reply) { return !reply.header("x-linked-etag").empty(); };
  const HttpReply reply = send_patiently(client_, asked, access_.patience, out.name);
  const std::string linked = reply.header("x-linked-etag");
  out.etag = plain_etag(linked.empty() ? reply.header("etag") : linked);
  const bool is_redirect = !reply.redirect.empty();
  const std::string size = reply.header("x-linked-size");
  out.size = number(size.empty() && !is_redirect ? reply.header("content-length") : size);
  if (out.etag.empty())
    throw Error(ErrorKind::io, {"the server does not say which version of the file it has", asked.url,
                                "the cache cannot keep it without: get it from another place (HF_ENDPOINT)"});
  return out;
}

}  // namespace groel::hub
