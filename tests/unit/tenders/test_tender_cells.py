"""What cells mean: text, money and its unit, kind."""

from collections.abc import Callable

import pytest

from inspect_app.tenders.reading import ParsedFile, Unit, UnreadableFile

ReadRow = Callable[..., ParsedFile]


def only_problem(parsed: ParsedFile) -> tuple[str, str]:
    assert parsed.rows == ()
    (rejection,) = parsed.rejected
    return rejection.field, rejection.reason


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("5225000.0", 5_225_000),
        ("5,225,000", 5_225_000),
        ("５，２２５，０００", 5_225_000),
        ("5225000元", 5_225_000),
        ("　5225000 元　", 5_225_000),
        ("0", 0),
        ("1000000000000000", 10**15),
        *((empty, None) for empty in ("", "--", "-", "－－", "(未填)", "（未填）", "　　", " ")),
    ],
)
def test_amounts_are_whole_twd(read_row: ReadRow, cell: str, amount: int | None) -> None:
    (row,) = read_row({"契約金額（元）": cell}).rows

    assert row.contract_twd == amount


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("-1", "負數"),
        ("－5,225", "負數"),
        ("100.5", "整數元"),
        ("1000000000000001", "超過"),
        ("9" * 5000, "超過"),
        ("1,23", "不是金額"),
        ("1e9", "不是金額"),
        ("約三百萬", "不是金額"),
        ("元", "不是金額"),
        ("5千元", "同一單位"),
    ],
)
def test_amounts_that_cannot_be_meant_are_rejected(read_row: ReadRow, cell: str, says: str) -> None:
    field, reason = only_problem(read_row({"預算金額(元)": cell}))

    assert field == "預算金額(元)"
    assert says in reason


@pytest.mark.parametrize(
    ("cell", "amount"), [("49,670", 49_670_000), ("52.28", 52_280), ("0.001", 1), ("1千元", 1_000)]
)
def test_thousands_come_out_as_whole_twd(read_row: ReadRow, cell: str, amount: int) -> None:
    (row,) = read_row({"契約金額（千元）": cell}).rows

    assert row.contract_twd == amount


@pytest.mark.parametrize("cell", ["0.0001", "5元"])
def test_thousands_that_are_no_whole_twd_are_rejected(read_row: ReadRow, cell: str) -> None:
    assert only_problem(read_row({"契約金額（千元）": cell}))[0] == "契約金額（千元）"


def test_a_header_without_unit_takes_the_unit_asked_for(read_row: ReadRow) -> None:
    (row,) = read_row({"契約金額": "5"}, Unit.THOUSAND_TWD).rows

    assert row.contract_twd == 5_000


@pytest.mark.parametrize(
    ("columns", "unit"),
    [
        ({"契約金額": "5"}, None),
        ({"契約金額": "5", "預算金額（千元）": "5"}, None),
        ({"契約金額(元)": "5", "預算金額（千元）": "5"}, None),
        ({"契約金額（千元）": "5"}, Unit.TWD),
    ],
)
def test_a_unit_that_is_unknown_or_contradicted_is_never_guessed(
    read_row: ReadRow, columns: dict[str, str], unit: Unit | None
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_row(columns, unit)

    assert refused.value.field == "unit"


def test_a_file_without_money_needs_no_unit(read_row: ReadRow) -> None:
    assert len(read_row({}).rows) == 1


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("&#33417;子寮工程", "芉子寮工程"),
        ("&#x8289;子寮工程", "芉子寮工程"),
        ("　排水工程（第１期）　", "排水工程（第１期）"),
        ("Cafe\u0301 整修", "Caf\u00e9 整修"),
        ("R&D &amp; 工程", "R&D &amp; 工程"),
        ("某\ue000里工程", "某\ue000里工程"),
    ],
)
def test_names_keep_their_characters(read_row: ReadRow, cell: str, name: str) -> None:
    (row,) = read_row({"標案名稱": cell}).rows

    assert row.name == name


@pytest.mark.parametrize(
    "cell", ["甲\x07乙", "甲\n乙", "甲\u202e乙", "甲&#10;乙", "甲&#9999999;", "甲&#xD800;", "甲\ufffd"]
)
def test_control_characters_are_rejected(read_row: ReadRow, cell: str) -> None:
    field, reason = only_problem(read_row({"標案名稱": cell}))

    assert (field, "控制字元" in reason) == ("標案名稱", True)


@pytest.mark.parametrize("column", ["標案編號", "標案名稱", "主辦機關"])
@pytest.mark.parametrize("blank", ["", "　", "--", "(未填)"])
def test_the_key_and_the_name_are_required(read_row: ReadRow, column: str, blank: str) -> None:
    assert only_problem(read_row({column: blank})) == (column, "不可空白。")


@pytest.mark.parametrize(
    ("column", "limit"),
    [("標案編號", 40), ("標案名稱", 200), ("主辦機關", 120), ("監造單位", 120), ("執行狀態", 20)],
)
def test_text_has_a_longest_length(read_row: ReadRow, column: str, limit: int) -> None:
    assert len(read_row({column: "長" * limit}).rows) == 1
    assert only_problem(read_row({column: "長" * (limit + 1)}))[0] == column


def test_organisations_and_words_are_taken_or_none(read_row: ReadRow) -> None:
    columns = {
        "監造單位": "甲顧問",
        "承攬廠商": "--",
        "專案管理單位": "",
        "工程類別": "道路",
        "執行狀態": "施工中",
    }
    (row,) = read_row(columns).rows

    assert (row.supervisor, row.contractor, row.pcm) == ("甲顧問", None, None)
    assert (row.category, row.status) == ("道路", "施工中")


def test_a_row_tells_which_columns_its_file_carries(read_row: ReadRow) -> None:
    (row,) = read_row({"承攬廠商": "", "契約金額（元）": "1", "年": "", "月": ""}).rows

    assert row.given == {"number", "name", "agency", "contractor", "contract_twd"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("道路工程", "work"),
        ("道路工程委託監造", "service"),
        ("道路工程測設", "service"),
        ("水域部分第一次變更設計", "service"),
    ],
)
def test_without_a_kind_the_name_decides(read_row: ReadRow, name: str, kind: str) -> None:
    (row,) = read_row({"標案名稱": name}).rows

    assert (row.kind, row.kind_given) == (kind, False)


@pytest.mark.parametrize(("cell", "kind"), [("工程", "work"), ("勞務", "service")])
def test_a_kind_in_the_file_is_stronger_than_the_name(read_row: ReadRow, cell: str, kind: str) -> None:
    (row,) = read_row({"標案名稱": "道路工程委託監造", "案件性質": cell}).rows

    assert (row.kind, row.kind_given) == (kind, True)


def test_a_blank_kind_leaves_it_to_the_name(read_row: ReadRow) -> None:
    (row,) = read_row({"標案名稱": "委託監造", "標案性質": ""}).rows

    assert (row.kind, row.kind_given) == ("service", False)


def test_another_kind_is_rejected(read_row: ReadRow) -> None:
    assert only_problem(read_row({"案件性質": "財物"}))[0] == "案件性質"


def test_all_problems_of_a_row_are_reported(read_row: ReadRow) -> None:
    bad = {"標案編號": "", "契約金額（元）": "x", "年": "102", "月": "13", "預定進度": "-1", "實際進度": "x"}

    assert [r.field for r in read_row(bad).rejected] == [
        "標案編號",
        "契約金額（元）",
        "月",
        "預定進度",
        "實際進度",
    ]
