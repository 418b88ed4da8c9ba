"""An inspection's page: everything its reader may see, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from forms.schema import load
from inspect_app.core import audit
from inspect_app.core.auth import Actor
from inspect_app.core.permissions import INSPECTED, Role
from inspect_app.core.problems import Problem
from inspect_app.core.roc import format_weekday
from inspect_app.defects import queries as defects
from inspect_app.defects.words import OPEN, SEVERITIES, PARTIES, STATES as DEFECT_STATES
from inspect_app.inspections import (
    decisions,
    pages_history,
    pages_next,
    pages_score,
    policy,
    queries,
    scores,
    submissions,
)
from inspect_app.inspections.body import SubmissionBody
from inspect_app.inspections.models import CANCELLED, PLANNED, Inspection, NamedPhoto
from inspect_app.inspections.views import InspectionView, view
from inspect_app.layout.parts import Photo
from inspect_app.photos import queries as photos

if TYPE_CHECKING:
    from inspect_app.defects.models import Defect, DefectStep
