#pragma once
// What an error of MySQL or MariaDB means for the caller: may it pass by itself, is it the record's fault, and what is
// to be done.

#include <string_view>

#include "base/result.hpp"

namespace coupon::net::sql {

/// `number` and `state` as the server or the client library gave them; 0 when neither did.
///   retryable      the server is away, full, overloaded or read-only, or another transaction was in the way
///   kInvalid       the server refuses a value; kConflict: a constraint (SQLSTATE classes 22, 23 and 45)
///   kUnavailable   not retryable: the server refuses the account, the database or the schema; the message says what
///                  to do
[[nodiscard]] base::Error mysql_error(int number, std::string_view state, std::string_view message);
/// The connection cannot be used any more, or its state is not known.
[[nodiscard]] bool breaks_connection(int number);
/// Another transaction was in the way and this one is undone: starting it again at once is right.
[[nodiscard]] bool is_deadlock(int number);

}  // namespace coupon::net::sql
