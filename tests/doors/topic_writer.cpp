#include "doors/topic_writer.hpp"

#include <array>
#include <librdkafka/rdkafka.h>
#include <memory>
#include <stdexcept>

#include "functional/pipeline_tools.hpp"

namespace coupon::test {

namespace {

constexpr int kPatienceMs = 30'000;

using Client = std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)>;

void count_failure(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* failures) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<int*>(failures);
}

const char* data_of(const std::optional<std::string>& text) { return text ? text->data() : nullptr; }
std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

void write_record(rd_kafka_t* client, const std::string& topic, const RawRecord& record) {
  auto* headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), data_of(value),
                        static_cast<ssize_t>(size_of(value)));
  }
  const auto part = [](rd_kafka_vtype_t kind) {
    rd_kafka_vu_t one{};
    one.vtype = kind;
    return one;
  };
  std::array parts{part(RD_KAFKA_VTYPE_TOPIC),  part(RD_KAFKA_VTYPE_PARTITION), part(RD_KAFKA_VTYPE_MSGFLAGS),
                   part(RD_KAFKA_VTYPE_KEY),    part(RD_KAFKA_VTYPE_VALUE),     part(RD_KAFKA_VTYPE_TIMESTAMP),
                   part(RD_KAFKA_VTYPE_HEADERS)};
  parts[0].u.cstr = topic.c_str();
  parts[1].u.i32 = record.partition;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].u.mem = {const_cast<char*>(data_of(record.key)), size_of(record.key)};
  parts[4].u.mem = {const_cast<char*>(data_of(record.value)), size_of(record.value)};
  parts[5].u.i64 = record.timestamp_ms;
  parts[6].u.headers = headers;
  if (auto* error = rd_kafka_produceva(client, parts.data(), parts.size()); error != nullptr) {
    const std::string problem = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);
    throw std::runtime_error(problem);
  }
}

}  // namespace

void write_records(std::uint16_t kafka_port, const std::string& topic, const std::vector<RawRecord>& records) {
  int failures = 0;
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", endpoint(kafka_port).c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "message.max.bytes", "2000000", nullptr, 0);
  rd_kafka_conf_set_dr_msg_cb(conf, count_failure);
  rd_kafka_conf_set_opaque(conf, &failures);
  const Client client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0), rd_kafka_destroy);
  if (!client) throw std::runtime_error("no producer");
  for (const auto& record : records) write_record(client.get(), topic, record);
  const auto flushed = rd_kafka_flush(client.get(), kPatienceMs);
  if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR || failures != 0) throw std::runtime_error("records were not stored");
}

}  // namespace coupon::test
