"""A viewer whose browser dies."""

import os
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

from localmux.testing import eventually
from tests.broadcasting import Channel
from tests.browser.conftest import find_chromium
from tests.harness import Person, Site


def test_a_browser_that_is_killed_is_not_counted_for_long(
    site: Site, stranger: Person, channel: Channel, tmp_path: Path
) -> None:
    with sync_playwright() as playwright:
        command = [find_chromium(playwright), "--headless", "--no-sandbox"]
    command += [f"--user-data-dir={tmp_path}", site.url + channel.path]
    silent = subprocess.DEVNULL
    chromium = subprocess.Popen(command, stdout=silent, stderr=silent, start_new_session=True)
    try:
        eventually(lambda: ">1 viewer<" in stranger.get(channel.path).text, within=40)
    finally:
        os.killpg(chromium.pid, signal.SIGKILL)
        chromium.wait()
    eventually(lambda: ">0 viewers<" in stranger.get(channel.path).text, within=20)
