//! What programs call: links to one thing, keys, reports of mail that came back.

mod bounces;
mod description;
mod guarded;
mod guest_links;
mod guest_links_made;
mod keys;
mod office;
mod wrong;
