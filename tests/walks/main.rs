//! Tests that go through whole parts against real sockets; helpers in `support`.

mod support;
mod transports;
