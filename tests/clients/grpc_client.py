"""Calls the gRPC server with grpcio and reflection only: python3 grpc_client.py ADDRESS.

The contract comes from server reflection. Each check prints its name; the first that fails ends the program.
"""

import contextlib
import sys
import threading

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2 as rpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

SERVICE = "bookshelf.v1.BookshelfService"
DEADLINE = 20
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Bookshelf:
    """Returns the methods of the service from reflection."""

    def __init__(self, channel):
        self.channel = channel
        self.reflection = ProtoReflectionDescriptorDatabase(channel)
        service = DescriptorPool(self.reflection).FindServiceByName(SERVICE)
        self.methods = service.methods_by_name

    def request(self, method, **fields):
        return GetMessageClass(self.methods[method].input_type)(**fields)

    def call(self, method, compression=None, timeout=DEADLINE, **fields):
        descriptor = self.methods[method]
        kind = self.channel.unary_stream if descriptor.server_streaming else self.channel.unary_unary
        stub = kind(
            f"/{SERVICE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(descriptor.output_type).FromString,
        )
        return stub(self.request(method, **fields), timeout=timeout, compression=compression)


@contextlib.contextmanager
def fails(code, reason, *details):
    """Asserts that the call inside fails with this code, reason, and exactly these details."""
    try:
        yield
    except grpc.RpcError as error:
        assert error.code() == code, error
        status = rpc_status.from_call(error)
        assert status.message == error.details(), error
        info = rpc.ErrorInfo()
        assert status.details[0].Unpack(info), status
        assert (info.reason, info.domain) == (reason, "bookshelf.v1"), info
        found = [unpacked(detail, type(expected)) for detail, expected in zip(status.details[1:], details)]
        assert len(status.details) == 1 + len(details) and found == list(details), status
    else:
        raise AssertionError(f"{code} was expected")


def unpacked(detail, kind):
    """Unpacks a detail and removes its descriptions, which must not be empty."""
    message = kind()
    assert detail.Unpack(message), detail
    for part in [message, *getattr(message, "violations", []), *getattr(message, "field_violations", [])]:
        if "description" in part.DESCRIPTOR.fields_by_name:
            assert part.description, message
            part.ClearField("description")
    return message


def bad(*fields):
    return rpc.BadRequest(field_violations=[rpc.BadRequest.FieldViolation(field=field) for field in fields])


