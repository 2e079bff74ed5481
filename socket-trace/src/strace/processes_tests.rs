use super::*;

fn socket(number: Number) -> Descriptor {
    Descriptor { target: Target::Socket(number), closes_on_exec: false }
}

/// Returns processes in which thread 1 has socket 7 as descriptor 3.
fn with_socket() -> Processes {
    let mut processes = Processes::default();
    processes.sees(1);
    assert_eq!(processes.open(1, 3, socket(7)), None);
    processes
}

#[test]
fn threads_share_descriptors() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    assert_eq!(processes.ends_creation(1, Some(2)), Change::default());
    assert_eq!(processes.get(2, 3), Some(socket(7)));
    assert_eq!(processes.exits(1), Change::default());
    assert_eq!(processes.exits(2).released, [7]);
}

#[test]
fn process_has_a_copy_of_the_descriptors() {
    let mut processes = with_socket();
    processes.begins_creation(1, false);
    assert_eq!(processes.ends_creation(1, Some(2)).acquired, [7]);
    assert_eq!(processes.close_one(1, 3), Some(7));
    assert_eq!(processes.get(2, 3), Some(socket(7)));
    assert_eq!(processes.exits(2).released, [7]);
    assert!(processes.exits(1).released.is_empty());
}

#[test]
fn child_may_run_before_its_creation_returns() {
    let mut processes = with_socket();
    processes.begins_creation(1, false);
    assert_eq!(processes.sees(2).acquired, [7]);
    assert_eq!(processes.ends_creation(1, Some(2)), Change::default());
}

#[test]
fn child_of_concurrent_creations_is_reassigned() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    processes.begins_creation(1, true);
    processes.begins_creation(2, false);
    // It seems to be the thread that 1 creates, and is the process that 2 creates.
    processes.sees(3);
    assert_eq!(processes.ends_creation(2, Some(3)).acquired, [7]);
    assert_eq!(processes.close_one(3, 3), Some(7));
    assert_eq!(processes.get(1, 3), Some(socket(7)));
    assert_eq!(processes.ends_creation(1, Some(4)), Change::default());
    assert_eq!(processes.get(4, 3), Some(socket(7)));
}

#[test]
fn exec_closes_descriptors_and_may_renumber_the_thread() {
    let mut processes = with_socket();
    processes.open(1, 4, Descriptor { closes_on_exec: true, ..socket(8) });
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    processes.renumbers(2, 1);
    assert_eq!(processes.executes(1).released, [8]);
    assert_eq!(processes.exits(1).released, [7]);
}

#[test]
fn unshared_table_is_a_copy() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    assert_eq!(processes.unshares(2).acquired, [7]);
    assert_eq!(processes.exits(1).released, [7]);
    assert_eq!(processes.exits(2).released, [7]);
}

#[test]
fn thread_may_end_before_its_creation_returns() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.exits(2);
    processes.ends_creation(1, Some(2));
    assert_eq!(processes.get(2, 3), None);
    assert_eq!(processes.exits(1).released, [7]);
}

#[test]
fn reassigned_child_may_have_ended() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    processes.begins_creation(1, true);
    processes.begins_creation(2, false);
    // It seems to be the thread that 1 creates.
    processes.sees(3);
    processes.exits(3);
    assert_eq!(processes.ends_creation(2, Some(3)), Change::default());
    assert_eq!(processes.get(3, 3), None);
}

#[test]
fn number_of_an_ended_thread_is_used_again() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.exits(2);
    processes.ends_creation(1, Some(2));
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    assert_eq!(processes.get(2, 3), Some(socket(7)));
}

#[test]
fn creation_ends_with_its_thread() {
    let mut processes = with_socket();
    processes.begins_creation(1, true);
    processes.ends_creation(1, Some(2));
    processes.begins_creation(2, false);
    processes.exits(2);
    processes.sees(3);
    assert_eq!(processes.get(3, 3), Some(socket(7)));
}

#[test]
fn child_that_the_log_does_not_show_keeps_no_descriptor_open() {
    for shares in [true, false] {
        let mut processes = Processes::default();
        processes.sees(0);
        processes.open(0, 3, socket(7));
        processes.begins_creation(0, shares);
        assert_eq!(processes.ends_creation(0, Some(2)), Change::default());
        processes.sees(0);
        assert_eq!(processes.exits(0).released, [7]);
    }
}

#[test]
fn child_after_a_line_without_a_number_has_a_copy() {
    let mut processes = Processes::default();
    processes.sees(0);
    processes.open(0, 3, socket(7));
    processes.begins_creation(0, false);
    processes.ends_creation(0, Some(2));
    // strace -f adds the numbers on standard error once there are several processes.
    assert_eq!(processes.sees(1).acquired, [7]);
    assert_eq!(processes.close_one(1, 3), Some(7));
    assert_eq!(processes.get(2, 3), Some(socket(7)));
}

#[test]
fn older_thread_is_no_child_of_a_creation_in_progress() {
    let mut processes = with_socket();
    processes.begins_creation(1, false);
    // strace attached to the process, and this is the first line of another of its threads.
    assert_eq!(processes.sees(2).acquired, [7]);
    assert_eq!(processes.ends_creation(1, Some(3)), Change { acquired: vec![7], released: vec![7] });
    assert_eq!(processes.close_one(2, 3), Some(7));
    assert_eq!((processes.get(1, 3), processes.get(3, 3)), (None, Some(socket(7))));
}

#[test]
fn thread_before_a_failed_creation_is_older() {
    let mut processes = with_socket();
    processes.begins_creation(1, false);
    processes.sees(2);
    assert_eq!(processes.ends_creation(1, None).released, [7]);
    assert_eq!(processes.close_one(2, 3), Some(7));
    assert_eq!(processes.get(1, 3), None);
}
