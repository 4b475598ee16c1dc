"""What mezzanine.mux.com serves: masters, to whoever knows the address, for a day."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localmux import master
from localmux.answers import not_found
from localmux.environment import Environment
from localmux.media_file import MediaFile


def mezzanine_routes(environment: Environment) -> list[Route]:
    """The routes under /mezzanine; the address is the credential."""

    async def send(request: Request) -> Response:
        token = request.query_params.get("token", "")
        path = master.find(environment, request.path_params["asset_id"], token)
        if path is None:
            raise not_found()
        return MediaFile(path, filename=path.name, headers={"cache-control": "private"})

    return [Route("/mezzanine/{asset_id}/{name}", send)]
