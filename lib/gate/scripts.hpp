#pragma once
// The scripts of lua/, compiled in. Each file says what it takes and answers.

#include "net/redis/command.hpp"

namespace coupon::gate::lua {

[[nodiscard]] const net::redis::Script& adopt();
[[nodiscard]] const net::redis::Script& change();
[[nodiscard]] const net::redis::Script& claim();
[[nodiscard]] const net::redis::Script& confirm();
[[nodiscard]] const net::redis::Script& fence();
[[nodiscard]] const net::redis::Script& find();
[[nodiscard]] const net::redis::Script& forget();
[[nodiscard]] const net::redis::Script& issue();
[[nodiscard]] const net::redis::Script& merge();
[[nodiscard]] const net::redis::Script& open();
[[nodiscard]] const net::redis::Script& rearm();
[[nodiscard]] const net::redis::Script& revoke();
[[nodiscard]] const net::redis::Script& scan();
[[nodiscard]] const net::redis::Script& settle();
[[nodiscard]] const net::redis::Script& status();

}  // namespace coupon::gate::lua
