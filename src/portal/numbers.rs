//! The numbers that people read to each other: the two digits of a browser that waits, and the four of a request.

use crate::platform::web::Visit;
use crate::platform::world::random;

/// Four digits by which two people on the telephone find one request, a few times.
pub(super) fn draws(visit: &Visit) -> [String; 5] {
    std::array::from_fn(|_| {
        let draw = u32::from_be_bytes(random::<4>(&*visit.server.world));
        (1000 + draw % 9000).to_string()
    })
}

/// 10 to 99, each as likely: draws above the last full ninety are thrown away.
pub(super) fn two_digits(visit: &Visit) -> String {
    loop {
        let [draw] = random::<1>(&*visit.server.world);
        if draw < 180 {
            return (10 + draw % 90).to_string();
        }
    }
}
