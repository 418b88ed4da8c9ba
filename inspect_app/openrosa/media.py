"""The file that goes with every form: the defect catalogue, which a tablet searches by code and title."""

import csv
import hashlib
import io

from forms.catalogue import Catalogue, DefectCode
from forms.points import MOST_POINTS


def codes(lines: Catalogue) -> bytes:
    """A catalogue's items as CSV: code, label in both languages, and the points a defect may cost."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("name", "label", "points"))
    writer.writerows((item.code, _label(item), _points(item)) for item in lines.items)
    return out.getvalue().encode()


def md5(data: bytes) -> str:
    """A hash as OpenRosa writes it; it tells a tablet that something changed, and protects nothing."""
    return f"md5:{hashlib.md5(data, usedforsecurity=False).hexdigest()}"


def _label(item: DefectCode) -> str:
    return f"{item.code} {item.title} {item.english}"


def _points(item: DefectCode) -> str:
    return " ".join(str(each) for each in item.allowed or range(MOST_POINTS + 1))
