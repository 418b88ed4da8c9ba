"""The list of features: the one place, with the scheduler and the commands, that knows them all."""

from functools import partial

from flask import Flask, g, redirect, url_for
from jinja2 import PackageLoader
from sqlalchemy.orm import configure_mappers
from werkzeug.wrappers import Response

from forms import published
from forms.catalogue import catalogue, revisions
from inspect_app import cli
from inspect_app.accounts import addresses as accounts_addresses
from inspect_app.accounts import api as accounts_api
from inspect_app.accounts import calendar_pages, contacts_api, contacts_pages, limits, notifications_pages
from inspect_app.accounts import pages as accounts_pages
from inspect_app.accounts import service as accounts
from inspect_app.catalogue import api as catalogue_api
from inspect_app.catalogue import forms_api, pages_forms, pages_revisions, revisions_api, searching
from inspect_app.catalogue import pages as catalogue_pages
from inspect_app.core import audit, clock, jobs, problems, rounds, sealing
from inspect_app.core.api import PREFIX, api
from inspect_app.core.auth import Actor, requires
from inspect_app.core.database import session
from inspect_app.core.described import add_refusals
from inspect_app.core.permissions import ROLE_LABELS
from inspect_app.core.settings import current_settings
from inspect_app.deadlines import api as closures_api
from inspect_app.deadlines import clocks, pages_closures, quarterly, reminding
from inspect_app.deadlines import jobs as deadlines_jobs
from inspect_app.deadlines import pages as deadlines_pages
from inspect_app.defects import api as defects_api
from inspect_app.defects import duties as defects_duties
from inspect_app.defects import pages as defects_pages
from inspect_app.defects import policy as defects_policy
from inspect_app.defects import queries as defects_queries
from inspect_app.demo import people as demo
from inspect_app.documents.fonts import typefaces
from inspect_app.evidence import api as evidence_api
from inspect_app.evidence import jobs as evidence_jobs
from inspect_app.evidence import pages as evidence_pages
from inspect_app.evidence import service as evidence
from inspect_app.exports import api as exports_api
from inspect_app.exports import pages as exports_pages
from inspect_app.exports import quarterly as exports_quarterly
from inspect_app.filings import api as filings_api
from inspect_app.filings import flags as filings
from inspect_app.filings import jobs as filings_jobs
from inspect_app.filings import letters as filings_letters
from inspect_app.filings import pages as filings_pages
from inspect_app.filings import weekly as filings_weekly
from inspect_app.inspections import api as inspections_api
from inspect_app.inspections import duties as inspections_duties
from inspect_app.inspections import openapi
from inspect_app.inspections import pages as inspections_pages
from inspect_app.inspections import queries as inspections_queries
from inspect_app.layout import context
from inspect_app.layout.parts import DemoAccount
from inspect_app.messages import api as inbox_api
from inspect_app.messages import feeds, inbox, kinds
from inspect_app.messages import pages as inbox_pages
from inspect_app.messages import rounds as messages_rounds
from inspect_app.openrosa import answers as openrosa_answers
from inspect_app.openrosa import api as openrosa_api
from inspect_app.openrosa import jobs as openrosa_jobs
from inspect_app.openrosa import surface as openrosa
from inspect_app.operations import api as operations_api
from inspect_app.operations import messages_api as operations_messages_api
from inspect_app.operations import messages_pages as operations_messages
from inspect_app.operations import pages as operations_pages
from inspect_app.operations import scraping
from inspect_app.photos import access_api, addresses, erasing, retention
from inspect_app.photos import api as photos_api
from inspect_app.photos import jobs as photos_jobs
from inspect_app.photos import naming as photos_naming
from inspect_app.photos import pages as photo_pages
from inspect_app.photos import policy as photos_policy
from inspect_app.plausibility import api as plausibility_api
from inspect_app.plausibility import jobs as plausibility_jobs
from inspect_app.plausibility import keeping as plausibility_keeping
from inspect_app.plausibility import pages as plausibility_pages
from inspect_app.plausibility import searching as plausibility
from inspect_app.quotas import api as quotas_api
from inspect_app.quotas import pages as quotas_pages
from inspect_app.reminders import jobs as reminders_jobs
from inspect_app.reminders import sources, weekly
from inspect_app.scrutiny import api as scrutiny_api
from inspect_app.scrutiny import jobs as scrutiny_jobs
from inspect_app.scrutiny import pages as scrutiny_pages
from inspect_app.scrutiny import service as scrutiny
from inspect_app.tenders import api as tenders_api
from inspect_app.tenders import history
from inspect_app.tenders import pages as tenders_pages
from inspect_app.tenders import service as tenders
from inspect_app.tenders.imports import api as tender_imports_api
from inspect_app.tenders.imports import jobs as tender_imports_jobs
from scoring import lawbook

