use serde_json::Value;

use crate::files::{Files, client_trace, run, server_trace};

/// Returns the recording that an HTML page contains as JSON.
pub(crate) fn recording(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"recording\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// Returns a server's trace with `count` marks.
fn marks(count: usize) -> String {
    let header = server_trace().lines().next().unwrap();
    let marks = (1..=count).map(|t| format!("{{\"t\":{t},\"op\":\"mark\",\"label\":\"step\"}}\n"));
    format!("{header}\n{}{{\"end\":true,\"events\":{count},\"lost\":0}}\n", marks.collect::<String>())
}

#[test]
fn report_has_data_of_show_and_compare_commands() {
    let files = Files::new("report-whole");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let page = files.path("page.html");
    let ran = run(&["report", &server, &client, "-o", &page]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    let html = std::fs::read_to_string(&page).unwrap();
    let printed = run(&["report", &server, &client, "-o", "-"]);
    assert_eq!(printed.out, html);

    let recording = recording(&html);
    let shown: Value = serde_json::from_str(&run(&["show", "--json", &server, &client]).out).unwrap();
    let mut items = recording["items"].clone();
    for (number, item) in (1..).zip(items.as_array_mut().unwrap()) {
        let item = item.as_object_mut().unwrap();
        assert_eq!(item.remove("seq"), Some(number.into()));
        let step = item.remove("step");
        assert_eq!(step.is_some(), item["at"].as_u64() >= Some(30_000), "{item:?}");
        let says = item.remove("says");
        assert_eq!(says.is_some(), item.contains_key("carried"), "{item:?}");
        let ended = item.remove("ended");
        assert_eq!(ended.is_some(), says.is_some_and(|says| says == "204 No Content"), "{item:?}");
        let phase = item.remove("phase");
        assert_eq!(phase.is_some(), item["op"] != "mark", "{item:?}");
    }
    assert_eq!(items, shown);
    let says: Vec<_> =
        recording["items"].as_array().unwrap().iter().filter_map(|item| item["says"].as_str()).collect();
    assert_eq!(says, ["GET /", "204 No Content"]);

    let mut compared: Value =
        serde_json::from_str(&run(&["compare", "--json", &server, &client]).out).unwrap();
    compared.as_object_mut().unwrap().remove("assertions");
    assert_eq!(recording["comparison"], compared);
    let hello = &recording["hello"];
    assert_eq!((&hello["first"], &hello["operations"]), (&1.into(), &Value::Array(Vec::new())));
    let labels = hello["recordings"].as_array().unwrap().iter().map(|recording| &recording["label"]);
    assert_eq!(labels.collect::<Vec<_>>(), ["shop-server", "shop-client"]);
}

#[test]
fn recording_lanes_have_api_name_and_address() {
    let files = Files::new("report-lanes");
    let named =
        |name: &str, text: &str| files.write(name, &text.replace("\"shop\"", &format!("{:?}", &name[..4])));
    let (other, grpc, rest) =
        (named("shop", server_trace()), named("grpc", client_trace()), named("rest", server_trace()));
    let udp = server_trace().replace("\"shop\"", "\"udp\"");
    let udp = files.write("udp", &udp);
    let ran = run(&["report", &other, &grpc, &rest, &udp, "-o", "-"]);
    let hello = &recording(&ran.out)["hello"];
    let lanes = |kind: &str| {
        let lanes = hello[kind].as_array().unwrap().iter();
        let field = |lane: &Value, name: &str| lane[name].as_str().unwrap().to_owned();
        lanes
            .map(|lane| ["api", "title", "address"].map(|name| field(lane, name)).join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lanes("lanes"),
        ["rest REST 127.0.0.1:3000", "grpc gRPC 127.0.0.1:3000", "shop shop 127.0.0.1:3000"]
    );
    assert_eq!(lanes("plain"), ["udp UDP 127.0.0.1:3000"]);
}

#[test]
fn page_contains_only_the_newest_events() {
    let files = Files::new("report-long");
    let complete = files.write("complete.jsonl", &marks(20_000));
    assert_eq!(run(&["report", &complete, "-o", "-"]).err, "");
    let long = files.write("long.jsonl", &marks(20_012));
    let ran = run(&["report", &long, "-o", "-"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.contains("12"), "{}", ran.err);
    let recording = recording(&ran.out);
    assert_eq!((&recording["hello"]["first"], &recording["items"][0]["seq"]), (&13.into(), &13.into()));
    assert_eq!(recording["items"].as_array().unwrap().len(), 20_000);
}

#[test]
fn markup_in_a_recording_is_escaped() {
    let files = Files::new("report-hostile");
    let server = files.write(
        "server.jsonl",
        &server_trace().replace("get a book", "</script><script>alert(1)</script><!--"),
    );
    let ran = run(&["report", &server, "-o", "-"]);
    assert_eq!((ran.out.matches("<script").count(), ran.out.matches("</script>").count()), (2, 2));
    assert!(!ran.out.contains("<!--") && !ran.out.contains("<script>alert"));
    assert_eq!(recording(&ran.out)["items"][3]["label"], "</script><script>alert(1)</script><!--");
}

#[test]
fn report_exits_with_2_on_errors() {
    let files = Files::new("report-wrong");
    let server = files.write("server.jsonl", server_trace());
    let cut = files.write("cut.jsonl", &server_trace()[..server_trace().len() - 60]);
    let page = files.path("page.html");
    let missing = files.path("missing.jsonl");
    let run = |arguments: &[&str]| run(&[&["report"], arguments].concat());
    for arguments in [
        &[&server, &missing, "-o", &page][..],
        &[&server, "-o", "/nowhere/page.html"],
        &[&server, "-o", &server],
        &["-", "-o", &page],
    ] {
        assert_eq!(run(arguments).code, Some(2), "{arguments:?}");
    }
    assert!(!std::fs::exists(&page).unwrap(), "nothing is written when a name is wrong");
    let ran = run(&[&cut, "-o", &page]);
    assert!(ran.code == Some(0) && ran.err.contains("cut.jsonl"), "{ran:?}");
}
