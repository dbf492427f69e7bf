// Opens libcurl by name; either of the forms that Debian has will do.
#include "hub/curl.h"

#include <dlfcn.h>

#include "base/error.h"

namespace groel::hub {
namespace {

void* open_library() {
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"})
    if (void* handle = dlopen(name, RTLD_NOW | RTLD_LOCAL); handle != nullptr) return handle;  // stays open
  throw Error(ErrorKind::unsupported, {"downloads need libcurl, which is not here",
                                       {},
                                       "install it (Debian 12: libcurl4; Debian 13 and Ubuntu 24.04: libcurl4t64)"});
}

template <class Function>
void find(void* library, Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw Error(ErrorKind::unsupported, fmt::format("this system's libcurl has no {}", name));
}

Curl open_curl() {
  void* const library = open_library();
  Curl out{};
  find(library, out.global_init, "curl_global_init");
  find(library, out.easy_init, "curl_easy_init");
  find(library, out.easy_reset, "curl_easy_reset");
  find(library, out.easy_cleanup, "curl_easy_cleanup");
  find(library, out.easy_setopt, "curl_easy_setopt");
  find(library, out.easy_perform, "curl_easy_perform");
  find(library, out.easy_getinfo, "curl_easy_getinfo");
  find(library, out.easy_strerror, "curl_easy_strerror");
  find(library, out.slist_append, "curl_slist_append");
  find(library, out.slist_free_all, "curl_slist_free_all");
  if (out.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(ErrorKind::unsupported, "libcurl does not start");
  return out;
}

}  // namespace

const Curl& curl() {
  static const Curl library = open_curl();
  return library;
}

}  // namespace groel::hub
