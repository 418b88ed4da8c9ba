"""Which routes are withheld from metrics and logs, so that they do not tell of a visit before it is announced.

Before issue a visit exists only for the staff and its own team (作業辦法 art. 13); whoever reads metrics or logs is
neither. A request to a withheld route is therefore not counted, and its log lines keep the request id alone.
Every endpoint is decided here by name. One that is not is withheld, and `tests/structure/test_withheld.py` fails.
"""

from collections.abc import Mapping

WITHHELD: Mapping[str, frozenset[str]] = {
    "plans, carries out, reads or lists visits before issue": frozenset(
        {
            *("inspections.index", "inspections.new", "inspections.create", "inspections.inspection"),
            *("inspections.edit", "inspections.update", "inspections.cancel", "inspections.declare"),
            *("inspections.start", "inspections.test", "inspections.issue", "inspections.close"),
            *("inspections_api.inspections", "inspections_api.plan", "inspections_api.inspection"),
            *("inspections_api.replan", "inspections_api.declare", "inspections_api.cancel"),
            *("inspections_api.start", "inspections_api.mark", "inspections_api.submit"),
            *("inspections_api.amend", "inspections_api.score", "inspections_api.test_result"),
            *("inspections_api.issue", "inspections_api.close", "inspections_api.letter"),
            "inspections_api.paper_form",
            *("inspections_api.record", "inspections_api.notice", "inspections_api.submission_list"),
            *("inspections_api.submission", "inspections_api.send_on", "inspections.send_on"),
            *("inspections_api.waive", "inspections.waive"),
            *("exports_api.export", "exports.index", "exports.build", "exports.download"),
            *("inspections_api.late_reason", "inspections.late_reason"),
            *("deadlines.index", "deadlines.export"),
        }
    ),
    "photos of a visit are sent while it goes on, and read by its team": frozenset(
        {
            *("photos_api.send", "photos_api.photo", "photos_api.begin_upload", "photos_api.upload_standing"),
            *("photos_api.continue_upload", "photos_api.drop_upload", "photos_api.overridden"),
            "photos_api.facts",
            *("photo_access_api.address", "photo_access_api.at", "photo_access_api.views"),
            *("photo_access_api.erase", "photo_pages.retention", "photo_pages.erase"),
        }
    ),
    "a visit's evidence before issue, and receipts of what is sent of it": frozenset(
        {"evidence_api.package", "evidence_api.receipt"}
    ),
    "notes on the photos of a visit, which its team reads before issue": frozenset(
        {"plausibility_api.photo_notes", "plausibility_api.review", "plausibility.review"}
    ),
    "the staff and the team read defects found but not yet issued": frozenset(
        {"defects.index", "defects.defect", "defects_api.defects", "defects_api.defect"}
    ),
    "forms that name a visit, and what is sent of one by ODK Collect": frozenset(
        {
            *("openrosa.form_list", "openrosa.form", "openrosa.visit_form", "openrosa.manifest"),
            *("openrosa.codes", "openrosa.standing", "openrosa.submit"),
        }
    ),
    "the staff and a visit's team read messages about it before issue": frozenset(
        {
            *(
                "inbox.index",
                "inbox.message",
                "inbox.attachment",
                "inbox.due_days",
                "inbox.read_all",
                "inbox.unread",
            ),
            *("inbox_api.messages", "inbox_api.read"),
        }
    ),
    "asked for when a visit is planned, or by a tablet about to go to one": frozenset(
        {
            *("accounts_api.people", "catalogue_api.codes", "home"),
            *("forms_api.forms", "forms_api.form", "forms_api.form_paper", "forms_api.mark_sheet"),
            *("forms.index", "forms.form"),
            *("revisions_api.revisions", "revisions_api.wordings"),
            *("catalogue_api.search", "catalogue_api.index", "catalogue.index", "catalogue.code"),
            *("openrosa_api.as_xlsform", "openrosa_api.as_xform"),
        }
    ),
}
"""Reason: endpoints."""

TOLD_ROOMS = frozenset(
    {
        *("contacts", "contacts_api", "notifications", "calendar"),
        *("accounts", "accounts_api", "tenders", "tenders_api", "operations", "operations_api", "api-docs"),
        *("closures", "closures_api", "quotas", "quotas_api"),
        *("filings", "filings_api"),
        "tender_imports_api",
        # Messages whose being there would tell of a visit are not listed for anyone.
        *("operations_messages", "operations_messages_api"),
        *("scrutiny", "scrutiny_api"),  # notes rest on what is filed, and on issued inspections alone
        "revisions",  # pages about the catalogue as such; a tablet reads the API
    }
)
"""Blueprints none of whose endpoints, but those named above, has to do with a visit before issue."""

TOLD = frozenset(
    {
        "api_docs",
        *("evidence_api.keys", "evidence.verifier"),
        *("inbox.declining_page", "inbox.decline"),
        # Possible only after issue; before it they are refused like any mistake.
        *("defects.correct", "defects.review", "defects.written_review", "defects.extend"),
        *("defects_api.correct", "defects_api.review", "defects_api.extend"),
    }
)
"""Further endpoints that have nothing to do with a visit before issue."""

UNCOUNTED = frozenset({"static", "health.healthz", "health.readyz", "metrics.metrics_"})
"""Machines ask for these all the time; neither counted nor logged."""

_NAMED = frozenset().union(*WITHHELD.values())


def is_withheld(endpoint: str | None) -> bool:
    """Whether requests to an endpoint stay out of metrics and logs; None is an unknown address."""
    return endpoint is not None and endpoint not in UNCOUNTED and not _is_told(endpoint)


def is_decided(endpoint: str) -> bool:
    """Whether somebody has thought about an endpoint."""
    return endpoint in _NAMED or not is_withheld(endpoint)


def _is_told(endpoint: str) -> bool:
    return endpoint in TOLD or (endpoint.partition(".")[0] in TOLD_ROOMS and endpoint not in _NAMED)
