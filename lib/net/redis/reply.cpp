#include "net/redis/reply.hpp"

#include <array>
#include <hiredis/hiredis.h>
#include <new>
#include <string>

namespace coupon::net::redis {

using base::Errc;
using base::Error;

namespace {

// hiredis's own functions, but for the bound.
redisReplyObjectFunctions* bounded(const redisReplyObjectFunctions* plain) {
  static const redisReplyObjectFunctions* const kPlain = plain;
  static redisReplyObjectFunctions functions = [] {
    auto all = *kPlain;
    all.createArray = [](const redisReadTask* task, int elements) -> void* {
      return elements > kElementsMax ? nullptr : kPlain->createArray(task, elements);
    };
    return all;
  }();
  return &functions;
}

}  // namespace

void FreeReader::operator()(redisReader* reader) const { redisReaderFree(reader); }

std::unique_ptr<redisReader, FreeReader> make_reader() {
  std::unique_ptr<redisReader, FreeReader> reader(redisReaderCreate());
  if (!reader) throw std::bad_alloc();
  reader->fn = bounded(reader->fn);
  return reader;
}

std::int64_t View::integer() const { return reply_->type == REDIS_REPLY_INTEGER ? reply_->integer : 0; }

std::string_view View::text() const {
  switch (reply_->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR: return {reply_->str, static_cast<std::size_t>(reply_->len)};
    default: return {};
  }
}

bool View::nil() const { return reply_->type == REDIS_REPLY_NIL; }
bool View::is_error() const { return reply_->type == REDIS_REPLY_ERROR; }
std::size_t View::size() const { return reply_->type == REDIS_REPLY_ARRAY ? reply_->elements : 0; }
View View::operator[](std::size_t index) const { return View(reply_->element[index]); }

void Reply::Free::operator()(redisReply* reply) const { freeReplyObject(reply); }

namespace {

struct Meaning {
  std::string_view begin;  // of the text: whole words
  Errc code;
  bool retryable;
  std::string_view remedy;
};

constexpr std::array<Meaning, 21> kMeanings{{
    {"LOADING", Errc::kUnavailable, true, ""},
    {"READONLY", Errc::kUnavailable, true, " (it is a replica: the URL must lead to the master)"},
    {"MASTERDOWN", Errc::kUnavailable, true, ""},
    {"OOM", Errc::kUnavailable, true, " (raise maxmemory or free some)"},
    {"NOREPLICAS", Errc::kUnavailable, true, ""},
    {"MISCONF", Errc::kUnavailable, true, " (it cannot persist: see its log)"},
    {"BUSY", Errc::kUnavailable, true, ""},
    {"TRYAGAIN", Errc::kUnavailable, true, ""},
    {"CLUSTERDOWN", Errc::kUnavailable, true, ""},
    {"UNBLOCKED", Errc::kUnavailable, true, ""},
    {"ERR max number of clients reached", Errc::kUnavailable, true, " (raise maxclients)"},
    {"NOAUTH", Errc::kUnavailable, false, " (give a password: COUPON_GATE_PASSWORD or --gate-password-file)"},
    {"WRONGPASS", Errc::kUnavailable, false, " (check COUPON_GATE_PASSWORD or --gate-password-file)"},
    {"ERR AUTH", Errc::kUnavailable, false, " (it wants no password: leave COUPON_GATE_PASSWORD out)"},
    {"ERR DB index", Errc::kUnavailable, false, " (check the number behind the last / of --gate)"},
    {"NOPERM", Errc::kUnavailable, false, " (its ACL forbids a command that the gate needs)"},
    {"ERR The user executing the script", Errc::kUnavailable, false, " (its ACL forbids what the gate's scripts need)"},
    {"DENIED", Errc::kUnavailable, false, ""},
    {"MOVED", Errc::kUnsupported, false, " (Redis Cluster is not supported: give a master with its replicas)"},
    {"BROKEN", Errc::kCorrupt, false, ""},  // what a script says of data that it cannot go by
    {"WRONGTYPE", Errc::kCorrupt, false, " (a key of the gate is used by somebody else)"},
}};

bool begins_with(std::string_view text, std::string_view words) {
  return text.starts_with(words) && (text.size() == words.size() || text[words.size()] == ' ');
}

}  // namespace

Error error_of(std::string_view text) {
  const auto message = "Redis: " + std::string(text);
  for (const auto& meaning : kMeanings) {
    if (begins_with(text, meaning.begin)) {
      return {meaning.code, message + std::string(meaning.remedy), meaning.retryable};
    }
  }
  return {Errc::kInternal, message, false};
}

}  // namespace coupon::net::redis
