use std::net::Ipv4Addr;

use super::*;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Joins with this name, in the browser with the session `own`. Returns the new session.
fn join(all: &Participants, name: &str, own: Option<&str>) -> Result<String, Refused> {
    join_from(all, ADDRESS, name, own)
}

fn join_from(all: &Participants, from: IpAddr, name: &str, own: Option<&str>) -> Result<String, Refused> {
    let session = Token::random().unwrap();
    all.join(Name::parse(name).unwrap(), session.clone(), from, own)?;
    Ok(session.to_string())
}

fn joined(all: &Participants, name: &str) -> Id {
    let session = join(all, name, None).unwrap();
    all.of_session(&session).unwrap()
}

#[test]
fn participants_with_the_same_name_one_after_the_other_share_nothing() {
    let all = Participants::default();
    let first = joined(&all, "anna");
    let of_first = all.open(first).unwrap();
    assert_eq!(all.remove("anna"), Some(first));
    let second = joined(&all, "anna");
    assert_ne!(first, second);
    // A connection of the first is still open when the second joins, and the other way round.
    all.update(first, 1, "first".to_owned(), 1);
    assert_eq!(all.changed(second, 0), Some((Vec::new(), 0)));
    all.update(second, 2, "second".to_owned(), 1);
    assert_eq!(all.changed(first, 0), None);
    assert_eq!(all.changed(second, 0), Some((vec!["second".into()], 1)));
    // The page of the first does not count as one of the second.
    let _of_second = all.open(second).unwrap();
    all.close(&of_first);
    assert_eq!(all.summary()[0].pages, 1);
}

#[test]
fn browser_that_joins_again_replaces_its_own_name() {
    let all = Participants::default();
    let session = join(&all, "anna", None).unwrap();
    joined(&all, "ben");
    let anna = all.of_session(&session).unwrap();
    all.update(anna, 1, "connection".to_owned(), 1);
    let mut page = all.open(anna).unwrap();
    assert_eq!(join(&all, "ben", Some(&session)), Err(Refused::Taken));
    assert!(page.changes.has_changed().is_ok());
    let renamed = join(&all, "carla", Some(&session)).unwrap();
    assert_eq!((all.of_session(&session), all.of_session(&renamed)), (None, Some(anna)));
    assert_eq!((all.of_key("anna"), all.of_key("carla")), (None, Some(anna)));
    assert_eq!(all.changed(anna, 0), Some((vec!["connection".into()], 1)));
    // The page with the earlier name ends.
    page.changes.mark_unchanged();
    assert!(page.changes.has_changed().is_err());
    // The own name is not taken.
    assert!(join(&all, "Carla", Some(&renamed)).is_ok());
    assert_eq!(all.summary().len(), 2);
}

#[test]
fn one_network_cannot_fill_the_room() {
    let all = Participants::default();
    // A host has a prefix of 64 bits to itself.
    let address = |number: usize| format!("2001:db8::{number:x}").parse().unwrap();
    let sessions: Vec<String> = (0..MAX_FROM_NETWORK)
        .map(|number| join_from(&all, address(number), &format!("phone-{number}"), None).unwrap())
        .collect();
    assert_eq!(join_from(&all, address(7), "one-more", None), Err(Refused::NetworkFull));
    assert!(join_from(&all, "2001:db8:0:1::7".parse().unwrap(), "other", None).is_ok());
    // Another name is no other participant.
    assert!(join_from(&all, address(0), "renamed", Some(&sessions[0])).is_ok());
    assert!(all.remove("phone-1").is_some());
    assert!(join_from(&all, address(7), "one-more", None).is_ok());
}

#[test]
fn host_with_an_address_of_each_kind_leaves_half_of_the_room() {
    let all = Participants::default();
    let own: [IpAddr; 2] = ["192.0.2.1", "2001:db8::1"].map(|address| address.parse().unwrap());
    let joined = (0..MAX_PARTICIPANTS)
        .filter(|number| join_from(&all, own[number % 2], &format!("host-{number}"), None).is_ok());
    assert!(joined.count() * 2 < MAX_PARTICIPANTS);
    (0..100).for_each(|number| assert!(join(&all, &format!("class-{number}"), None).is_ok()));
}

#[test]
fn participant_cannot_move_to_a_network_with_too_many() {
    let all = Participants::default();
    (0..MAX_FROM_NETWORK).for_each(|number| assert!(join(&all, &format!("phone-{number}"), None).is_ok()));
    let other = "192.0.2.1".parse().unwrap();
    let session = join_from(&all, other, "anna", None).unwrap();
    assert_eq!(join(&all, "anna", Some(&session)), Err(Refused::NetworkFull));
    assert!(all.of_session(&session).is_some(), "the participant stays in the room");
    assert!(all.remove("phone-0").is_some());
    assert!(join(&all, "anna", Some(&session)).is_ok());
}

#[test]
fn forty_phones_behind_one_address_may_join() {
    let all = Participants::default();
    (0..40).for_each(|number| assert!(join(&all, &format!("phone-{number}"), None).is_ok()));
}
