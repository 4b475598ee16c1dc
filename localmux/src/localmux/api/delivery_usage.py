"""/video/v1/delivery-usage: how many seconds of which asset were sent to players.

Source: https://www.mux.com/docs/api-reference/video/delivery-usage/list-delivery-usage
"""

from starlette.responses import Response

from localmux.answers import ApiJSON, Document, invalid, present
from localmux.api.calls import Call, Handler
from localmux.api.labels import Label, approximate
from localmux.api.pages import numbers
from localmux.deliveries import HOUR, Delivered

DEFAULT_LIMIT = 100
MOST = 1000
DEFAULT_FROM, DEFAULT_TO = 13 * HOUR, 12 * HOUR  # seconds before now


async def list_delivery_usage(call: Call) -> Response:
    """By asset; the hours that begin within `timeframe`, by default the one 13 hours ago."""
    begin, end = _timeframe(call)
    limit, skip = numbers(call, default=DEFAULT_LIMIT, most=MOST)
    asset_id, stream_id = call.query.get("asset_id"), call.query.get("live_stream_id")
    if asset_id and stream_id:
        raise invalid("asset_id and live_stream_id exclude each other.")
    reports = [
        report
        for delivered in call.environment.deliveries.between(begin, end)
        if (report := _report(call, delivered))
        and asset_id in (None, report["asset_id"])
        and stream_id in (None, report.get("live_stream_id"))
    ]
    return ApiJSON(
        {
            "data": reports[skip : skip + limit],
            "total_row_count": len(reports),
            "timeframe": [begin, end],
            "limit": limit,
        }
    )


def _timeframe(call: Call) -> tuple[int, int]:
    """Unix seconds. Raises MuxError 400."""
    asked = call.query.getlist("timeframe[]") or call.query.getlist("timeframe")
    if not asked:
        now = int(call.environment.clock.now())
        return now - DEFAULT_FROM, now - DEFAULT_TO
    if len(asked) != 2 or not all(one.isascii() and one.isdigit() for one in asked):
        raise invalid("timeframe must be two times in Unix seconds.")
    begin, end = (int(one) for one in asked)
    if begin >= end:
        raise invalid("timeframe[0] must be before timeframe[1].")
    return begin, end


def _report(call: Call, delivered: Delivered) -> Document | None:
    asset = call.environment.store.get("asset", delivered.asset_id)
    gone = call.environment.deliveries.deleted.get(delivered.asset_id)
    document = asset.document if asset else gone
    if document is None:
        return None
    names = {tier: f"tier_{tier.replace('-', '_')}" for tier in delivered.seconds}
    return present(
        {
            "asset_id": delivered.asset_id,
            "live_stream_id": document.get("live_stream_id"),
            "passthrough": document.get("passthrough"),
            "created_at": document["created_at"],
            "deleted_at": document.get("deleted_at"),
            "asset_state": "deleted" if gone else document["status"],
            "asset_duration": document.get("duration", 0.0),
            "asset_resolution_tier": document.get("resolution_tier"),
            "asset_encoding_tier": document.get("encoding_tier"),
            "asset_video_quality": document.get("video_quality"),
            "delivered_seconds": round(sum(delivered.seconds.values()), 3),
            "delivered_seconds_by_resolution": {
                names[tier]: round(seconds, 3) for tier, seconds in delivered.seconds.items()
            },
        }
    )


ROUTES: dict[str, Handler] = {"GET /video/v1/delivery-usage": list_delivery_usage}
LABELS: dict[str, Label] = {
    "GET /video/v1/delivery-usage": approximate(
        "segments of HLS, counted by the hour since localmux started; files are not counted"
    ),
}
