//! Tests of whole capture files.

mod damage;
mod link_types;
mod pcap;
mod pcapng;
