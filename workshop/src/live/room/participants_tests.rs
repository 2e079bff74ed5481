use std::net::Ipv4Addr;

use super::*;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Joins with this name. Returns the session.
fn join(all: &Participants, name: &str) -> Result<String, Refused> {
    let session = Token::random().unwrap();
    all.join(Name::parse(name).unwrap(), session.clone(), ADDRESS)?;
    Ok(session.to_string())
}

fn joined(all: &Participants, name: &str) -> Id {
    let session = join(all, name).unwrap();
    all.of_session(&session).unwrap()
}

#[test]
fn participants_with_the_same_name_one_after_the_other_share_nothing() {
    let all = Participants::default();
    let first = joined(&all, "anna");
    let of_first = all.open(first).unwrap();
    assert!(all.remove("anna"));
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