@check
def reflection_lists_the_services(shelf):
    services = set(shelf.reflection.get_services())
    assert {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"} <= services, services
    assert sorted(shelf.methods) == [
        "CreateBook", "DeleteBook", "GetAuthor", "GetBook", "ListBooks", "UpdateBook", "WatchBooks",
    ]  # fmt: skip


@check
def reflection_reports_unknown_symbols(shelf):
    try:
        shelf.reflection.FindFileContainingSymbol("no.such.Symbol")
    except (KeyError, grpc.RpcError):
        return
    raise AssertionError("it found no.such.Symbol")


@check
def every_method_returns_its_result(shelf):
    assert shelf.call("GetAuthor", id=1).author.name == "W. Richard Stevens"
    created = shelf.call("CreateBook", book={"title": "New", "author_id": 1, "year": 2001}).book
    assert (created.title, created.revision) == ("New", 1), created
    assert shelf.call("GetBook", id=created.id).book == created
    change = {"id": created.id, "revision": 1, "year": 2002}
    updated = shelf.call("UpdateBook", book=change, update_mask={"paths": ["year"]}).book
    assert (updated.title, updated.year, updated.revision) == ("New", 2002, 2), updated
    shelf.call("DeleteBook", id=created.id)


@check
def pages_form_the_complete_list(shelf):
    whole = shelf.call("ListBooks").books
    books, token = [], ""
    while True:
        page = shelf.call("ListBooks", page_size=4, page_token=token)
        books += page.books
        token = page.next_page_token
        if not token:
            break
    assert books == list(whole) and len(books) == 14, len(books)


@check
def gzip_works_in_both_directions(shelf):
    call = shelf.call("ListBooks", compression=grpc.Compression.Gzip)
    assert len(call.books) == 14


@check
def missing_resources_are_not_found(shelf):
    book = rpc.ResourceInfo(resource_type="bookshelf.v1.Book", resource_name="books/99")
    with fails(grpc.StatusCode.NOT_FOUND, "BOOK_NOT_FOUND", book):
        shelf.call("GetBook", id=99)
    with fails(grpc.StatusCode.NOT_FOUND, "BOOK_NOT_FOUND", book):
        shelf.call("DeleteBook", id=99)
    author = rpc.ResourceInfo(resource_type="bookshelf.v1.Author", resource_name="authors/99")
    with fails(grpc.StatusCode.NOT_FOUND, "AUTHOR_NOT_FOUND", author):
        shelf.call("GetAuthor", id=99)


@check
def invalid_arguments_are_rejected(shelf):
    invalid = grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID"
    with fails(*invalid, bad("book")):
        shelf.call("CreateBook")
    with fails(*invalid, bad("book.title")):
        shelf.call("CreateBook", book={"author_id": 1})
    with fails(*invalid, bad("book.revision")):
        shelf.call("UpdateBook", book={"id": 1, "year": 2000})
    with fails(*invalid, bad("update_mask.paths[0]", "update_mask.paths[2]")):
        mask = {"paths": ["authorId", "year", "colour"]}
        shelf.call("UpdateBook", book={"id": 1, "revision": 1, "year": 2000}, update_mask=mask)
    with fails(*invalid, bad("page_size")):
        shelf.call("ListBooks", page_size=101)


@check
def outdated_revision_is_aborted(shelf):
    violation = rpc.PreconditionFailure.Violation(type="REVISION", subject="books/1")
    old = rpc.PreconditionFailure(violations=[violation])
    with fails(grpc.StatusCode.ABORTED, "REVISION_OUTDATED", old):
        shelf.call("UpdateBook", book={"id": 1, "revision": 7, "year": 2000})


@check
def oversized_message_is_rejected(shelf):
    with fails(grpc.StatusCode.RESOURCE_EXHAUSTED, "MESSAGE_TOO_LARGE"):
        shelf.call("CreateBook", book={"title": "x" * 1_000_000, "author_id": 1})
    assert shelf.call("GetBook", id=1).book.id == 1, "the connection still works"


@check
def unknown_method_is_unimplemented(shelf):
    with fails(grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND"):
        shelf.channel.unary_unary(f"/{SERVICE}/BurnBook")(b"", timeout=DEADLINE)


@check
def watcher_receives_changes_and_resumes(shelf):
    watch = shelf.call("WatchBooks")
    # The watcher is registered once the response head has arrived.
    watch.initial_metadata()
    book = shelf.call("CreateBook", book={"title": "Watched", "author_id": 2, "year": 1}).book
    shelf.call("DeleteBook", id=book.id)
    created, deleted = next(watch), next(watch)
    assert created.book == deleted.book == book and deleted.sequence == created.sequence + 1
    watch.cancel()
    again = shelf.call("WatchBooks", after_sequence=created.sequence)
    assert next(again) == deleted
    again.cancel()
    with fails(grpc.StatusCode.DATA_LOSS, "CHANGE_UNKNOWN"):
        next(shelf.call("WatchBooks", after_sequence=deleted.sequence + 1))


@check
def stream_ends_at_its_deadline(shelf):
    try:
        next(shelf.call("WatchBooks", timeout=0.2))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
        return
    raise AssertionError("nothing has changed")


@check
def health_is_reported_for_server_and_service(shelf):
    health = health_pb2_grpc.HealthStub(shelf.channel)
    for service in ["", SERVICE]:
        request = health_pb2.HealthCheckRequest(service=service)
        assert health.Check(request, timeout=DEADLINE).status == health_pb2.HealthCheckResponse.SERVING
        watch = health.Watch(request, timeout=DEADLINE)
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()
    unknown = health_pb2.HealthCheckRequest(service="no.such.Service")
    with fails(grpc.StatusCode.NOT_FOUND, "SERVICE_NOT_FOUND"):
        health.Check(unknown, timeout=DEADLINE)
    watch = health.Watch(unknown, timeout=DEADLINE)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@check
def concurrent_calls_succeed(shelf):
    def work():
        for _ in range(20):
            book = shelf.call("CreateBook", book={"title": "At once", "author_id": 3, "year": 1}).book
            shelf.call("DeleteBook", id=book.id)
        done.append(1)

    done = []
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(threads), "a thread failed"


def main():
    with grpc.insecure_channel(sys.argv[1]) as channel:
        shelf = Bookshelf(channel)
        for function in CHECKS:
            function(shelf)
            print("ok", function.__name__)
    print(f"{len(CHECKS)} checks, grpcio {grpc.__version__}")


if __name__ == "__main__":
    main()
