#include "load/snowflake/key_pair_tokens.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"

namespace firn {
namespace {

constexpr auto kLife = std::chrono::minutes(59);
constexpr auto kRenewBefore = std::chrono::minutes(5);
constexpr unsigned kMostRefusals = 4;
constexpr auto kSilence = std::chrono::minutes(20);
// Snowflake takes tokens whose issue time is up to a minute off.
constexpr auto kTolerableSkew = std::chrono::seconds(10);

constexpr std::string_view kWrongTime = "394302";
constexpr std::string_view kExpired = "394303";
constexpr std::string_view kUnknownKey = "394304";
constexpr std::string_view kWrongSignature = "394306";
constexpr std::string_view kInvalid = "390144";

std::int64_t seconds_of(Timestamp t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

}  // namespace

Result<std::string> make_key_pair_token(const SnowflakeLogin& login, const RsaKey& key, Timestamp issued_at) {
  namespace json = boost::json;
  const std::string subject = login.account + "." + login.user;
  const json::object head{{"alg", "RS256"}, {"typ", "JWT"}};
  const json::object claims{{"iss", subject + "." + key.fingerprint()},
                            {"sub", subject},
                            {"iat", seconds_of(issued_at)},
                            {"exp", seconds_of(issued_at + kLife)}};
  std::string text = to_base64url(json::serialize(head)) + "." + to_base64url(json::serialize(claims));
  FIRN_ASSIGN(const std::string signature, key.sign(text));
  return text + "." + to_base64url(signature);
}

KeyPairTokens::KeyPairTokens(SnowflakeLogin login, const Clock& clock) : login_(std::move(login)), clock_(clock) {}

Result<KeyPairTokens::Token> KeyPairTokens::get() {
  const MutexLock lock(mutex_);
  const Duration now = clock_.steady();
  if (last_refusal_ && now < silent_until_) {
    Error error = *last_refusal_;
    error.reason += fmt::format(" (asked {} times; Firn asks again in {}, so that Snowflake does not lock the user)",
                                kMostRefusals, format_duration(silent_until_ - now));
    return fail(std::move(error));
  }
  if (!token_ || now >= renew_at_) {
    FIRN_ASSIGN(token_, make());
  }
  return *token_;
}

Result<KeyPairTokens::Token> KeyPairTokens::make() {
  FIRN_ASSIGN(std::string text, make_key_pair_token(login_, *login_.keys.at(key_), clock_.now() + skew_));
  renew_at_ = clock_.steady() + kLife - kRenewBefore;
  return Token{std::move(text), key_, skew_};
}

void KeyPairTokens::accepted(const Token& /*token*/) {
  const MutexLock lock(mutex_);
  refusals_ = 0;
  keys_tried_ = 1;
  last_refusal_.reset();
}

bool KeyPairTokens::refused(const Token& token, std::string_view code, std::optional<Timestamp> their_time,
                            const Error& why) {
  const MutexLock lock(mutex_);
  if (count_refusal(why)) {
    return false;
  }
  const bool is_about_time = code == kWrongTime || code == kExpired || code == kInvalid;
  const bool is_about_key = code == kUnknownKey || code == kWrongSignature || code == kInvalid;
  if (is_about_time && learn_clock(token, their_time)) {
    return true;
  }
  if (is_about_key && change_key(token)) {
    return true;
  }
  token_.reset();
  return false;
}

/// Compared with what the token was made with: another request may have learnt it meanwhile.
bool KeyPairTokens::learn_clock(const Token& token, std::optional<Timestamp> their_time) {
  if (!their_time) {
    return false;
  }
  const Duration skew = *their_time - clock_.now();
  if (std::chrono::abs(skew - token.skew) <= kTolerableSkew) {
    return false;
  }
  skew_ = skew;
  token_.reset();
  return true;
}

bool KeyPairTokens::change_key(const Token& token) {
  if (token.key != key_) {
    return true;  // another request has changed it
  }
  if (keys_tried_ >= login_.keys.size()) {
    return false;
  }
  ++keys_tried_;
  key_ = (key_ + 1) % login_.keys.size();
  token_.reset();
  return true;
}

/// True when there were so many that nothing is to be asked for a while.
bool KeyPairTokens::count_refusal(const Error& why) {
  last_refusal_ = why;
  if (++refusals_ < kMostRefusals) {
    return false;
  }
  refusals_ = 0;
  keys_tried_ = 1;
  token_.reset();
  silent_until_ = clock_.steady() + kSilence;
  return true;
}

}  // namespace firn
