"""The process itself: how it starts, ends, and comes back."""

import contextlib
import fcntl
import json
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from localmux.answers import Document
from localmux.testing import Running, eventually, running

COMMAND = [sys.executable, "-m", "localmux", "--port", "0", "--rtmp-port", "0"]
CHUNK = 256 << 10
type Connect = Callable[[Running], httpx.Client]


def attempt(*options: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


def test_the_ready_line_names_every_url(localmux: Running) -> None:
    hosts = {"api", "upload", "stream", "image", "rtmp", "control", "inspector"}
    assert set(localmux.urls) == hosts
    assert httpx.get(localmux.urls["control"] + "/health").json()["status"] == "ok"


def test_every_address_of_localhost_answers(localmux: Running) -> None:
    port = urlsplit(localmux.urls["api"]).port
    for _, _, _, _, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM):
        with socket.create_connection((str(address[0]), port)) as connection:
            connection.sendall(b"GET /_localmux/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_the_public_url_is_what_upload_urls_start_with(
    start: Callable[..., Running], connect: Connect
) -> None:
    process = start("--public-url", "https://mux.test/")
    assert process.urls["stream"] == "https://mux.test/stream"
    # the client must use the port the process listens on, which is not the public one
    rtmp_port = urlsplit(process.urls["rtmp"]).port
    port = eventually(lambda: _listening_port(process.process.pid, but=rtmp_port))
    process.urls["api"] = f"http://127.0.0.1:{port}"
    upload = connect(process).post("/video/v1/uploads", json={}).json()["data"]
    assert upload["url"].startswith(f"https://mux.test/upload/{upload['id']}?token=")


def _listening_port(pid: int, but: int | None) -> int | None:
    """Linux tells the sockets of a process by inode, and their ports in a table."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(entry.readlink()).removeprefix("socket:[").removesuffix("]"))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        port = int(fields[1].rpartition(":")[2], 16)
        if fields[9] in inodes and fields[3] == "0A" and port != but:
            return port
    return None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_within_three_seconds(
    start: Callable[..., Running], number: signal.Signals
) -> None:
    process = start()
    with socket.create_connection(("localhost", urlsplit(process.urls["api"]).port or 0)) as idle:
        idle.sendall(b"PUT /upload/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        asked = time.monotonic()
        process.process.send_signal(number)
        assert process.process.wait(10) == 0
    assert time.monotonic() - asked < 3
    assert "Traceback" not in process.log()


def test_a_temporary_folder_is_removed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        with running() as process:
            eventually(lambda: list(Path(folder).glob("localmux-*/localmux.sqlite3")))
            process.stop()
        assert not list(Path(folder).glob("localmux-*"))


def test_it_ends_when_its_standard_input_closes() -> None:
    command = [*COMMAND, "--stop-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_port_in_use_is_told_in_one_sentence(localmux: Running) -> None:
    port = str(urlsplit(localmux.urls["api"]).port)
    refused = attempt("--port", port)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == f"localmux cannot listen on port {port}: Address already in use.\n"


def test_a_data_folder_in_use_is_refused(start: Callable[..., Running], tmp_path: Path) -> None:
    start("--data-dir", str(tmp_path))
    refused = attempt("--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr == f"Another localmux is using the folder {tmp_path}.\n"


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = attempt("--data-dir", str(tmp_path / "file" / "folder"))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1


def test_the_log_holds_no_secret_and_no_upload_token(
    start: Callable[..., Running], connect: Connect, new_upload: Callable[..., Document]
) -> None:
    process = start("--token-id", "identity", "--token-secret", "hushhush")
    process.token = ("identity", "hushhush")
    upload = new_upload(connect(process))
    token = upload["url"].rpartition("=")[2]
    httpx.put(upload["url"], content=b"x")
    log = eventually(lambda: process.log() if "PUT /upload/" in process.log() else "")
    assert token not in log
    assert "hushhush" not in log


def test_a_full_disk_is_told_and_keeps_what_it_took(
    start: Callable[..., Running], connect: Connect, new_upload: Callable[..., Document]
) -> None:
    process = start()
    upload = new_upload(connect(process))
    room = 3 * CHUNK
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    content = bytes(8 * CHUNK)
    refused = httpx.put(upload["url"], content=content)
    assert refused.status_code == 507
    assert "disk is full" in refused.text
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, unlimited)
    asked = httpx.put(upload["url"], headers={"Content-Range": f"bytes */{len(content)}"})
    assert asked.headers["range"] == f"bytes=0-{room - 1}"
    rest = {"Content-Range": f"bytes {room}-{len(content) - 1}/{len(content)}"}
    assert httpx.put(upload["url"], content=content[room:], headers=rest).status_code == 200


def test_memory_stays_flat_however_large_the_file(
    start: Callable[..., Running], connect: Connect, new_upload: Callable[..., Document]
) -> None:
    process = start()
    upload = new_upload(connect(process))
    before = _peak_memory(process.process.pid)
    block = bytes(1 << 20)
    answer = httpx.put(upload["url"], content=(block for _ in range(200)), timeout=60)
    assert answer.status_code == 200
    assert _peak_memory(process.process.pid) - before < 50 << 20


def _peak_memory(pid: int) -> int:
    """Bytes, from Linux's status of the process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(
        int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")
    )


