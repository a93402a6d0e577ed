#include "net/kafka/error.hpp"

#include <fmt/format.h>

namespace coupon::net::kafka {

using base::Errc;

namespace {

struct Meaning {
  Errc code;
  bool retryable;
  std::string_view remedy;
};

constexpr std::string_view kCreate = "create it: couponctl topics create";
constexpr std::string_view kCredentials = "check security.protocol, sasl.* and ssl.*";
constexpr std::string_view kRights = "grant this user the right to it (kafka-acls)";
constexpr std::string_view kBrokers = "are the brokers up, and is their address right?";
constexpr std::string_view kReplicas = "fewer replicas in sync than the topic's min.insync.replicas";
constexpr std::string_view kSize = "larger than the topic's max.message.bytes";

Meaning meaning_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return {Errc::kNotFound, false, kCreate};
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return {Errc::kConflict, false, {}};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__SSL: return {Errc::kUnavailable, false, kCredentials};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: return {Errc::kUnavailable, false, kRights};
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE: return {Errc::kUnavailable, true, kBrokers};
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return {Errc::kTimeout, true, kBrokers};
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND: return {Errc::kUnavailable, true, kReplicas};
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return {Errc::kBusy, true, {}};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: return {Errc::kInvalid, false, kSize};
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: return {Errc::kInvalid, false, {}};
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION: return {Errc::kUnsupported, false, {}};
    default: return {Errc::kUnavailable, true, {}};
  }
}

}  // namespace

base::Error error_of(rd_kafka_resp_err_t code, std::string_view what) {
  const auto meaning = meaning_of(code);
  auto message = fmt::format("{}: {}", what, rd_kafka_err2str(code));
  if (!meaning.remedy.empty()) message += fmt::format(" ({})", meaning.remedy);
  return {meaning.code, std::move(message), meaning.retryable};
}

bool is_missing_topic(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool is_lost_membership(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || code == RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST;
}

bool is_leader_moving(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH || code == RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH;
}

bool is_coordinator_moving(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_COORDINATOR || code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS || code == RD_KAFKA_RESP_ERR__WAIT_COORD;
}

}  // namespace coupon::net::kafka
