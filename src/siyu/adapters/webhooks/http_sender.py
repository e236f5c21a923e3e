"""Posts over HTTP, without redirects, and not into the network around this machine."""

import http.client
import ipaddress
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5.0


class Refused(OSError):
    """The address may not be posted to from here."""


class HttpSender:
    """A sender that gives up after five seconds of silence.

    Unless ``may_reach_private``, it speaks TLS only, and drops a connection that leads to a
    private, loopback or link-local address before anything is sent: what is looked at is the
    address that was reached, not a name that could lead elsewhere a moment later.
    """

    def __init__(self, *, may_reach_private: bool) -> None:
        self._may_reach_private = may_reach_private

    def post(self, *, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer; raises OSError where none came."""
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.connect()
            self._check(connection)
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("POST", path, body=body, headers=dict(headers))
            return connection.getresponse().status
        except (http.client.HTTPException, UnicodeError) as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            trusted = ssl.create_default_context()
            return http.client.HTTPSConnection(
                host, port, timeout=_TIMEOUT_SECONDS, context=trusted
            )
        if not self._may_reach_private:
            raise Refused("messages go over TLS only")
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)

    def _check(self, connection: http.client.HTTPConnection) -> None:
        reached = ipaddress.ip_address(connection.sock.getpeername()[0].partition("%")[0])
        if not (reached.is_global or self._may_reach_private):
            raise Refused("this address lies in a private network")
