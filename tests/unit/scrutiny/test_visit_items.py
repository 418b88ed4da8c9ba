"""The items from which a visit's own figure of progress is read are there, and are that figure."""

from forms.published import every
from inspect_app.scrutiny.rules import rules


def test_every_checklist_that_asks_for_the_figure_is_named() -> None:
    asked = {
        (form.code, item.id)
        for form in every()
        for section in form.sections
        for item in section.items
        if item.text.startswith("實際減預定進度")
    }

    assert asked == set(rules().visit_items.items())
