"""Counters for Prometheus, one set an application, and the text in which they are told.

A request to a withheld route (`withheld`) is not counted at all; when it fails inside (5xx) it is counted under
the one label `withheld`. There are no metrics of the process itself (CPU time, memory, open files): they move with
whatever is done, planned visits too.

Several web processes share their counters through files (`PROMETHEUS_MULTIPROC_DIR`, set by
`deploy/gunicorn.conf.py`); any of them then tells the sums of all.
"""

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from inspect_app.core import clock, withheld

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SIGN_INS = frozenset({"accounts.open_", "accounts_api.login"})
WITHHELD = "withheld"
SHARED = "PROMETHEUS_MULTIPROC_DIR"


@dataclass(frozen=True, slots=True)
class Totals:
    """Requests counted and answers 5xx (those on withheld routes too), since an instant, over all processes."""

    since: datetime
    requests: int
    failures: int


class Metrics:
    """An application's counters."""

    def __init__(self, started_at: datetime) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests.", "method", "route", "status")
        self.problems = self._counter("problems", "Problems answered, by code.", "code")
        self.refused = self._counter("sign_ins_refused", "Sign-ins with a wrong name, password or code.")
        self.limited = self._counter("rate_limited", "Requests refused because they came too often.")
        self.seconds = Histogram(
            "chahe_request_seconds",
            "How long requests took.",
            ["route"],
            registry=self.registry,
            buckets=BUCKETS_S,
        )
        started = Gauge(
            "chahe_started_seconds",
            "When counting began, seconds since 1970.",
            registry=self.registry,
            multiprocess_mode="min",
        )
        started.set(int(started_at.timestamp()))

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"chahe_{name}", text, labels, registry=self.registry)

    def count(self, status: int, problem: str | None, seconds: float) -> None:
        """Count the request at hand."""
        if withheld.is_withheld(request.endpoint):
            if status >= 500:
                self.requests.labels("-", WITHHELD, "5xx").inc()
                self.problems.labels(WITHHELD).inc()
            return
        route = request.url_rule.rule if request.url_rule else "(none)"
        method = request.method if request.method in METHODS else "(other)"
        self.requests.labels(method, route, f"{status // 100}xx").inc()
        self.seconds.labels(route).observe(seconds)
        self._count_refusal(status, problem)

    def _count_refusal(self, status: int, problem: str | None) -> None:
        if problem is not None:
            self.problems.labels(problem).inc()
        if status == 401 and request.endpoint in SIGN_INS:
            self.refused.inc()
        if status == 429:
            self.limited.inc()

    def counted(self) -> list[Metric]:
        """The counters' present values, over all processes."""
        if SHARED not in os.environ:
            return list(self.registry.collect())
        return list(MultiProcessCollector(None).collect())  # type: ignore[no-untyped-call]

    def totals(self) -> Totals:
        """The sums a person wants to see."""
        samples = [sample for metric in self.counted() for sample in metric.samples]
        made = [sample for sample in samples if sample.name == "chahe_requests_total"]
        since = next(sample.value for sample in samples if sample.name == "chahe_started_seconds")
        return Totals(
            since=datetime.fromtimestamp(since, UTC),
            requests=int(sum(sample.value for sample in made if sample.labels["route"] != WITHHELD)),
            failures=int(sum(sample.value for sample in made if sample.labels["status"] == "5xx")),
        )

    def exposition(self, states: Iterable[Metric]) -> bytes:
        """The counters and further metrics as Prometheus text, in the order of their names."""
        registry = CollectorRegistry()
        registry.register(_Given(sorted([*self.counted(), *states], key=lambda metric: metric.name)))
        return generate_latest(registry)


class _Given(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self.metrics

    def describe(self) -> Iterable[Metric]:
        return ()


def init_app(app: Flask) -> None:
    """Count every answer of the application."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    with app.app_context():
        app.extensions["chahe.metrics"] = Metrics(clock.now())

    @app.after_request
    def count(response: Response) -> Response:
        if request.endpoint not in withheld.UNCOUNTED:
            seconds = time.perf_counter() - g.began
            metrics().count(response.status_code, g.get("problem"), seconds)
        return response


def metrics() -> Metrics:
    """The running application's counters."""
    return cast(Metrics, current_app.extensions["chahe.metrics"])
