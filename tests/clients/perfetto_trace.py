"""Reads a Perfetto trace with Perfetto's own descriptors, checks it, and prints what it contains as JSON.

    python3 perfetto_trace.py FILE
"""

import json
import sys
from collections import Counter, defaultdict

from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import BUILTIN_CLOCK_MONOTONIC, BUILTIN_CLOCK_REALTIME, Trace, TrackEvent


def unknown_fields(message, path):
    """Yields the fields of a message that the descriptors do not define."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    for field in UnknownFieldSet(message):
        yield f"{path}: field {field.field_number}"
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            repeated = hasattr(value, "__len__") and not hasattr(value, "ListFields")
            for one in value if repeated else [value]:
                yield from unknown_fields(one, f"{path}.{field.name}")


def text(annotation):
    kind = annotation.WhichOneof("value")
    return getattr(annotation, kind)


trace = Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())

unknown = list(unknown_fields(trace, "trace"))
assert not unknown, unknown

tracks, snapshots = {}, []
events = []
for packet in trace.packet:
    assert packet.trusted_packet_sequence_id == 1
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        assert track.uuid > 0 and track.uuid not in tracks, track
        # A parent stands before its children.
        assert not track.HasField("parent_uuid") or track.parent_uuid in tracks, track
        tracks[track.uuid] = track
    elif packet.HasField("clock_snapshot"):
        snapshots.append(packet.clock_snapshot)
    else:
        assert packet.HasField("track_event") and packet.timestamp_clock_id == BUILTIN_CLOCK_MONOTONIC, packet
        assert packet.track_event.track_uuid in tracks, packet
        events.append((packet.timestamp, packet.track_event))

[snapshot] = snapshots
assert snapshot.primary_trace_clock == BUILTIN_CLOCK_MONOTONIC
clocks = {clock.clock_id: clock.timestamp for clock in snapshot.clocks}
assert set(clocks) == {BUILTIN_CLOCK_MONOTONIC, BUILTIN_CLOCK_REALTIME}, clocks


def path(uuid):
    track = tracks[uuid]
    name = track.process.process_name if track.HasField("process") else track.name
    return (path(track.parent_uuid) + [name]) if track.HasField("parent_uuid") else [name]


# The slices of a track nest: each end belongs to the last begin.
events.sort(key=lambda event: event[0])
open_slices, slices, instants = defaultdict(list), [], Counter()
flows = defaultdict(list)
for at, event in events:
    here = path(event.track_uuid)
    if event.type == TrackEvent.TYPE_SLICE_BEGIN:
        open_slices[event.track_uuid].append((at, event))
    elif event.type == TrackEvent.TYPE_SLICE_END:
        began, begin = open_slices[event.track_uuid].pop()
        arguments = {one.name: text(one) for one in begin.debug_annotations}
        slices.append({
            "track": here,
            "name": begin.name,
            "category": begin.categories[0],
            "began": began,
            "ended": at,
            "arguments": arguments,
        })
    else:
        assert event.type == TrackEvent.TYPE_INSTANT, event
        instants[f"{here[1]} {event.name}"] += 1
    for flow in [*event.flow_ids, *event.terminating_flow_ids]:
        arguments = {one.name: text(one) for one in event.debug_annotations}
        ends = flow in event.terminating_flow_ids
        flows[flow].append({
            "recording": here[1],
            "name": event.name,
            "at": at,
            "bytes": arguments["bytes"],
            "says": arguments.get("says", ""),
            "ends": ends,
        })
assert not any(open_slices.values()), open_slices

print(json.dumps({
    "tracks": [path(uuid) for uuid in tracks],
    "slices": slices,
    "instants": instants,
    "flows": list(flows.values()),
    "clocks": [clocks[BUILTIN_CLOCK_MONOTONIC], clocks[BUILTIN_CLOCK_REALTIME]],
}))
