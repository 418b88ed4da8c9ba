"""Quota, penalty, filing and progress against a second, slow telling of the rules."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import Json, ask

bounded = settings(max_examples=200, deadline=None)

# --- quota: every tender and every visit one by one -------------------------------------------------------

EDGES = (999_999, 1_000_000, 1_499_999, 1_500_000, 9_999_999, 10_000_000, 49_999_999, 50_000_000)
YEARS = {
    2002: (50_000_000,),
    2020: (50_000_000, 10_000_000, 1_000_000),
    2022: (50_000_000, 10_000_000, 1_000_000),
}
YEARS[2024] = (50_000_000, 10_000_000, 1_500_000)
MINIMA = {2002: (0,), 2020: (20, 15, 20), 2022: (20, 15, 10), 2024: (20, 15, 10)}


@st.composite
def years(draw: st.DrawFn) -> Json:
    year = draw(st.sampled_from(sorted(YEARS)))
    first = date(year, 9, 1) if year == 2002 else date(year, 1, 1)
    as_of = draw(st.dates(max(first, date(year, 9, 1)), date(year, 12, 31)))
    tenders = [
        {"id": f"T{i}", "budget_twd": budget, "own": draw(st.booleans()), "count": draw(st.integers(1, 25))}
        for i, budget in enumerate(draw(st.lists(st.sampled_from(EDGES), max_size=6)))
    ]
    visits = [
        {
            "tender": tender["id"],
            "on": draw(st.dates(date(year - 1, 12, 30), date(year + 1, 1, 2))).isoformat(),
            "kind": draw(st.sampled_from(["inspection", "inspection", "reinspection", "agency_check"])),
            "count": draw(st.integers(1, tender["count"])),
        }
        for tender in tenders
        for _ in range(draw(st.integers(0, 3)))
    ]
    overrides = [
        {
            "band": draw(st.integers(0, len(YEARS[year]) - 1)),
            "required": draw(st.integers(0, 40)),
            "document": "d",
            "approved_on": draw(st.dates(date(year, 8, 1), date(year, 12, 31))).isoformat(),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    return {
        "year": year,
        "as_of": as_of.isoformat(),
        "tenders": tenders,
        "inspections": visits,
        "overrides": overrides,
    }


def approved_number(asked: Json, band: int) -> int | None:
    held = [
        (each["approved_on"], place, each["required"])
        for place, each in enumerate(asked["overrides"])
        if each["band"] == band and each["approved_on"] <= asked["as_of"]
    ]
    return max(held)[2] if held else None


def oracle(asked: Json) -> Json:
    year, floors = asked["year"], YEARS[asked["year"]]
    counting = [
        visit
        for visit in asked["inspections"]
        if visit["kind"] != "agency_check" and f"{year}-01-01" <= visit["on"] <= asked["as_of"]
    ]
    bands, unvisited, seen = [], 0, set()
    for number, floor in enumerate(floors):
        top = floors[number - 1] if number else 10**19
        mine = [each for each in asked["tenders"] if floor <= each["budget_twd"] < top]
        single = [(each["id"], i) for each in mine for i in range(each["count"])]
        ids = {each["id"] for each in mine}
        seen |= ids
        inspected: set[tuple[str, int]] = set()
        for group in ids:
            rows = [each for each in counting if each["tender"] == group and each["kind"] == "inspection"]
            inspected |= {(group, i) for i in range(sum(each["count"] for each in rows))}
        minimum = MINIMA[year][number]
        share = ceil(Fraction(len(single), 5)) if number == 0 and year < 2021 else 0
        number_approved = approved_number(asked, number)
        if number_approved is not None:
            required = number_approved
        elif len(single) < minimum:
            required = len(single)
            unvisited += len(set(single) - inspected)
        else:
            required = max(minimum, share)
        done = sum(each["count"] for each in counting if each["tender"] in ids)
        bands.append((len(single), required, done, max(0, required - done)))
    own = sum(each["count"] for each in asked["tenders"] if each["own"] and each["budget_twd"] >= floors[-1])
    ratio = {"tenders": own, "required": ceil(Fraction(own, 10))} if year > 2021 else None
    required = max(sum(band[1] for band in bands), ratio["required"] if ratio else 0)
    done = sum(band[2] for band in bands)
    short = sum(band[3] for band in bands)
    percent = (Decimal(done * 100) / required).quantize(Decimal(1), ROUND_HALF_UP) if required else None
    return {
        "bands": bands,
        "ratio_base": ratio,
        "required": required,
        "done": done,
        "unvisited": unvisited,
        "outside": sum(each["count"] for each in counting if each["tender"] not in seen),
        "percent": None if percent is None else int(percent),
        "met": done >= required and not short and not unvisited,
    }


@bounded
@given(years())
def test_a_quota_agrees_with_counting_one_by_one(asked: Json) -> None:
    answer = ask("quota", **asked)
    told = oracle(asked)
    bands = [
        tuple(band[key] for key in ("tenders", "required", "done", "shortfall")) for band in answer["bands"]
    ]

    assert bands == told.pop("bands")
    assert {key: answer[key] for key in told} == told


@bounded
@given(years(), st.randoms())
def test_the_order_of_tenders_and_visits_says_nothing(asked: Json, random: Any) -> None:
    mixed = {**asked, "tenders": [*asked["tenders"]], "inspections": [*asked["inspections"]]}
    random.shuffle(mixed["tenders"])
    random.shuffle(mixed["inspections"])

    assert ask("quota", **mixed) == ask("quota", **asked)


@bounded
@given(years())
def test_a_group_may_be_written_out_tender_by_tender(asked: Json) -> None:
    unvisited = {**asked, "inspections": []}
    split = [
        {**each, "id": f"{each['id']}/{i}", "count": 1}
        for each in asked["tenders"]
        for i in range(each["count"])
    ]

    assert ask("quota", **{**unvisited, "tenders": split}) == ask("quota", **unvisited)


@bounded
@given(years(), st.integers(0, 30))
def test_a_forecast_plans_what_is_needed_and_no_month_more_than_the_pace(asked: Json, pace: int) -> None:
    answer = ask("quota", **asked, visits_per_month=pace)
    told = answer["forecast"]
    planned = sum(month["visits"] for month in told["plan"])

    assert told["needed"] == sum(told["bands"]) + told["anywhere"] == planned + told["missing"]
    assert all(month["visits"] <= pace for month in told["plan"])
    assert told["reachable"] is (told["needed"] <= pace * told["months_left"])
    assert (told["needed"] == 0) is answer["met"]
    visits = [month["visits"] for month in told["plan"]]
    assert visits == sorted(visits, reverse=True)
    assert not visits or max(visits) - min(visits) <= 1


# --- penalty ----------------------------------------------------------------------------------------------

PARTIES = ("contractor", "supervisor", "pcm", "agency")
deductions = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.just("5.01.01"),
            "party": st.sampled_from(PARTIES),
            "points": st.integers(0, 5),
            "also": st.lists(st.sampled_from(PARTIES), max_size=4),
            "multiplier": st.integers(1, 3),
        }
    ),
    max_size=12,
)


@bounded
@given(st.sampled_from([0, 10**7 - 1, 10**7, 5 * 10**7 - 1, 5 * 10**7, 2 * 10**8 - 1, 2 * 10**8]), deductions)
def test_a_penalty_agrees_with_adding_up_party_by_party(twd: int, rows: list[Json]) -> None:
    size = sum(twd >= limit for limit in (10**7, 5 * 10**7, 2 * 10**8))
    answer = ask("penalty", procurement_twd=twd, deductions=rows)
    total = 0
    for party in PARTIES:
        points = sum(
            row["points"] * row["multiplier"] for row in rows if party in {row["party"], *row["also"]}
        )
        rate = 0 if party == "agency" else (1000 if party == "contractor" else 250) * 2**size
        total += points * rate
        told = {"points": points, "per_point_twd": rate, "fine_twd": points * rate} if points else None
        assert answer["parties"].get(party) == told

    assert answer["total_twd"] == total


# --- filing -----------------------------------------------------------------------------------------------

EDGE = datetime(2026, 11, 6, 16, tzinfo=UTC)
moments = st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-400_000, 400_000)).map(
    lambda seconds: EDGE + timedelta(seconds=seconds)
)
entries = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["甲", "乙"]), st.booleans(), st.none() | moments),
    max_size=12,
)


@bounded
@given(moments, entries)
def test_filings_agree_with_looking_at_each_entry(as_of: datetime, rows: list[tuple[Any, ...]]) -> None:
    listed = [
        {"tender": t, "agency": a, "must_file": m, "filed_at": f and f.isoformat()} for t, a, m, f in rows
    ]
    answer = ask("filing", month="2026-10", as_of=as_of.isoformat(), entries=listed)
    due = [(t, a, f) for t, a, m, f in rows if m]
    missing = [(t, a) for t, a, f in due if f is None or f > as_of]
    on_time = [a for t, a, f in due if f is not None and f <= as_of and f < EDGE]

    assert (answer["due"], answer["on_time"], answer["missing"]) == (len(due), len(on_time), len(missing))
    assert answer["late"] == len(due) - len(on_time) - len(missing)
    assert answer["flagged"] == (sorted(t for t, _ in missing) if as_of >= EDGE else [])
    assert [each["agency"] for each in answer["agencies"]] == sorted({a for _, a, _ in due})
    for each in answer["agencies"]:
        assert each["on_time"] == on_time.count(each["agency"])
        assert each["due"] == each["on_time"] + each["late"] + each["missing"]


# --- progress ---------------------------------------------------------------------------------------------

percents = st.integers(0, 99_999).map(lambda cents: f"{cents // 100}.{cents % 100:02}")


@bounded
@given(st.lists(st.tuples(percents, percents), max_size=20), st.one_of(st.integers(0, 100), percents))
def test_progress_agrees_with_decimals(rows: list[tuple[str, str]], limit: int | str) -> None:
    answer = ask("progress", tenders=[{"planned": a, "actual": b} for a, b in rows], limit=limit)
    behind = sum(Decimal(a) - Decimal(b) >= Decimal(limit) for a, b in rows)

    assert (answer["total"], answer["behind"], answer["on_track"]) == (len(rows), behind, len(rows) - behind)
    if rows:
        share = (Decimal(behind * 100) / len(rows)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert answer["behind_percent"] == str(share)
