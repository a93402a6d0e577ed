#include "net/sql/mysql_errors.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coupon::net::sql {

using base::Errc;

namespace {

struct Meaning {
  int number;
  Errc code;
  bool retryable;
  std::string_view remedy;
};

constexpr std::string_view kAccount =
    "check the user in --ledger and its password: COUPON_LEDGER_PASSWORD or --ledger-password-file";
constexpr std::string_view kRights =
    "the account needs rights on the database: GRANT ALL PRIVILEGES ON DATABASE.* TO USER";
constexpr std::string_view kSchema = "the schema is missing or old: run couponctl migrate";
constexpr std::string_view kPlugin = "the client library cannot log in this way: check the account's plugin";
constexpr std::string_view kAway = "the server does not answer: check that it runs, and its address";
constexpr std::string_view kSpace = "the server has no space left: free some disk space there";
constexpr std::string_view kReadOnly = "the server is read-only: a replica, or a failover under way";
constexpr std::string_view kFull = "the server has no connection left: raise max_connections, or lower the pools";
constexpr std::string_view kInTheWay = "another transaction is in the way";
constexpr std::string_view kInterrupted = "the server interrupted the call";
constexpr std::string_view kMemory = "the server is out of memory";
constexpr std::string_view kTls = "no secure connection: check the server's certificate and the CA file";
constexpr std::string_view kRowFormat = "set binlog_format=ROW on the server";

// Sorted by number.
constexpr auto kMeanings = std::to_array<Meaning>({
    {1021, Errc::kUnavailable, true, kSpace},
    {1028, Errc::kUnavailable, true, kSpace},
    {1037, Errc::kBusy, true, kMemory},
    {1038, Errc::kBusy, true, kMemory},
    {1040, Errc::kBusy, true, kFull},
    {1041, Errc::kBusy, true, kMemory},
    {1044, Errc::kUnavailable, false, kRights},
    {1045, Errc::kUnavailable, false, kAccount},
    {1049, Errc::kUnavailable, false, "the database does not exist: CREATE DATABASE, or check the ledger's URL"},
    {1053, Errc::kUnavailable, true, "the server is shutting down"},
    {1054, Errc::kUnavailable, false, kSchema},
    {1062, Errc::kConflict, false, "the key is taken"},
    {1105, Errc::kUnavailable, true, "the server failed for a reason it does not know"},
    {1114, Errc::kUnavailable, true, kSpace},
    {1129, Errc::kUnavailable, false, "the server blocks this host: FLUSH HOSTS there"},
    {1130, Errc::kUnavailable, false, "the server does not accept this host: check the account's host part"},
    {1142, Errc::kUnavailable, false, kRights},
    {1143, Errc::kUnavailable, false, kRights},
    {1146, Errc::kUnavailable, false, kSchema},
    {1152, Errc::kUnavailable, true, kAway},
    {1153, Errc::kInvalid, false, "a value is too big: raise max_allowed_packet on the server"},
    {1158, Errc::kUnavailable, true, kAway},
    {1159, Errc::kUnavailable, true, kAway},
    {1160, Errc::kUnavailable, true, kAway},
    {1161, Errc::kUnavailable, true, kAway},
    {1180, Errc::kUnavailable, true, "the commit failed"},
    {1184, Errc::kUnavailable, true, kAway},
    {1203, Errc::kBusy, true, kFull},
    {1205, Errc::kBusy, true, kInTheWay},
    {1213, Errc::kBusy, true, kInTheWay},
    {1226, Errc::kBusy, true, "the account has used up a limit of its own"},
    {1227, Errc::kUnavailable, false, kRights},
    {1290, Errc::kUnavailable, true, kReadOnly},
    {1297, Errc::kBusy, true, kInTheWay},
    {1317, Errc::kUnavailable, true, kInterrupted},
    {1665, Errc::kUnavailable, false, kRowFormat},
    {1698, Errc::kUnavailable, false, kAccount},
    {1820, Errc::kUnavailable, false, "the account's password has expired: ALTER USER"},
    {1836, Errc::kUnavailable, true, kReadOnly},
    {1862, Errc::kUnavailable, false, "the account's password has expired: ALTER USER"},
    {1927, Errc::kUnavailable, true, "the server ended the connection"},
    {1969, Errc::kUnavailable, true, kInterrupted},
    {2026, Errc::kUnavailable, false, kTls},
    {2049, Errc::kUnavailable, false, kPlugin},
    {2054, Errc::kUnavailable, false, kPlugin},
    {2058, Errc::kUnavailable, false, kPlugin},
    {2059, Errc::kUnavailable, false, kPlugin},
    {2061, Errc::kUnavailable, false, kPlugin},
    {3024, Errc::kUnavailable, true, kInterrupted},
    {3100, Errc::kUnavailable, true, "the commit failed"},
    {3118, Errc::kUnavailable, false, "the account is locked: ALTER USER ... ACCOUNT UNLOCK"},
    {3169, Errc::kUnavailable, true, "the server ended the connection"},
    {3572, Errc::kBusy, true, kInTheWay},
    {3819, Errc::kConflict, false, "a check failed"},
    {3950, Errc::kBusy, true, kMemory},
    {4025, Errc::kConflict, false, "a check failed"},
    {4031, Errc::kUnavailable, true, "the server ended the idle connection"},
    {4151, Errc::kUnavailable, false, kAccount},
});
static_assert(std::ranges::is_sorted(kMeanings, {}, &Meaning::number));

// Numbers that the client libraries give; the rest are servers'.
constexpr bool is_client(int number) { return (number >= 2000 && number < 3000) || (number >= 5000 && number < 6000); }

constexpr auto kBreaking = std::to_array({0, 1053, 1152, 1159, 1160, 1161, 1184, 1927, 3169, 4031});
constexpr int kDeadlock = 1213;

Meaning by_state(int number, std::string_view state) {
  if (is_client(number)) return {number, Errc::kUnavailable, true, kAway};
  if (state.starts_with("08")) return {number, Errc::kUnavailable, true, kAway};
  if (state.starts_with("40")) return {number, Errc::kBusy, true, kInTheWay};
  if (state.starts_with("22")) return {number, Errc::kInvalid, false, "the server refuses a value"};
  if (state.starts_with("23")) return {number, Errc::kConflict, false, "a constraint failed"};
  if (state.starts_with("45")) return {number, Errc::kInvalid, false, "a trigger of the server refuses it"};
  if (state.starts_with("28")) return {number, Errc::kUnavailable, false, kAccount};
  return {number, Errc::kInternal, false, "unexpected"};
}

}  // namespace

base::Error mysql_error(int number, std::string_view state, std::string_view message) {
  const auto* const found = std::ranges::lower_bound(kMeanings, number, {}, &Meaning::number);
  const bool listed = found != kMeanings.end() && found->number == number;
  const auto meaning = listed ? *found : by_state(number, state);
  return {meaning.code, fmt::format("{} (MySQL error {}: {})", meaning.remedy, number, message), meaning.retryable};
}

bool breaks_connection(int number) {
  return is_client(number) || std::ranges::find(kBreaking, number) != kBreaking.end();
}

bool is_deadlock(int number) { return number == kDeadlock; }

}  // namespace coupon::net::sql
