"""The straight way to a model's server, against servers that write their bytes by hand."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

from taskchat.model import direct_client
from taskchat.model.direct_client import DirectClient, NotAnsweredError, UnreachableError
from tests.processes import PATIENCE_S, until

OK = b"HTTP/1.1 200 OK\r\n"


class Server:
    """Answers each request with the next of its answers, in one connection after the other."""

    def __init__(self, *answers: bytes, hangs_up: bool = False) -> None:
        self._answers = iter(answers)
        self._hangs_up = hangs_up
        self.heads: list[bytes] = []
        self.connections = 0
        self.closed = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                await reader.readexactly(int(head.rpartition(b"Content-Length: ")[2]))
                writer.write(next(self._answers))
                await writer.drain()
                if self._hangs_up:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.closed += 1
            writer.close()


@asynccontextmanager
async def talking(
    server: Server, tls: ssl.SSLContext | None = None, **headers: str
) -> AsyncGenerator[DirectClient]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls) as listening:
        port = listening.sockets[0].getsockname()[1]
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        client = DirectClient(
            URL(f"{scheme}://{host}:{port}/v1/chat?a=b"), headers, connect_timeout_s=PATIENCE_S
        )
        try:
            yield client
        finally:
            client.close()
            await until(lambda: server.closed == server.connections)


async def whole(client: DirectClient, body: bytes = b"{}") -> bytes:
    async with asyncio.timeout(PATIENCE_S), await client.post(body) as answer:
        read = b""
        while chunk := await answer.content.readany():
            read += chunk
        return read


async def test_a_request_says_where_it_goes_and_how_long_it_is() -> None:
    server = Server(OK + b"Content-Length: 2\r\n\r\nhi")

    async with talking(server, Authorization="Bearer key") as client:
        assert await whole(client, b"12345") == b"hi"

    (head,) = server.heads
    assert head.startswith(b"POST /v1/chat?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nAuthorization: Bearer key\r\n" in head
    assert head.endswith(b"\r\nContent-Length: 5\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: r\r\n\r\n",
            b"hello",
        ),
        (b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", b"a"),
    ],
    ids=["empty", "chunked", "after a hint"],
)
async def test_answers_that_follow_each_other_share_a_connection(
    answer: bytes, body: bytes
) -> None:
    server = Server(answer, answer)

    async with talking(server) as client:
        assert [await whole(client), await whole(client)] == [body, body]

    assert server.connections == 1


async def test_a_body_that_ends_with_its_connection_is_whole() -> None:
    server = Server(OK + b"\r\nwords", OK + b"\r\nwords", hangs_up=True)

    async with talking(server) as client:
        assert [await whole(client), await whole(client)] == [b"words", b"words"]

    assert server.connections == 2


async def test_a_connection_that_the_server_wants_to_close_is_not_used_again() -> None:
    answer = OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na"
    server = Server(answer, answer)

    async with talking(server) as client:
        await whole(client)
        await whole(client)

    assert server.connections == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        OK + b"Content-Length: 9\r\n\r\nhalf",
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        OK + b"X: " + b"x" * (direct_client.MAX_HEAD_BYTES + 1),
        OK + b"X: y\r\n" * direct_client.MAX_HEAD_BYTES,
    ],
    ids=["nothing", "head", "body", "chunk", "no http", "another", "a long head", "many headers"],
)
async def test_what_is_no_whole_answer_is_a_lost_connection(sent: bytes) -> None:
    server = Server(sent, hangs_up=True)

    async with talking(server) as client:
        with pytest.raises(ConnectionError):
            await whole(client)

    assert server.connections == 1


@pytest.mark.parametrize(
    "begin",
    [
        OK + b"X: ",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1;",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: ",
    ],
    ids=["head", "chunk", "trailer"],
)
async def test_a_line_without_end_is_not_taken_in(begin: bytes) -> None:
    server = Server(begin + b"x" * (64 << 20))

    async with talking(server) as client:
        with pytest.raises(ConnectionError):
            await whole(client)
        await until(lambda: server.closed == 1)


async def test_headers_without_end_are_not_taken_in() -> None:
    server = Server(OK + b"X: y\r\n" * (4 << 20))

    async with asyncio.timeout(20), talking(server) as client:
        with pytest.raises(ConnectionError):
            await whole(client)
        await until(lambda: server.closed == 1)


async def test_only_where_no_answer_began_another_try_is_harmless() -> None:
    async with talking(Server(b"", hangs_up=True)) as client:
        with pytest.raises(NotAnsweredError):
            await whole(client)
    async with talking(Server(OK + b"Content-Length: 9\r\n\r\nhalf", hangs_up=True)) as client:
        with pytest.raises(ConnectionError) as raised:
            await whole(client)
    assert not isinstance(raised.value, NotAnsweredError)


async def test_words_that_nobody_asked_for_are_never_the_next_answer() -> None:
    own = OK + b"Content-Length: 4\r\n\r\nmine"
    server = Server(own, own)

    async with talking(server) as client:
        await whole(client)
        server.writers[0].write(OK + b"Content-Length: 6\r\n\r\nothers")
        await until(lambda: server.closed == 1)

        assert await whole(client) == b"mine"


async def test_what_follows_an_answer_at_once_is_dropped_with_its_connection() -> None:
    own = OK + b"Content-Length: 4\r\n\r\nmine"
    server = Server(own + OK + b"Content-Length: 6\r\n\r\nothers", own)

    async with talking(server) as client:
        assert [await whole(client), await whole(client)] == [b"mine", b"mine"]

    assert server.connections == 2


async def test_requests_at_the_same_time_have_a_connection_each() -> None:
    answers = [OK + b"Content-Length: 1\r\n\r\n%d" % n for n in range(5)]
    server = Server(*answers)

    async with talking(server) as client:
        found = await asyncio.gather(*(whole(client) for _ in answers))

    assert sorted(found) == [b"0", b"1", b"2", b"3", b"4"]
    assert server.connections == 5


async def test_a_body_that_nobody_reads_is_not_taken_in() -> None:
    size = 64 << 20
    server = Server(OK + b"Content-Length: %d\r\n\r\n" % size + bytes(size))

    async with talking(server) as client, await client.post(b"{}") as answer:
        await asyncio.sleep(0.1)
        first = await answer.content.readany()
        rest = 0
        while chunk := await answer.content.readany():
            rest += len(chunk)

    assert len(first) < size // 8
    assert len(first) + rest == size


async def test_what_comes_while_more_is_gathered_is_read_in_one_piece() -> None:
    server = Server(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n")

    async with talking(server) as client, await client.post(b"{}") as answer:
        assert await answer.content.readany() == b"a"
        gathering = asyncio.create_task(answer.gather(PATIENCE_S))
        for _ in range(10):
            await asyncio.sleep(0)
            server.writers[0].write(b"1\r\nb\r\n")
        await asyncio.sleep(0.05)  # a reader would have been woken by now
        taken = answer._waiting  # pyright: ignore[reportPrivateUsage]
        assert taken == []
        gathering.cancel()
        server.writers[0].write(b"0\r\n\r\n")

        assert await answer.content.readany() == b"b" * 10
        assert await answer.content.readany() == b""


async def test_a_connection_that_was_not_used_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = OK + b"Content-Length: 1\r\n\r\na"
    server = Server(answer, answer)
    monkeypatch.setattr(direct_client, "KEPT_S", 0)

    async with talking(server) as client:
        await whole(client)
        await whole(client)

    assert server.connections == 2


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\n", "a\0"])
async def test_a_header_that_would_begin_another_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="end of a line"):
        DirectClient(URL("http://127.0.0.1/"), {"Authorization": value}, connect_timeout_s=1)


async def test_a_name_that_is_nobodys_is_out_of_reach() -> None:
    client = DirectClient(URL("http://nobody.invalid/"), {}, connect_timeout_s=PATIENCE_S)

    with pytest.raises(UnreachableError):
        await client.post(b"{}")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of localhost with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_server_whose_certificate_is_trusted_is_asked_under_tls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answer = OK + b"Content-Length: 6\r\n\r\nsecret"
    server = Server(answer, answer)

    async with talking(server, _tls(certificate)) as client:
        assert [await whole(client), await whole(client)] == [b"secret", b"secret"]

    assert server.connections == 1


async def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(
    certificate: Path,
) -> None:
    server = Server()

    async with talking(server, _tls(certificate)) as client:
        with pytest.raises(UnreachableError):
            await whole(client)

    assert server.heads == []
