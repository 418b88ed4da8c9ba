"""What a panel should look at before a grade is announced; a warning changes no figure.

Outside experts below their share (組織準則 art. 5), a single member, a mark without which the grade were another.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoring.errors import RuleNotInForce
from scoring.lawbook import Law
from scoring.rounding import half_up
from scoring.types import Mark, Step

FEWEST = 2


def of_panel(marks: Sequence[Mark], law: Law) -> list[Step]:
    """Return the warnings for a visit's marks, as steps."""
    return [*_outside(marks, law), *_few(marks, law), *_deciding(marks, law)]


def _outside(marks: Sequence[Mark], law: Law) -> Iterator[Step]:
    try:
        panel = law.organisation.panel
    except RuleNotInForce:
        return  # no text of that time is at hand
    outside = sum(mark.outside for mark in marks)
    if Fraction(outside, len(marks)) < panel.outside_share:
        inputs: dict[str, object] = {"outside": outside, "count": len(marks)}
        yield Step("warning.outside_share", panel.source.citation, inputs, str(panel.outside_share))


def _few(marks: Sequence[Mark], law: Law) -> Iterator[Step]:
    if len(marks) < FEWEST:
        article = law.inspection.grades.source.citation
        yield Step("warning.few_members", article, {"count": len(marks)}, FEWEST)


def _deciding(marks: Sequence[Mark], law: Law) -> Iterator[Step]:
    """Yield a warning for each mark without which the mean of the others earns another grade."""
    if len(marks) < FEWEST:
        return
    bands, total = law.inspection.grades, sum(mark.total for mark in marks)
    grade = bands.of_score(half_up(Fraction(total, len(marks)))).grade
    for mark in sorted(marks, key=lambda each: each.member):
        without = half_up(Fraction(total - mark.total, len(marks) - 1))
        if (other := bands.of_score(without).grade) != grade:
            inputs: dict[str, object] = {
                "member": mark.member,
                "total": mark.total,
                "without": without,
                "grade": grade,
            }
            yield Step("warning.deciding_mark", bands.source.citation, inputs, other)
