"""Resources as JSON documents in SQLite, in the standard library and in one file.

Every method runs on the event loop: a statement takes some ten microseconds, so one writer
needs no locks. WAL with synchronous=NORMAL survives a kill -9 at any moment
(https://www.sqlite.org/wal.html).
"""

import json
import secrets
import sqlite3
import string
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localmux.answers import Document

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    status TEXT,
    upload_id TEXT,
    live_stream_id TEXT,
    document TEXT NOT NULL,
    private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_kind ON resources (kind, number);
CREATE INDEX IF NOT EXISTS by_status ON resources (kind, status, number);
CREATE INDEX IF NOT EXISTS by_upload ON resources (kind, upload_id, number);
CREATE INDEX IF NOT EXISTS by_live_stream ON resources (kind, live_stream_id, number);
CREATE INDEX IF NOT EXISTS by_stream_key
    ON resources (kind, json_extract(document, '$.stream_key'), number);
CREATE TABLE IF NOT EXISTS playback_ids (
    id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    resource_id TEXT NOT NULL REFERENCES resources (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS by_resource ON playback_ids (resource_id);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    envelope TEXT NOT NULL,
    state TEXT NOT NULL,
    copies INTEGER NOT NULL,
    due REAL NOT NULL,
    attempts TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_due ON events (state, due, number);
"""
COLUMNS = ("status", "upload_id", "live_stream_id")
INDEXED = dict(zip(COLUMNS, COLUMNS, strict=True)) | {
    "stream_key": "json_extract(document, '$.stream_key')"
}
ID_LETTERS = string.ascii_letters + string.digits


def new_id() -> str:
    """An opaque id in the form of Mux's: letters and digits, here always 44."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(44))


@dataclass(slots=True)
class Resource:
    """A document as the API shows it, and beside it what only localmux may know."""

    kind: str
    id: str
    document: Document
    private: Document
    number: int = 0


class Store:
    """Every resource of one environment."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, autocommit=True)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Make all changes inside, or none of them; may be nested."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # a full disk may have ended it already
                self.connection.execute("ROLLBACK")
            raise

    def add(self, kind: str, document: Document, private: Document | None = None) -> Resource:
        resource = Resource(kind, document["id"], document, private or {})
        with self.transaction():
            cursor = self.connection.execute(
                "INSERT INTO resources (kind, id, document, private) VALUES (?, ?, '{}', '{}')",
                (kind, resource.id),
            )
            resource.number = cursor.lastrowid or 0
            self.save(resource)
        return resource

    def save(self, resource: Resource) -> None:
        with self.transaction():
            self.connection.execute(
                "UPDATE resources SET status = ?, upload_id = ?, live_stream_id = ?,"
                " document = ?, private = ? WHERE id = ?",
                (
                    *(resource.document.get(name) for name in COLUMNS),
                    json.dumps(resource.document),
                    json.dumps(resource.private),
                    resource.id,
                ),
            )
            self._save_playback_ids(resource)

    def _save_playback_ids(self, resource: Resource) -> None:
        self.connection.execute("DELETE FROM playback_ids WHERE resource_id = ?", (resource.id,))
        self.connection.executemany(
            "INSERT INTO playback_ids (id, policy, resource_id) VALUES (?, ?, ?)",
            [
                (playback_id["id"], playback_id["policy"], resource.id)
                for playback_id in resource.document.get("playback_ids", [])
            ],
        )

    def delete(self, resource: Resource) -> None:
        self.connection.execute("DELETE FROM resources WHERE id = ?", (resource.id,))

    def get(self, kind: str, resource_id: str) -> Resource | None:
        found = self._select("kind = ? AND id = ?", (kind, resource_id))
        return found[0] if found else None

    def by_playback_id(self, playback_id: str) -> tuple[Resource, str] | None:
        """The owner of a playback id, and the id's policy."""
        row = self.connection.execute(
            "SELECT resource_id, policy FROM playback_ids WHERE id = ?", (playback_id,)
        ).fetchone()
        return (self._select("id = ?", (row[0],))[0], row[1]) if row else None

    def newest(
        self,
        kind: str,
        *,
        limit: int = -1,
        skip: int = 0,
        before: int | None = None,
        having: Mapping[str, str | None] | None = None,
    ) -> list[Resource]:
        """Newest first; `before` is the number of the last one seen, `having` indexed fields."""
        wanted = {name: value for name, value in (having or {}).items() if value is not None}
        if not wanted.keys() <= INDEXED.keys():
            raise ValueError(f"not indexed: {sorted(wanted)}")
        where = ["kind = ?", *(f"{INDEXED[name]} = ?" for name in wanted)]
        values: list[str | int] = [kind, *wanted.values()]
        if before is not None:
            where.append("number < ?")
            values.append(before)
        tail = "ORDER BY number DESC LIMIT ? OFFSET ?"
        return self._select(" AND ".join(where), (*values, limit, skip), tail)

    def oldest(self, kind: str, *, limit: int = -1, skip: int = 0) -> list[Resource]:
        tail = "ORDER BY number LIMIT ? OFFSET ?"
        return self._select("kind = ?", (kind, limit, skip), tail)

    def _select(self, where: str, values: tuple[str | int, ...], tail: str = "") -> list[Resource]:
        rows = self.connection.execute(
            "SELECT kind, id, document, private, number FROM resources"  # noqa: S608 own words only
            f" WHERE {where} {tail}",
            values,
        )
        return [
            Resource(kind, resource_id, json.loads(document), json.loads(private), number)
            for kind, resource_id, document, private, number in rows
        ]

    def clear(self) -> None:
        with self.transaction():
            for table in ("playback_ids", "resources", "events"):
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 own words only
