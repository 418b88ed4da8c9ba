"""Sends photos with tuspy: `python -m tests.concurrency.chaos.tablet JOBS.json`; speaks like `tablet.mjs`."""

import hashlib
import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader import Uploader

SAID = Lock()
PAUSE_S = 0.06
GONE = (404, 410, 415, 422)
"""After these an upload is begun anew."""


def main(path: str) -> None:
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    sys.stdin.readline()
    with ThreadPoolExecutor(told["atOnce"]) as pool:
        for job in told["jobs"]:
            pool.submit(say, job, told["endpoint"], told["tries"])


def say(job: dict[str, Any], endpoint: str, tries: int) -> None:
    try:
        done = (rival if job["rival"] else send)(job, endpoint, tries)
    except Exception as error:  # a report, whatever it was
        done = {"ok": False, "retries": 0, "error": repr(error)}
    with SAID:
        sys.stdout.write(json.dumps({"name": job["name"], **done}) + "\n")
        sys.stdout.flush()


def send(job: dict[str, Any], endpoint: str, tries: int) -> dict[str, Any]:
    """Resume until the server has all of it."""
    data, url, spoiled = Path(job["path"]).read_bytes(), job["url"], 0
    client = TusClient(endpoint, headers={"Authorization": f"Bearer {job['token']}", "X-Tablet": "tuspy"})
    for retries in range(tries):
        uploader: Uploader | None = None
        try:
            uploader = client.uploader(
                file_stream=io.BytesIO(data),
                chunk_size=job["chunk"],
                url=url,
                metadata={"sha256": job["sha256"], "inspection": job["inspection"]},
                upload_checksum=job["checksum"],
                retries=2,
                retry_delay=0,
            )
            uploader.upload()
        except TusCommunicationError as error:
            url = None if error.status_code in GONE else (uploader.url if uploader else url)
            spoiled += error.status_code == 422
            time.sleep(PAUSE_S)
            continue
        return {"ok": True, "retries": retries, "spoiled": spoiled}
    return {"ok": False, "retries": tries, "error": f"gave up at {url}"}


def rival(job: dict[str, Any], endpoint: str, tries: int) -> dict[str, Any]:
    """Send other bytes to an upload that is another client's as well, wherever it stands."""
    data = hashlib.sha256(job["name"].encode()).digest() * (Path(job["path"]).stat().st_size // 32 + 1)
    headers = {"Authorization": f"Bearer {job['token']}", "X-Tablet": "rival"}
    for _ in range(8):
        try:
            file = io.BytesIO(data[: Path(job["path"]).stat().st_size])
            TusClient(endpoint, headers=headers).uploader(
                file_stream=file, chunk_size=job["chunk"], url=job["url"]
            ).upload_chunk()
        except TusCommunicationError:
            time.sleep(PAUSE_S / 4)
    return {"ok": True, "retries": 0}


if __name__ == "__main__":
    main(sys.argv[1])
