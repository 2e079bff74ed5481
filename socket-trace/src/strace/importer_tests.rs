use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use super::*;

/// A stream whose text can be read after the import.
#[derive(Clone, Default)]
struct Text(Rc<RefCell<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Imports a log, and returns the outcome and the lines of the trace.
fn import_with(log: &str, options: ImportOptions) -> (Imported, String) {
    let text = Text::default();
    let mut importer = Importer::new(Destination::Stream(Box::new(text.clone())), options);
    for (number, line) in (1..).zip(log.lines()) {
        importer.line(line.as_bytes(), "log", number, None).unwrap();
    }
    let imported = importer.finish().unwrap();
    let trace = String::from_utf8(text.0.take()).unwrap();
    (imported, trace)
}

fn import(log: &str) -> (Imported, String) {
    let options =
        ImportOptions { name: "log".to_owned(), recorder: "strace".to_owned(), ..ImportOptions::default() };
    import_with(log, options)
}

/// Imports calls of one thread, one microsecond apart, and returns the lines of the events.
fn events(calls: &[&str]) -> Vec<String> {
    let line = |(number, call)| format!("7 1796064801.{number:06} {call}\n");
    let log: String = (1..).zip(calls).map(line).collect();
    let (imported, trace) = import(&log);
    assert_eq!(imported.unreadable, 0, "{log}");
    let lines: Vec<&str> = trace.lines().collect();
    let without_time = |line: &&str| line.split_once(',').unwrap().1.trim_end_matches('}').to_owned();
    lines[1..lines.len() - 1].iter().map(without_time).collect()
}

const CONNECTED: [&str; 2] = [
    "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[1]>",
    r#"connect(3<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}, 16) = 0"#,
];

#[test]
fn log_of_a_node_server_becomes_a_trace() {
    let (imported, trace) = import(include_str!("../../fuzz/strace/node.strace"));
    assert_eq!((imported.unreadable, imported.end.lost), (0, 0));
    insta::assert_snapshot!(trace);
}

#[test]
fn log_with_threads_forks_and_passed_descriptors_becomes_a_trace() {
    let (imported, trace) = import(include_str!("../../fuzz/strace/python.strace"));
    assert_eq!((imported.unreadable, imported.end.open), (0, 0));
    insta::assert_snapshot!(trace);
}

#[test]
fn fork_in_a_log_of_one_process_keeps_no_socket_open() {
    let log = "1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n1796064801.000002 vfork() = 1234\n\
               1796064801.000003 close(3) = 0\n";
    let trace = import(log).1;
    assert!(trace.contains(r#"{"t":2000,"sock":1,"op":"close""#), "{trace}");
}

#[test]
fn unreadable_line_is_counted_with_its_number() {
    let log = "7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\nlistening on port 80\n\
               7 1796064801.000003 <... read resumed>\"a\", 1) = 1\n7 1796064801.000004 write(3, \"cut\n";
    let (imported, trace) = import(log);
    let lines: Vec<u64> = imported.unreadable_at.iter().map(|place| place.line).collect();
    assert_eq!((imported.unreadable, lines, imported.end.lost), (3, vec![2, 3, 4], 3));
    assert!(trace.contains(r#""op":"gap","reads":0,"writes":0,"others":3,"payloads":0"#), "{trace}");
}

#[test]
fn io_uring_is_reported_and_loses_events() {
    let log = "7 1796064801.000001 io_uring_setup(64, {flags=0}) = 5\n";
    let (imported, _) = import(log);
    assert_eq!(imported.io_uring.map(|place| place.line), Some(1));
    assert_eq!((imported.unreadable, imported.end.lost), (0, 1));
    let (imported, _) =
        import("7 1796064801.000001 io_uring_setup(64, {}) = -1 EPERM (Operation not permitted)\n");
    assert_eq!(imported.io_uring, None);
}

#[test]
fn log_without_times_is_reported() {
    assert!(import("7 close(3) = 0\n").0.lacks_times);
    assert!(!import("strace: Process 7 attached\n").0.lacks_times);
}

#[test]
fn several_logs_in_one_file_are_not_read_as_one() {
    let ends = ["+++ exited with 0 +++", "+++ killed by SIGTERM +++", "read(3,  <detached ...>"];
    for end in ends {
        let log = format!(
            "1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n1796064801.000002 {end}\n\
             1796064801.000001 --- SIGURG ---\n1796064801.000001 write(3, \"a\", 1) = 1\n"
        );
        let imported = import(&log).0;
        assert_eq!(imported.second_log.map(|place| place.line), Some(4), "{log}");
        assert_eq!(imported.end.lost, 1, "{log}");
    }
    let threads = "7 1796064801.000001 close(3) = 0\n7 1796064801.000002 +++ exited with 0 +++\n\
                   8 1796064801.000003 close(4) = 0\n8 1796064801.000004 +++ exited with 0 +++\n";
    assert_eq!(import(threads).0.second_log, None);
}

#[test]
fn socket_that_was_open_before_is_adopted() {
    let events = events(&[
        r#"read(5<TCP:[10.0.0.1:80->10.0.0.2:999]>, "GET", 9) = 3"#,
        "accept4(4<TCP:[10.0.0.1:80]>, NULL, NULL, SOCK_CLOEXEC) = 6<TCP:[10.0.0.1:80->10.0.0.2:7]>",
        r#"write(1<UNIX-STREAM:[1->2]>, "log", 3) = 3"#,
        r#"write(2</tmp/x>, "log", 3) = 3"#,
    ]);
    let expected = [
        r#""sock":1,"op":"adopt","fd":5,"domain":"ipv4","type":"stream","local":"10.0.0.1:80","peer":"10.0.0.2:999""#,
        r#""sock":1,"op":"read","bytes":3,"data":"R0VU""#,
        r#""sock":2,"op":"adopt","fd":4,"domain":"ipv4","type":"listener","local":"10.0.0.1:80""#,
        r#""sock":3,"op":"accept","on":2,"fd":6,"local":"10.0.0.1:80","peer":"10.0.0.2:7""#,
    ];
    assert_eq!(events, expected);
}

#[test]
fn batches_of_messages_are_datagrams() {
    let events = events(&[
        "socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_IP) = 3",
        r#"sendmmsg(3, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, msg_namelen=16, msg_iov=[{iov_base="ab", iov_len=2}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=2}, {msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="c", iov_len=1}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=1}], 2, 0) = 2"#,
        r#"recvmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="abc", iov_len=3}], msg_iovlen=1, msg_controllen=0, msg_flags=MSG_TRUNC}, msg_len=3}, {msg_hdr={msg_name=NULL}, msg_len=0}], 2, 0, NULL) = 1 (left NULL)"#,
        "recvfrom(3, 0x7ffe, 100, MSG_PEEK, NULL, NULL) = 5",
        "recvfrom(3, 0x7ffe, 100, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
    ]);
    let expected = [
        r#""sock":1,"op":"sendto","peer":"10.0.0.1:53","bytes":2,"data":"YWI=""#,
        r#""sock":1,"op":"sendto","bytes":1,"data":"Yw==""#,
        r#""sock":1,"op":"recvfrom","bytes":3,"truncated":true,"data":"YWJj""#,
    ];
    assert_eq!(events[1..], expected);
}

#[test]
fn control_data_does_not_change_the_length_of_a_message() {
    let events = events(&[
        "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3",
        r#"recvmmsg(3, [{msg_hdr={msg_name=NULL, msg_iov=[{iov_base="abc", iov_len=9}], msg_iovlen=1, msg_control=[{cmsg_len=28, cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, cmsg_data={ipi_ifindex=1}}], msg_controllen=32, msg_flags=0}, msg_len=3}], 1, 0, NULL) = 1 (left NULL)"#,
    ]);
    assert_eq!(events[1], r#""sock":1,"op":"recvfrom","bytes":3,"data":"YWJj""#);
}

#[test]
fn splice_and_sendfile_count_bytes_without_payload() {
    let mut calls = CONNECTED.to_vec();
    calls.extend([
        "sendfile(3, 9</tmp/file>, NULL, 50) = 50",
        "splice(8<pipe:[1]>, NULL, 3, NULL, 40, SPLICE_F_MOVE) = 40",
        "splice(3, NULL, 8<pipe:[1]>, NULL, 100, 0) = 30",
    ]);
    let expected = [
        r#""sock":1,"op":"write","bytes":50"#,
        r#""sock":1,"op":"write","bytes":40"#,
        r#""sock":1,"op":"read","bytes":30"#,
    ];
    assert_eq!(events(&calls)[2..], expected);
}

#[test]
fn write_is_stamped_on_entry_and_read_on_return() {
    let log = "\
        7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n\
        7 1796064801.000002 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"10.0.0.1\")}, 16 <unfinished ...>\n\
        8 1796064801.000003 futex(0x1, FUTEX_WAKE) = 0\n\
        7 1796064801.000004 <... connect resumed>) = 0\n\
        7 1796064801.000005 write(3, \"a\", 1 <unfinished ...>\n\
        8 1796064801.000006 read(3,  <unfinished ...>\n\
        7 1796064801.000007 <... write resumed>) = 1\n\
        8 1796064801.000008 <... read resumed>\"b\", 1) = 1\n\
        7 1796064801.000009 write(3, \"c\", 1) = 1 <0.000100>\n\
        7 1796064801.000200 read(3, \"d\", 1) = 1 <0.000100>\n";
    let (imported, trace) = import(log);
    assert_eq!(imported.unreadable, 0);
    let times: Vec<&str> =
        trace.lines().filter_map(|line| line.strip_prefix("{\"t\":")?.split(',').next()).collect();
    assert_eq!(times, ["0", "3000", "4000", "7000", "8000", "299000"]);
    assert!(trace.contains(r#""began":1000"#), "{trace}");
}

#[test]
fn relative_times_and_hexadecimal_strings_are_read() {
    let log = "     0.000000 socket(AF_INET6, SOCK_STREAM, 0) = 3\n     0.000100 listen(3, 4294967295) = 0\n\
               \x20    0.000100 accept(3, NULL, NULL) = 4\n     0.000050 read(4, \"\\x41\\x0a\", 9) = 2\n";
    let (imported, trace) = import(log);
    assert_eq!((imported.unreadable, imported.end.open), (0, 1));
    assert!(trace.contains(r#""monotonic_ns":0,"#) && trace.contains(r#""backlog":-1"#), "{trace}");
    assert!(trace.contains(r#"{"t":250000,"sock":2,"op":"read","bytes":2,"data":"QQo="}"#), "{trace}");
}

#[test]
fn reset_ends_a_connection() {
    let mut calls = CONNECTED.to_vec();
    calls.extend(["read(3, 0x7f, 9) = -1 ECONNRESET (Connection reset by peer)", "close(3) = 0"]);
    let events = events(&calls);
    assert_eq!(events[2], r#""sock":1,"op":"read","error":"connection reset","errno":104"#);
    assert!(
        events[3].contains(r#""ended_by":"reset","errno":104"#)
            || events[3].contains(r#""ended_by":"reset""#)
    );
}

#[test]
fn payload_is_limited() {
    let log = "7 1796064801.000001 socket(AF_INET, SOCK_DGRAM, 0) = 3\n7 1796064801.000002 sendto(3, \"abc\", 3, 0, NULL, 0) = 3\n";
    let with =
        |capture| import_with(log, ImportOptions { capture: Some(capture), ..ImportOptions::default() }).1;
    assert!(with(2).contains(r#""data":"YWI=""#) && with(2).contains(r#""capture":2"#));
    assert!(!with(0).contains("\"data\""));
}

#[test]
fn step_of_the_wall_clock_moves_no_event() {
    const START: u64 = 1_796_064_801_000_000_000;
    const HOUR: u64 = 3_600_000_000_000;
    let text = Text::default();
    let mut importer = Importer::new(Destination::Stream(Box::new(text.clone())), ImportOptions::default());
    let call = |importer: &mut Importer, second: u64, call: &str| {
        let line = format!("7 {second}.000000 {call}");
        importer.line(line.as_bytes(), "log", 1, None).unwrap();
    };
    importer.set_start(START, 5);
    call(&mut importer, 1_796_064_802, "socket(AF_INET, SOCK_DGRAM, 0) = 3");
    importer.set_start(START + HOUR, 5);
    call(&mut importer, 1_796_068_403, r#"sendto(3, "a", 1, 0, NULL, 0) = 1"#);
    importer.set_start(START - HOUR, 5);
    call(&mut importer, 1_796_061_204, "close(3) = 0");
    importer.finish().unwrap();
    let trace = String::from_utf8(text.0.take()).unwrap();
    let times: Vec<&str> =
        trace.lines().filter_map(|line| line.strip_prefix("{\"t\":")?.split(',').next()).collect();
    assert_eq!(times, ["1000000000", "2000000000", "3000000000"]);
}

/// A process has a socket, and another process has none.
const PASSING: &str = "\
    7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n\
    7 1796064801.000002 clone(child_stack=NULL, flags=SIGCHLD) = 8\n\
    8 1796064801.000003 close(3) = 0\n";

#[test]
fn descriptor_may_be_received_before_its_sender_returns() {
    let log = format!(
        "{PASSING}\
        7 1796064801.000004 sendmsg(5, {{msg_control=[{{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}}], msg_flags=0}}, 0 <unfinished ...>\n\
        8 1796064801.000005 recvmsg(6, {{msg_control=[{{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[9]}}], msg_flags=0}}, 0) = 1\n\
        7 1796064801.000006 <... sendmsg resumed>) = 1\n\
        7 1796064801.000007 close(3) = 0\n\
        8 1796064801.000008 close(9) = 0\n"
    );
    let (imported, trace) = import(&log);
    assert_eq!(imported.unreadable, 0);
    assert!(trace.contains(r#"{"t":7000,"sock":1,"op":"close""#), "{trace}");
}

#[test]
fn descriptor_of_a_failed_message_is_not_passed() {
    let log = format!(
        "{PASSING}\
        7 1796064801.000004 sendmsg(5, {{msg_control=[{{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}}], msg_flags=0}}, 0) = -1 EAGAIN (Resource temporarily unavailable)\n\
        7 1796064801.000007 close(3) = 0\n"
    );
    let (_, trace) = import(&log);
    assert!(trace.contains(r#"{"t":6000,"sock":1,"op":"close""#), "{trace}");
}

#[test]
fn ioctl_sets_whether_exec_closes_a_socket() {
    let exec = r#"execve("/bin/x", ["x"], 0x1) = 0"#;
    let closed = events(&["socket(AF_INET, SOCK_STREAM, 0) = 3", "ioctl(3, FIOCLEX) = 0", exec]);
    assert!(closed[1].contains(r#""op":"close""#), "{closed:?}");
    let kept = events(&["socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3", "ioctl(3, FIONCLEX) = 0", exec]);
    assert_eq!(kept.len(), 1, "{kept:?}");
}

/// Connects a datagram socket, disconnects it, and connects it again.
const RECONNECTED: [&str; 5] = [
    r#"connect(3<UDP:[9]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0"#,
    r#"getsockname(3<UDP:[127.0.0.1:35->127.0.0.1:80]>, {sa_family=AF_INET, sin_port=htons(35), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0"#,
    r#"connect(3<UDP:[127.0.0.1:35->127.0.0.1:80]>, {sa_family=AF_UNSPEC, sa_data="\0\0"}, 16) = 0"#,
    r#"connect(3<UDP:[127.0.0.1:35->127.0.0.1:80]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.2")}, 16) = 0"#,
    r#"getsockname(3<UDP:[127.0.0.1:35->127.0.0.1:80]>, {sa_family=AF_INET, sin_port=htons(54), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0"#,
];

#[test]
fn repeated_connect_of_a_datagram_socket_has_its_own_address() {
    let mut calls = vec!["socket(AF_INET, SOCK_DGRAM, 0) = 3<UDP:[9]>"];
    calls.extend(RECONNECTED);
    let events = events(&calls);
    assert!(events[1].contains(r#""local":"127.0.0.1:35","peer":"127.0.0.1:80""#), "{events:?}");
    assert!(events[2].contains(r#""local":"127.0.0.1:54","peer":"127.0.0.2:80""#), "{events:?}");
}

#[test]
fn disconnected_datagram_socket_keeps_the_address_it_was_bound_to() {
    let bind = r#"bind(3<UDP:[9]>, {sa_family=AF_INET, sin_port=htons(35), sin_addr=inet_addr("127.0.0.1")}, 16) = 0"#;
    let mut calls = vec!["socket(AF_INET, SOCK_DGRAM, 0) = 3<UDP:[9]>", bind];
    calls.extend(&RECONNECTED[..4]);
    let events = events(&calls);
    assert!(events[3].contains(r#""local":"127.0.0.1:35","peer":"127.0.0.2:80""#), "{events:?}");
}

#[test]
fn connect_of_a_connected_socket_is_no_second_connection() {
    let connect = |result: &str| {
        format!(
            r#"connect(3<TCP:[1]>, {{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}}, 16) = {result}"#
        )
    };
    let (begins, again) =
        (connect("-1 EINPROGRESS (Operation now in progress)"), connect("-1 EISCONN (Connected)"));
    let calls = [CONNECTED[0], &begins, "getsockopt(3<TCP:[1]>, SOL_SOCKET, SO_ERROR, [0], [4]) = 0", &again];
    let events = events(&calls);
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn line_without_a_time_before_others_is_counted_as_lost() {
    let (imported, _) = import("close(7) = 0\n7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n");
    assert!(!imported.lacks_times);
    assert_eq!((imported.unreadable, imported.end.lost, imported.end.events), (1, 1, 2));
}

#[test]
fn log_without_times_replaces_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("good.jsonl");
    std::fs::write(&path, "good").unwrap();
    let mut importer = Importer::new(Destination::New(path.clone()), ImportOptions::default());
    importer.line(b"close(3) = 0", "log", 1, None).unwrap();
    assert!(importer.finish().unwrap().lacks_times);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "good");
}

#[cfg(all(target_os = "linux", feature = "record"))]
#[test]
fn calls_of_an_idle_client_are_written() {
    let text = Text::default();
    let mut importer = Importer::new(Destination::Stream(Box::new(text.clone())), ImportOptions::default());
    importer.set_start(1_796_064_801_000_000_000, 0);
    assert!(importer.decide_side().unwrap(), "nothing to wait for");
    for (number, call) in (1..).zip(CONNECTED) {
        importer.line(format!("7 1796064801.{number:06} {call}").as_bytes(), "log", number, None).unwrap();
    }
    importer.settle().unwrap();
    importer.set_read_at(500_000_000);
    assert!(!importer.decide_side().unwrap());
    assert!(text.0.borrow().is_empty());
    importer.set_read_at(1_100_000_000);
    assert!(importer.decide_side().unwrap());
    let trace = String::from_utf8(text.0.take()).unwrap();
    assert!(trace.contains(r#""side":"client""#) && trace.contains(r#""op":"connect""#), "{trace}");
}

#[cfg(all(target_os = "linux", feature = "record"))]
#[test]
fn registered_thread_is_not_taken_for_a_child() {
    let text = Text::default();
    let mut importer = Importer::new(Destination::Stream(Box::new(text.clone())), ImportOptions::default());
    importer.register_threads([7, 8].into_iter());
    let log = "\
        7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n\
        7 1796064801.000002 vfork( <unfinished ...>\n\
        8 1796064801.000003 socket(AF_INET, SOCK_STREAM, 0) = 4\n\
        9 1796064801.000004 execve(\"/bin/true\", [\"true\"], 0x7f) = 0\n\
        9 1796064801.000005 +++ exited with 0 +++\n\
        7 1796064801.000006 <... vfork resumed>) = 9\n\
        7 1796064801.000007 close(4) = 0\n\
        8 1796064801.000008 close(3) = 0\n";
    for (number, line) in (1..).zip(log.lines()) {
        importer.line(line.as_bytes(), "log", number, None).unwrap();
    }
    importer.finish().unwrap();
    let trace = String::from_utf8(text.0.take()).unwrap();
    let closed: Vec<_> = trace.lines().filter(|line| line.contains(r#""op":"close""#)).collect();
    assert!(closed[0].starts_with(r#"{"t":6000,"sock":2"#), "{closed:?}");
    assert!(closed[1].starts_with(r#"{"t":7000,"sock":1"#), "{closed:?}");
}
