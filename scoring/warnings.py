"""What a panel should look at before a grade is announced; a warning changes no figure.

Outside experts below their share (組織準則 art. 5), a single member, a mark without which the grade were another.
"""

from collections.abc import Sequence

from scoring.lawbook import Law
from scoring.rounding import Mean, half_up_of
from scoring.types import Mark, Step, step

FEWEST = 2


def of_panel(marks: Sequence[Mark], mean: Mean, law: Law, *, is_forced: bool) -> list[Step]:
    """Return the warnings for a visit's marks, as steps; no mark decides a grade that a finding forces."""
    if mean.of < FEWEST:
        return [*_outside(marks, law), _few(marks, law)]
    return _outside(marks, law) + ([] if is_forced else _deciding(marks, mean, law))


def _outside(marks: Sequence[Mark], law: Law) -> list[Step]:
    panel = law.organisation.panel_if_known
    if panel is None:
        return []
    outside = sum([mark.outside for mark in marks])
    if outside * panel.of_parts >= panel.outside_parts * len(marks):
        return []
    inputs: dict[str, object] = {"outside": outside, "count": len(marks)}
    return [step("warning.outside_share", panel.source.citation, inputs, str(panel.outside_share))]


def _few(marks: Sequence[Mark], law: Law) -> Step:
    article = law.inspection.grades.source.citation
    return step("warning.few_members", article, {"count": len(marks)}, FEWEST)


def _deciding(marks: Sequence[Mark], mean: Mean, law: Law) -> list[Step]:
    """Return a warning for each mark without which the mean of the others earns another grade."""
    rule, totals, others = law.inspection.grades, [mark.total for mark in marks], mean.of - 1
    least, most = half_up_of(mean.sum - max(totals), others), half_up_of(mean.sum - min(totals), others)
    bands = rule.by_score
    if bands[least] is bands[most]:
        return []  # every mean, of all or of all but one, lies between these two
    grade = bands[mean.half_up].grade
    found = []
    for member, total, _ in sorted(marks):
        without = half_up_of(mean.sum - total, others)
        if (other := bands[without].grade) != grade:
            inputs = {"member": member, "total": total, "without": without, "grade": grade}
            found.append(step("warning.deciding_mark", rule.source.citation, inputs, other))
    return found