def test_no_encoder_outlives_it(
    start: Callable[..., Running],
    connect: Connect,
    new_upload: Callable[..., Document],
    settled: Callable[..., Document],
    tmp_path: Path,
    video: Path,
) -> None:
    process = start("--data-dir", str(tmp_path))
    api = connect(process)
    upload = new_upload(api)
    httpx.put(upload["url"], content=video.read_bytes())
    asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
    playback_id = settled(asset_id, api)["playback_ids"][0]["id"]
    port = urlsplit(process.urls["api"]).port or 0
    with socket.create_connection(("localhost", port)) as viewer:
        for path in ("animated.gif", "animated.webp", "storyboard.jpg"):
            viewer.sendall(f"GET /image/{playback_id}/{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        eventually(lambda: _working_on(tmp_path))
        assert process.stop() == 0
    assert _working_on(tmp_path) == []


def _working_on(folder: Path) -> list[str]:
    """The ffmpeg processes whose command line names a file in the folder (Linux)."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = command.read_text(errors="replace")
            if str(folder) in words and "ffmpeg" in words:
                found.append(words)
    return found


class TestRestart:
    def test_a_half_received_upload_goes_on_after_kill_9(
        self,
        start: Callable[..., Running],
        connect: Connect,
        new_upload: Callable[..., Document],
        settled: Callable[..., Document],
        tmp_path: Path,
        video: Path,
    ) -> None:
        first = start("--data-dir", str(tmp_path))
        upload = new_upload(connect(first))
        content = video.read_bytes() + bytes(2 * CHUNK)
        total = len(content)
        httpx.put(
            upload["url"],
            content=content[:CHUNK],
            headers={"Content-Range": f"bytes 0-{CHUNK - 1}/{total}"},
        )
        first.kill()
        api = connect(start("--data-dir", str(tmp_path)))
        url = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["url"]
        asked = httpx.put(url, headers={"Content-Range": f"bytes */{total}"})
        assert asked.headers["range"] == f"bytes=0-{CHUNK - 1}"
        rest = {"Content-Range": f"bytes {CHUNK}-{total - 1}/{total}"}
        assert httpx.put(url, content=content[CHUNK:], headers=rest).status_code == 200
        asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
        assert settled(asset_id, api)["status"] == "ready"

    def test_a_preparing_asset_is_prepared_again_after_kill_9(
        self,
        start: Callable[..., Running],
        connect: Connect,
        new_upload: Callable[..., Document],
        settled: Callable[..., Document],
        tmp_path: Path,
        video: Path,
    ) -> None:
        first = start("--data-dir", str(tmp_path))
        api = connect(first)
        api.put("/_localmux/time", json={"ready_after": 3600})
        upload = new_upload(api)
        httpx.put(upload["url"], content=video.read_bytes())
        asset_id = api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]
        first.kill()
        api = connect(start("--data-dir", str(tmp_path)))
        asset = settled(asset_id, api)
        assert asset["status"] == "ready"
        master = api.get(f"/stream/{asset['playback_ids'][0]['id']}.m3u8")
        assert master.text.startswith("#EXTM3U")

    def test_bytes_on_their_way_at_sigterm_are_kept(
        self,
        start: Callable[..., Running],
        connect: Connect,
        new_upload: Callable[..., Document],
        tmp_path: Path,
    ) -> None:
        first = start("--data-dir", str(tmp_path))
        upload = new_upload(connect(first))
        url = urlsplit(upload["url"])
        head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\n"
        head += f"Content-Length: {8 * CHUNK}\r\n\r\n"
        with socket.create_connection((url.hostname or "", url.port or 80)) as sender:
            sender.sendall(head.encode() + bytes(CHUNK))
            receiving = tmp_path / "uploads" / upload["id"]
            eventually(receiving.exists)
            eventually(lambda: _unread(sender) == 0)
            first.stop()
        assert receiving.stat().st_size > 0

    def test_files_that_belong_to_nothing_are_removed(
        self, start: Callable[..., Running], tmp_path: Path
    ) -> None:
        for lost in ("assets/gone", "uploads"):
            (tmp_path / lost).mkdir(parents=True)
        (tmp_path / "uploads" / "gone").touch()
        start("--data-dir", str(tmp_path))
        assert not list(tmp_path.glob("*/*"))


def _unread(sender: socket.socket) -> int:
    """Bytes in the socket's send queue that the other side has not taken yet (Linux)."""
    return int.from_bytes(fcntl.ioctl(sender, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
