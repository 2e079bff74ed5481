//! Exports real recordings for Perfetto, and reads the file with the descriptors of Perfetto's Python package.

use serde_json::Value;
use socket_tap::event::Op;
use socket_trace::reader::Trace;
use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{find_python, run};
use crate::support::tour::{recordings, tour};

#[test]
fn perfetto_export_has_every_call_and_an_arrow_from_each_write_to_its_read() {
    let requirements = "tests/clients/perfetto-requirements.txt";
    let modules = "perfetto.protos.perfetto.trace.perfetto_trace_pb2";
    let Some(python) = find_python(modules, requirements) else { return };
    let directory = TempDir::new().unwrap();
    tour(directory.path(), &[]).ok();
    let traces: Vec<String> =
        recordings(directory.path()).map(|(_, _, path)| path.to_str().unwrap().to_owned()).collect();
    let file = directory.path().join("all.pftrace");
    let file = file.to_str().unwrap();
    let mut arguments = vec!["export", "-o", file];
    arguments.extend(traces.iter().map(String::as_str));
    run(command("socket-trace"), &arguments).ok();

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/perfetto_trace.py");
    let read: Value = serde_json::from_str(&run(python, &[script, file]).ok()).unwrap();
    let (mut writes, mut instants) = (0, 0);
    for trace in &traces {
        let mut trace = Trace::open(trace).unwrap();
        let (name, side) = (trace.header().name.clone(), trace.header().side.name());
        let label = format!("{name}-{side}");
        while let Some(event) = trace.next_event().unwrap() {
            writes += usize::from(
                matches!(&event.op, Op::Write(write) if write.bytes > 0 && event.error.is_none()),
            );
            let has_duration = matches!(event.op, Op::Connect { began: Some(began), .. } if began < event.t);
            instants += u64::from(!has_duration);
        }
        let tracks = read["tracks"].as_array().unwrap();
        let of_recording = tracks.iter().filter(|track| track[1] == label.as_str() && track[2] == "#2");
        assert_eq!(of_recording.filter(|track| track[3].is_null()).count(), 1, "{label}");
    }
    let counted = read["instants"].as_object().unwrap().values().map(|count| count.as_u64().unwrap());
    assert_eq!(counted.sum::<u64>(), instants);

    let flows = read["flows"].as_array().unwrap();
    assert_eq!(flows.len(), writes);
    for flow in flows {
        let [write, reads @ ..] = &flow.as_array().unwrap()[..] else { panic!("{flow}") };
        assert_eq!(write["name"], "write", "{flow}");
        let other = match write["recording"].as_str().unwrap().rsplit_once('-').unwrap() {
            (api, "client") => format!("{api}-server"),
            (api, _) => format!("{api}-client"),
        };
        for read in reads {
            assert_eq!(
                (&read["name"], &read["recording"]),
                (&"read".into(), &other.as_str().into()),
                "{flow}"
            );
            assert!(read["at"].as_u64() >= write["at"].as_u64(), "{flow}");
        }
        let ended = reads.iter().filter(|read| read["ends"] == true).count();
        assert!(ended == 1 || reads.is_empty(), "{flow}");
    }
    // A peer that closes first may leave its last bytes unread, such as a GOAWAY.
    let read_flows = flows.iter().filter(|flow| flow.as_array().unwrap().len() > 1).count();
    assert!(read_flows * 10 > flows.len() * 8, "{read_flows} of {}", flows.len());

    let slices = read["slices"].as_array().unwrap();
    let of = |category: &'static str| slices.iter().filter(move |slice| slice["category"] == category);
    let get_book: Vec<_> = of("call").filter(|slice| slice["name"] == "GET /v1/books/1").collect();
    assert!(!get_book.is_empty());
    for slice in get_book {
        let arguments = &slice["arguments"];
        assert_eq!(slice["track"][3], "calls");
        assert!(arguments["to_server"].as_u64() > Some(0) && arguments["status"].is_string(), "{slice}");
    }
    assert!(of("connection").all(|slice| slice["ended"].as_u64() > slice["began"].as_u64()));
    assert!(of("connection").count() > 6 && of("socket").all(|slice| slice["name"] == "connect"));
}
