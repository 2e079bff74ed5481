use super::*;
use crate::TapStream;
use crate::event::{Event, Syn};
use crate::sink::Memory;

/// Accepts one connection to a listener on `address`, and returns the events of the recording.
async fn recorded(address: &str, options: ListenOptions) -> Vec<Event> {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind_with(&tap, address, options).await.unwrap();
    let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    drop((listener.accept().await.unwrap(), client, listener));
    tap.finish().await.unwrap();
    memory.events()
}

fn options(events: &[Event]) -> Vec<String> {
    let option = |event: &Event| match &event.op {
        Op::Option { name, value } => Some(format!("{name} {value}")),
        _ => None,
    };
    events.iter().filter_map(option).filter(|option| !option.starts_with("SO_REUSEADDR")).collect()
}

fn syn(events: &[Event]) -> Option<Syn> {
    let accept = |event: &Event| match event.op {
        Op::Accept { syn, .. } => Some(syn),
        _ => None,
    };
    events.iter().find_map(accept).unwrap()
}

#[tokio::test]
async fn listener_saves_no_syn_by_default() {
    let events = recorded("127.0.0.1:0", ListenOptions::new()).await;
    assert_eq!((options(&events), syn(&events)), (Vec::new(), None));
}

#[tokio::test]
async fn listener_without_a_recording_saves_no_syn() {
    let save = ListenOptions::new().save_syn(true);
    let listener = TapListener::bind_with(&Tap::off(), "127.0.0.1:0", save).await.unwrap();
    let _client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    #[cfg(target_os = "linux")]
    assert_eq!(crate::sys::saved_syn(server.get_ref()), None);
    drop(server);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn accept_has_the_fields_of_the_saved_syn() {
    // The MTU of the loopback interface is 65,536 bytes. Headers take 40 of them with IPv4 and 60 with IPv6.
    for (address, mss) in [("127.0.0.1:0", 65_495), ("[::1]:0", 65_476)] {
        if let Err(error) = std::net::TcpListener::bind(address) {
            eprintln!("skipped {address}: this machine cannot listen there ({error})");
            continue;
        }
        let events = recorded(address, ListenOptions::new().save_syn(true)).await;
        assert_eq!(options(&events), ["TCP_SAVE_SYN 1"], "{address}");
        let syn = syn(&events).unwrap();
        assert_eq!((syn.ttl, syn.mss), (64, Some(mss)), "{address}");
        assert!(syn.window > 0 && syn.sack_permitted, "{syn:?}");
        assert!(syn.window_scale.is_some() && syn.tsval.is_some(), "{syn:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn dual_stack_listener_saves_the_ipv4_syn() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let save = ListenOptions::new().save_syn(true);
    let listener = match TapListener::bind_with(&tap, "[::]:0", save).await {
        Ok(listener) => listener,
        Err(error) => return eprintln!("skipped: this machine has no IPv6 ({error})"),
    };
    let port = listener.local_addr().unwrap().port();
    let _client = TapStream::connect(&Tap::off(), ("127.0.0.1", port)).await.unwrap();
    drop(listener.accept().await.unwrap());
    tap.finish().await.unwrap();
    assert_eq!(syn(&memory.events()).unwrap().mss, Some(65_495));
}
