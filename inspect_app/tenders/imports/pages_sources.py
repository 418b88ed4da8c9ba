"""The pages of sources: where lists come from, and how they are read."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from inspect_app.core import clock
from inspect_app.core.auth import current_actor, requires
from inspect_app.core.database import session, transaction
from inspect_app.core.problems import Conflict, Problem, Stale
from inspect_app.core.settings import current_settings
from inspect_app.tenders.imports import forms, queries, readers, receiving, sources, words
from inspect_app.tenders.imports.models import Source

NO_ADDRESS = "這個來源沒有網址；請先填寫網址並儲存。"


@requires("tenders.write")
def index() -> str:
    """Every source."""
    rows = queries.sources(session())
    return render_template("tenders/import_sources.html", rows=rows, labels=readers.LABELS, words=words)


@requires("tenders.write")
def new() -> str:
    """The empty form."""
    return _form({}, None)


@requires("tenders.write")
def create() -> Any:
    """Add a source; a mistake shows the form again with all that was typed."""
    try:
        data = forms.source_data(request.form, None)
        with transaction() as current:
            sources.create(current, data, current_actor(), clock.now())
    except Problem as problem:
        return _form(request.form, None, problem), problem.status
    flash("來源已新增。", "success")
    return redirect(url_for("tenders.imports.sources"), 303)


@requires("tenders.write")
def edit(source_id: UUID) -> str:
    """The form with what is known."""
    source = queries.source(session(), source_id)
    return _form(forms.source_values(source), source)


@requires("tenders.write")
def update(source_id: UUID) -> Any:
    """Replace what is said of a source, unless somebody else did so meanwhile."""
    source = queries.source(session(), source_id)
    try:
        with transaction() as current:
            source = queries.source(current, source_id)
            if request.form.get("version") != str(source.version):
                raise Stale("您開啟表單後，這個來源已被他人更正。您的輸入都還在；請核對後再儲存一次。")
            data = forms.source_data(request.form, source)
            sources.change(current, source, data, current_actor(), clock.now())
    except Problem as problem:
        return _form(request.form, queries.source(session(), source_id), problem), problem.status
    flash("來源已更正。", "success")
    return redirect(url_for("tenders.imports.sources"), 303)


@requires("tenders.write")
def fetch(source_id: UUID) -> Any:
    """Have the worker fetch what the source's address gives, up to the preview."""
    with transaction() as current:
        source = queries.source(current, source_id)
        if not source.url:
            raise Conflict(NO_ADDRESS)
        row = receiving.to_fetch(current, source, current_actor(), straight=False)
    return redirect(url_for("tenders.imports.run", import_id=row.id), 303)


def _form(values: Any, source: Source | None, problem: Problem | None = None) -> str:
    settings = current_settings()
    return render_template(
        "tenders/import_source.html", values=values, source=source, problem=problem,
        errors=list(problem.errors) if problem else [], labels=readers.LABELS, fields=readers.FIELDS,
        hosts=settings.import_hosts, folder=settings.import_folder,
    )  # fmt: skip


def add_to(blueprint: Blueprint) -> None:
    """Give these pages to the blueprint of imports."""
    one = "/import-sources/<uuid:source_id>"
    blueprint.add_url_rule("/import-sources", "sources", index)
    blueprint.add_url_rule("/import-sources/new", "new_source", new)
    blueprint.add_url_rule("/import-sources/new", "create_source", create, methods=["POST"])
    blueprint.add_url_rule(one, "source", edit)
    blueprint.add_url_rule(one, "update_source", update, methods=["POST"])
    blueprint.add_url_rule(f"{one}/fetch", "fetch", fetch, methods=["POST"])
