"""/system/v1/whoami: whom the access token belongs to.

Source: mux-node, https://github.com/muxinc/mux-node-sdk (resources/system/utilities)
"""

from starlette.responses import Response

from localmux.answers import data
from localmux.api.calls import Call, Handler
from localmux.api.labels import Label, approximate
from localmux.events import ENVIRONMENT

PERMISSIONS = ("system:read", "system:write", "video:read", "video:write")


async def whoami(_call: Call) -> Response:
    return data(
        {
            "environment_id": ENVIRONMENT["id"],
            "environment_name": ENVIRONMENT["name"],
            "environment_type": "development",
            "organization_id": "localmux",
            "organization_name": "localmux",
            "permissions": list(PERMISSIONS),
        }
    )


ROUTES: dict[str, Handler] = {"GET /system/v1/whoami": whoami}
LABELS: dict[str, Label] = {
    "GET /system/v1/whoami": approximate("there is one environment, and one token for all of it"),
}