APIS = (
    accounts_api.blp,
    contacts_api.blp,
    inbox_api.blp,
    tenders_api.blp,
    filings_api.blp,
    tender_imports_api.blp,
    catalogue_api.blp,
    forms_api.blp,
    revisions_api.blp,
    inspections_api.blp,
    photos_api.blp,
    access_api.blp,
    defects_api.blp,
    closures_api.blp,
    quotas_api.blp,
    plausibility_api.blp,
    openrosa_api.blp,
    evidence_api.blp,
    exports_api.blp,
    scrutiny_api.blp,
    operations_api.blp,
    operations_messages_api.blp,
)
PAGES = (
    accounts_pages.blueprint,
    contacts_pages.blueprint,
    notifications_pages.blueprint,
    calendar_pages.blueprint,
    inbox_pages.blueprint,
    tenders_pages.blueprint,
    filings_pages.blueprint,
    catalogue_pages.blueprint,
    inspections_pages.blueprint,
    defects_pages.blueprint,
    deadlines_pages.blueprint,
    pages_closures.blueprint,
    quotas_pages.blueprint,
    plausibility_pages.blueprint,
    photo_pages.blueprint,
    pages_forms.blueprint,
    pages_revisions.blueprint,
    openrosa.blueprint,
    operations_pages.blueprint,
    operations_messages.blueprint,
    scraping.blueprint,
    evidence_pages.blueprint,
    exports_pages.blueprint,
    scrutiny_pages.blueprint,
)
MESSAGE_KINDS: tuple[kinds.Kind, ...] = (
    *accounts_addresses.KINDS,
    *filings_letters.KINDS,
    *reminding.KINDS,
    *weekly.KINDS,
)
"""Each room's own tuple of message kinds, one after the other."""
JOBS = (
    *photos_jobs.JOBS,
    *openrosa_jobs.JOBS,
    *plausibility_jobs.JOBS,
    *evidence_jobs.JOBS,
    *filings_jobs.JOBS,
    *tender_imports_jobs.JOBS,
    *deadlines_jobs.JOBS,
    *reminders_jobs.JOBS,
    *scrutiny_jobs.JOBS,
)
ROUNDS = messages_rounds.ROUNDS
kinds.declare(*MESSAGE_KINDS)
clocks.declare(*inspections_duties.CLOCKS, *defects_duties.CLOCKS, quarterly.CLOCK)
problems.FORMATS["/openrosa/"] = openrosa_answers.refusal
photos_policy.READERS.append(defects_policy.carries_photo)
photos_naming.NAMERS.append(defects_queries.correction_names)
erasing.FORGETTERS.append(plausibility_keeping.forget)
history.FOLLOWERS.append(filings.clear)
sources.FILINGS.append(filings_weekly.TOLD)
feeds.SOURCES.append(clocks.due_days)
quarterly.BUILD.append(exports_quarterly.built_page)
tenders.AFTER_FILING.append(scrutiny.refresh)
audit.HOLDS["inspection"] = inspections_queries.hold
sealing.BEGIN["key"] = evidence.begin


def init_app(app: Flask, *, version: str, demo_mode: bool) -> None:
    limits.init_app(app)
    plausibility.init_app(app)
    for blp in APIS:
        api.register_blueprint(blp, url_prefix=PREFIX)
    for name, schema in openapi.schemas().items():
        api.spec.components.schema(name, schema)
    add_refusals(app, api)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    app.jinja_loader = PackageLoader("inspect_app.layout")
    context.init_app(app, version=version, demo=_demo_accounts() if demo_mode else None, unread=count_unread)
    app.jinja_env.globals["image_address"] = addresses.image
    app.add_url_rule("/", "home", home)
    jobs.init_app(app, JOBS, keep=retention.kept("job_runs"))
    rounds.init_app(app, ROUNDS)
    app.extensions["chahe.warm"] = partial(warm, app)
    cli.init_app(app)


def warm(app: Flask) -> None:
    """Read once what the first requests need, before eight of them ask for it at the same time."""
    catalogue()
    revisions()
    published.every()
    searching.warm(app)
    plausibility.warm(app)
    lawbook.book()
    typefaces()
    with app.app_context():
        evidence.start()
    configure_mappers()


def _demo_accounts() -> context.DemoAccounts:
    shown = tuple(
        DemoAccount(username, ROLE_LABELS[role], organisation)
        for username, _, role, organisation, _ in demo.PEOPLE
    )
    return context.DemoAccounts(shown, demo.PASSWORD)


def identify(token: str) -> Actor | None:
    """Whom a request's token stands for."""
    production = current_settings().is_production
    return accounts.identify(session(), token, clock.now(), production=production)


def count_unread() -> int:
    """How many messages the person signed in has not read."""
    return inbox.count_unread(session(), g.actor.id, clock.now())


@requires("session.own")
def home() -> Response:
    """Each role begins where its work lies."""
    reads = g.actor.may("tenders.read")
    return redirect(url_for("tenders.index" if reads else "accounts.devices"))
