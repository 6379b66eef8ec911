"""The API's process: uvicorn, which on SIGTERM or SIGINT first lets open streams finish, so that they don't hold up the end."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from providers.settings import Settings


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.api = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if doors := getattr(self.api.state, "doors", None):
            doors.tail.end()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> None:
    """Until it is told to stop; requests in hand get ten seconds to end."""
    app = create_app(settings)
    config = uvicorn.Config(
        app, host=settings.api_host, port=settings.api_port, log_config=None, access_log=False, timeout_graceful_shutdown=10
    )
    _Server(app, config).run()
