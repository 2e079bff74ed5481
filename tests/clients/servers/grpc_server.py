"""A gRPC server in Python, with grpcio: one book. It prints its address, and ends at SIGTERM."""

import signal
import threading
from concurrent import futures

import grpc

# GetBookResponse { book: { id: 1, title: "UNIX Network Programming" } }, as protobuf writes it.
TITLE = b"UNIX Network Programming"
BOOK = b"\x08\x01\x12" + bytes([len(TITLE)]) + TITLE
RESPONSE = b"\x0a" + bytes([len(BOOK)]) + BOOK

handler = grpc.method_handlers_generic_handler(
    "bookshelf.v1.BookshelfService",
    {"GetBook": grpc.unary_unary_rpc_method_handler(lambda request, context: RESPONSE)},
)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((handler,))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"127.0.0.1:{port}", flush=True)

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
stop.wait()
server.stop(grace=1).wait()
