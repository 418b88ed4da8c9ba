"""What a panel should look at before a grade is announced; a warning changes no figure.

Outside experts below their share (組織準則 art. 5), a single member, a mark without which the grade were another.
"""

from collections.abc import Iterator, Sequence

from scoring import lawbook
from scoring.lawbook import Law
from scoring.parameters import Panel
from scoring.rounding import half_up_of
from scoring.types import Mark, Step

FEWEST = 2


def of_panel(marks: Sequence[Mark], law: Law, *, is_forced: bool = False) -> list[Step]:
    """Return the warnings for a visit's marks, as steps; no mark decides a grade that a finding forces."""
    return [*_outside(marks, law), *_few(marks, law), *(() if is_forced else _deciding(marks, law))]


def _outside(marks: Sequence[Mark], law: Law) -> Iterator[Step]:
    outside = sum([mark.outside for mark in marks])
    panel = lawbook.on(law.day, Panel)
    if panel and outside * panel.of_parts < panel.outside_parts * len(marks):
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
    bands, totals = law.inspection.grades, [mark.total for mark in marks]
    total, others = sum(totals), len(totals) - 1
    least, most = half_up_of(total - max(totals), others), half_up_of(total - min(totals), others)
    if bands.of_score(least) == bands.of_score(most):
        return  # every mean, of all or of all but one, lies between these two
    grade = bands.of_score(half_up_of(total, len(marks))).grade
    for mark in sorted(marks, key=lambda each: each.member):
        without = half_up_of(total - mark.total, others)
        if (other := bands.of_score(without).grade) != grade:
            inputs: dict[str, object] = {
                "member": mark.member,
                "total": mark.total,
                "without": without,
                "grade": grade,
            }
            yield Step("warning.deciding_mark", bands.source.citation, inputs, other)
