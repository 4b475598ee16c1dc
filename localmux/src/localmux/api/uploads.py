"""/video/v1/uploads: direct uploads, from their creation to their asset.

Source: https://www.mux.com/docs/api-reference/video/direct-uploads
"""

import secrets

from starlette.responses import Response

from localmux.answers import ApiJSON, Document, MuxError, data, present
from localmux.api.asset_settings import read_settings
from localmux.api.calls import Call, Handler, find
from localmux.api.fields import Fields
from localmux.api.labels import Label, faithful
from localmux.api.pages import page
from localmux.environment import Environment
from localmux.expiry import expire
from localmux.new_assets import new_asset
from localmux.resources import Resource, new_id

DEFAULT_TIMEOUT = 3600  # seconds
TIMEOUTS = (60, 604_800)  # seconds
LONGEST_ORIGIN = 255  # characters


async def create_upload(call: Call) -> Response:
    environment = call.environment
    fields = Fields(call.body)
    settings = fields.inner("new_asset_settings")
    timeout = fields.whole("timeout", *TIMEOUTS) or DEFAULT_TIMEOUT
    document = {
        "id": new_id(),
        "status": "waiting",
        "timeout": timeout,
        "cors_origin": fields.text("cors_origin", LONGEST_ORIGIN),
        "new_asset_settings": read_settings(settings) if settings else None,
        "test": fields.truth("test") or None,
    }
    private = {
        "token": secrets.token_urlsafe(32),
        "expires_at": environment.clock.now() + timeout,
    }
    with environment.store.transaction():
        upload = environment.store.add("upload", present(document), private)
        environment.events.record("created", upload, shown(environment, upload))
    return data(shown(environment, upload), 201)


async def list_uploads(call: Call) -> Response:
    uploads = page(call, "upload")
    return ApiJSON({"data": [shown(call.environment, upload) for upload in uploads]})


async def get_upload(call: Call) -> Response:
    return data(shown(call.environment, call.find("upload")))


async def cancel_upload(call: Call) -> Response:
    """Only a waiting upload can be cancelled; what it received is forgotten."""
    environment = call.environment
    upload = call.find("upload")
    expire(environment, upload)
    if upload.document["status"] != "waiting":
        raise MuxError(
            403,
            "forbidden",
            f"The upload is {upload.document['status']}, so it can no longer be cancelled.",
        )
    upload.document["status"] = "cancelled"
    with environment.store.transaction():
        environment.store.save(upload)
        environment.events.record("cancelled", upload, shown(environment, upload))
    await environment.receptions.stop(upload.id)
    return data(shown(environment, upload))


def shown(environment: Environment, upload: Resource) -> Document:
    """The upload as the API shows it: with its URL while bytes are wanted."""
    expire(environment, upload)
    document = present(upload.document)
    if document["status"] == "waiting":
        token = upload.private["token"]
        document["url"] = f"{environment.public_url}/upload/{upload.id}?token={token}"
    return document


def complete(environment: Environment, upload_id: str) -> None:
    """All bytes are here: make the asset. The ingest job moves the file, never copies it."""
    upload = find(environment, "upload", upload_id)
    settings = upload.document.get("new_asset_settings", {})
    created_at = environment.clock.timestamp()
    document = new_asset(settings, created_at, "on_demand_direct_upload")
    document["upload_id"] = upload.id
    if upload.document.get("test"):
        document["test"] = True
    upload.document |= {"status": "asset_created", "asset_id": document["id"]}
    with environment.store.transaction():
        environment.store.save(upload)
        environment.events.record("asset_created", upload, shown(environment, upload))
        asset = environment.store.add("asset", document, {"inputs": settings.get("inputs")})
        environment.events.record("created", asset, asset.document)
    environment.ingest.start(asset)


ROUTES: dict[str, Handler] = {
    "POST /video/v1/uploads": create_upload,
    "GET /video/v1/uploads": list_uploads,
    "GET /video/v1/uploads/{id}": get_upload,
    "PUT /video/v1/uploads/{id}/cancel": cancel_upload,
}
LABELS: dict[str, Label] = dict.fromkeys(ROUTES, faithful())
