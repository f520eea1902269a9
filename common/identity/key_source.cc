#include "common/identity/key_source.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/files/file.h"
#include "common/identity/key_set.h"
#include "common/status/error.h"

namespace zhiping::identity {
namespace {

constexpr long kConnectTimeoutMs = 2000;
constexpr long kTimeoutMs = 5000;

class FileKeySource final : public KeySource {
 public:
  explicit FileKeySource(std::string path) : path_(std::move(path)) {}
  absl::StatusOr<std::string> Read() override { return ReadRegularFile(path_, kMaxKeySetBytes); }

 private:
  const std::string path_;
};

class UrlKeySource final : public KeySource {
 public:
  UrlKeySource(std::string url, std::string ca_file)
      : url_(std::move(url)), ca_file_(std::move(ca_file)) {
    static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)initialized;
  }

  absl::StatusOr<std::string> Read() override {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    if (curl == nullptr) return Unavailable("curl_easy_init");
    std::string body;
    CURL* handle = curl.get();
    curl_easy_setopt(handle, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kTimeoutMs);
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
    // Otherwise the proxy of the environment would be asked, which could answer with keys of its
    // own.
    if (!absl::StartsWith(url_, "https://") || IsLoopbackUrl(url_)) {
      curl_easy_setopt(handle, CURLOPT_PROXY, "");
    }
    if (!ca_file_.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file_.c_str());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &IsCancelled);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
    const CURLcode result = curl_easy_perform(handle);
    if (result == CURLE_WRITE_ERROR) {
      return Unavailable(absl::StrCat("more than ", kMaxKeySetBytes >> 10, " KiB"));
    }
    if (result != CURLE_OK) return Unavailable(curl_easy_strerror(result));
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return Unavailable(absl::StrCat("HTTP ", status));
    return body;
  }

  void Cancel() override { cancelled_ = true; }

 private:
  // curl's callbacks. Another size than was given, or another value than 0, ends the transfer.
  static size_t Append(const char* bytes, size_t, size_t size, void* body) {
    auto& text = *static_cast<std::string*>(body);
    if (text.size() + size > kMaxKeySetBytes) return 0;
    text.append(bytes, size);
    return size;
  }
  static int IsCancelled(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<UrlKeySource*>(self)->cancelled_ ? 1 : 0;
  }

  absl::Status Unavailable(absl::string_view why) const {
    return MakeError(absl::StatusCode::kUnavailable, Reason::ISSUER_KEYS_UNAVAILABLE,
                     absl::StrCat("读取 ", url_, " 失败：", why, "。"),
                     absl::StrCat("Reading ", url_, " failed: ", why, "."));
  }

  const std::string url_;
  const std::string ca_file_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace

bool IsLoopbackUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "https://") && !absl::ConsumePrefix(&url, "http://")) return false;
  for (const absl::string_view host : {"127.0.0.1", "[::1]", "localhost"}) {
    if (!absl::ConsumePrefix(&url, host)) continue;
    if (absl::ConsumePrefix(&url, ":")) {
      url.remove_prefix(static_cast<size_t>(
          std::find_if_not(url.begin(), url.end(), absl::ascii_isdigit) - url.begin()));
    }
    return url.empty() || url.front() == '/';
  }
  return false;
}

std::unique_ptr<KeySource> NewFileKeySource(std::string path) {
  return std::make_unique<FileKeySource>(std::move(path));
}

std::unique_ptr<KeySource> NewUrlKeySource(std::string url, std::string ca_file) {
  return std::make_unique<UrlKeySource>(std::move(url), std::move(ca_file));
}

}  // namespace zhiping::identity
