"""Posting over HTTP to a server of the test's own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from siyu.adapters.webhooks.http_sender import HttpSender, Refused


class Ear(BaseHTTPRequestHandler):
    heard: list[tuple[str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, self.headers["Siyu-Topic"], body))
        status = int(self.path.rpartition("=")[2] or 200)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Ear.heard.clear()
    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("status", [200, 204, 302, 404, 500])
def test_a_message_is_posted_and_no_redirect_is_followed(address: str, status: int):
    sender = HttpSender(may_reach_private=True)
    told = sender.post(
        url=f"{address}/ear?s={status}", headers={"Siyu-Topic": "test"}, body="您好".encode()
    )
    assert told == status
    assert Ear.heard == [(f"/ear?s={status}", "test", "您好".encode())]


def test_nothing_is_sent_into_a_private_network(address: str):
    with pytest.raises(Refused):
        HttpSender(may_reach_private=False).post(url=f"{address}/ear", headers={}, body=b"x")
    sender = HttpSender(may_reach_private=False)
    sender._connection = lambda scheme, host, port: (  # type: ignore[method-assign]
        HttpSender(may_reach_private=True)._connection("http", host, port)
    )
    with pytest.raises(Refused):
        sender.post(url=f"{address}/ear", headers={}, body=b"x")
    assert Ear.heard == []


def test_who_is_not_there_is_an_error_of_the_system():
    with pytest.raises(ConnectionRefusedError):
        HttpSender(may_reach_private=True).post(url="http://127.0.0.1:9/ear", headers={}, body=b"x")


def test_a_server_that_speaks_no_tls_is_an_error_of_the_system(address: str):
    with pytest.raises(ssl.SSLError):
        HttpSender(may_reach_private=True).post(
            url=address.replace("http", "https"), headers={}, body=b"x"
        )
    assert Ear.heard == []
