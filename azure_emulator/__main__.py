"""``python -m azure_emulator``: start the local Azure and say where it listens."""

import argparse
import json
import os
import secrets
from pathlib import Path

from azure_emulator.application import Application
from azure_emulator.seed import apply_seed
from azure_emulator.server import register_routes, serve
from azure_emulator.snapshots import BASELINE
from azure_emulator.world import Settings, World


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="azure_emulator", description="A local Azure over HTTPS.")
    parser.add_argument("--state", type=Path, required=True, help="folder for the state, the CA and the server key")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--url", default="", help="the address clients use, when it is not https://localhost:PORT")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than Azure things take effect")
    parser.add_argument(
        "--seed", type=Path, help="JSON file with people, subscriptions and history; applied at each start"
    )
    parser.add_argument("--control-token", default="", help="secret for /_emulator/ (made up when absent)")
    parser.add_argument("--no-throttling", action="store_true", help="do not answer 429 when ARM's buckets are empty")
    parser.add_argument("--stop-with-parent", action="store_true", help="end when the starting process is gone")
    return parser.parse_args()


def main() -> None:
    """Build the world and serve it."""
    arguments = _arguments()
    register_routes()
    token_file = arguments.state / "control-token"
    token = arguments.control_token or (token_file.read_text() if token_file.exists() else secrets.token_urlsafe(24))
    settings = Settings(
        state=arguments.state,
        base_url=arguments.url or f"https://localhost:{arguments.port}",
        speed=arguments.speed,
        control_token=token,
        is_throttling=not arguments.no_throttling,
    )
    world = World(settings)
    token_file.touch(mode=0o600)
    token_file.write_text(token)
    if arguments.seed:
        apply_seed(world, json.loads(arguments.seed.read_text(encoding="utf-8")))
    world.operations.forget_daily()
    world.snapshots.take_once(BASELINE)
    serve(
        Application(world),
        state=arguments.state,
        host=arguments.host,
        port=arguments.port,
        parent=os.getppid() if arguments.stop_with_parent else None,
        ready=lambda: print(f"Local Azure ready at {settings.base_url}", flush=True),
    )


if __name__ == "__main__":
    main()
