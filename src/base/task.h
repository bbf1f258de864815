#pragma once
// Coroutines. A Task runs on the network thread of the connection that started it, from start to end.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace base {

// One thread runs one io_context; a connection stays on it. The concrete type saves what a type-erased executor costs.
using Executor = boost::asio::io_context::executor_type;

// **Lifetime** A task may hold references and views only to what its awaiting caller keeps alive. No lock may be held
// across a co_await.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace base
