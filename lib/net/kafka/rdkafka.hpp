#pragma once
// Internal: librdkafka's objects with owners.

#include <librdkafka/rdkafka.h>
#include <memory>

namespace coupon::net::kafka {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

/// Blocks until the client's threads have ended, at most 5 s: what has not ended then is left to the process's end,
/// with a warning. librdkafka loses a reference now and then when a broker goes away and comes back, and its own
/// destroy waits for that reference for ever (confluentinc/librdkafka#4674, 2.0 to 2.3).
void end_client(rd_kafka_t* client);

using Client = std::unique_ptr<rd_kafka_t, Freer<end_client>>;
/// Leaves the consumer group; calls the rebalance callback on this thread. Blocks at most 3 s: rd_kafka_consumer_close
/// waits for a coordinator that is gone for ever.
void close_consumer(rd_kafka_t* client);

using ConfOwner = std::unique_ptr<rd_kafka_conf_t, Freer<rd_kafka_conf_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Freer<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Freer<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Freer<rd_kafka_event_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Freer<rd_kafka_message_destroy>>;
using Failure = std::unique_ptr<rd_kafka_error_t, Freer<rd_kafka_error_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Freer<rd_kafka_headers_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Freer<rd_kafka_topic_partition_list_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Freer<rd_kafka_AdminOptions_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Freer<rd_kafka_NewTopic_destroy>>;
using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Freer<rd_kafka_ConfigResource_destroy>>;

}  // namespace coupon::net::kafka
