"""What `make bench GROWTH=1` asks for and shows."""

from __future__ import annotations

import pytest

from devkit.testing.growth.command import (
    LIFE,
    Cost,
    bytes_table,
    capacity_lines,
    get_life,
    is_growing,
    short,
    show,
    table,
)
from devkit.testing.growth.kinds import (
    KINDS,
    OPEN,
    SIZES,
    contacts,
    moment_sql,
    parse_sizes,
    prototype_sql,
)
from devkit.testing.growth.tables import find_unused


def test_sizes_are_sorted_and_default_to_three() -> None:
    assert parse_sizes("") == sorted(SIZES)
    assert parse_sizes("100000, 10000,100000") == [10_000, 100_000]


@pytest.mark.parametrize("text", ["many", "10000,1e6", str(OPEN)])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"too small|invalid literal"):
        parse_sizes(text)


def test_the_history_is_all_that_is_not_open() -> None:
    assert sum(kind.percent for kind in KINDS) == 100
    assert all(bool(kind.count) != bool(kind.percent) for kind in KINDS)
    assert all(bool(kind.moment) == bool(kind.count) for kind in KINDS)


def test_each_kind_has_its_prototype_in_the_order_of_numbers() -> None:
    sql = prototype_sql({kind.name: number for number, kind in enumerate(KINDS)})
    assert sql.startswith("CASE WHEN number < 200 THEN 0 WHEN number < 2000 THEN 1 ")
    assert "WHEN mod(number * 37, 100) < 70 THEN 7 WHEN mod(number * 37, 100) < 85 THEN 8" in sql
    assert sql.count("WHEN") == len(KINDS)


def test_an_open_kind_counts_from_zero() -> None:
    assert "(number - 200) / 400" in moment_sql()


def test_contacts_grow_with_the_appointments() -> None:
    assert [contacts(size) for size in (0, 1, 10_000, 1_000_000)] == [0, 1_000, 1_000, 100_000]


@pytest.mark.parametrize(
    ("first", "last", "grows"),
    [
        (Cost(100, 9), Cost(200, 9), False),  # 1.5 times the logarithm's 1.5, and a little
        (Cost(100, 9), Cost(240, 9), True),
        (Cost(0.5, 1), Cost(9, 1), False),  # nobody notices
        (Cost(100, 9), Cost(100, 20), True),
    ],
)
def test_growth_beyond_the_logarithm(first: Cost, last: Cost, *, grows: bool) -> None:
    assert is_growing(first, 10_000, last, 1_000_000) is grows


def test_the_table() -> None:
    figures = {
        100_000: {"board": Cost(1234.5, 24), "list": Cost(9.25, 8), "mail, each": Cost(9, 1)},
        10_000: {"board": Cost(100.4, 24), "list": Cost(4.0, 7), "mail, each": Cost(4, 1)},
    }
    assert table(figures) == [
        "| work, ms | 10k | 100k | queries | growth |  |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        "| board | 100 | 1,234 | 24 | 12.3 × | **grows** |",
        "| list | 4.0 | 9.2 | 7–8 | 2.3 × |  |",
        "| mail, each | 4.0 | 9.0 | 1 | 2.2 × | **grows** |",
    ]


def test_work_that_failed_at_one_size_is_left_blank() -> None:
    lines = table({10_000: {"board": Cost(1, 2)}, 100_000: {"list": Cost(3, 4)}})
    assert lines[2:] == ["| board | 1.0 |  | 2 |  |  |", "| list |  | 3.0 | 4 |  |  |"]


def test_a_size_as_people_say_it() -> None:
    assert [short(size) for size in (999, 10_000, 12_345, 1_500_000)] == [
        "999",
        "10k",
        "12345",
        "1.5M",
    ]


def test_bytes_are_those_of_the_last_growth() -> None:
    sizes = {
        10: {"a": {"table": 100, "indexes": 50, "rows": 10}},
        20: {
            "a": {"table": 300, "indexes": 100, "rows": 40},
            "b": {"table": 4, "indexes": 4, "rows": 1},
        },
    }
    assert bytes_table(sizes)[2:] == ["| a | 20 | 5 | 3.00 |", "| in all | 20 | 5 |  |"]
    assert bytes_table({20: sizes[20]})[2:] == ["| a | 15 | 5 | 2.00 |", "| in all | 15 | 5 |  |"]


def test_an_index_is_unused_that_was_used_before_only() -> None:
    before = {"a": (7, "a, 1 MB"), "b": (7, "b, 1 MB")}
    after = {"a": (7, "a, 2 MB"), "b": (8, "b, 2 MB"), "c": (0, "c, 1 MB"), "d": (1, "d")}
    assert find_unused(before, after) == ["a, 2 MB", "c, 1 MB"]


def test_what_a_node_sustains() -> None:
    costs = {f"{beginning} of something": Cost(10, 1) for beginning in LIFE}
    assert get_life(costs) == 10 * sum(LIFE.values())
    (line,) = capacity_lines({10_000: costs, 100_000: {}})[2:]
    assert line == "| 10k | 130 | 664,615 |"
    assert capacity_lines({10_000: {}}) == []


def test_everything_is_shown() -> None:
    found = {
        "work": {"board": {"milliseconds": 1.0, "queries": 2}},
        "failed": ["list: no"],
        "bytes": {},
        "unindexed": ["a.b → c"],
        "unused": [],
    }
    text = show({10_000: found})
    assert "- a.b → c" in text
    assert "- list: no" in text
    assert "nothing used" not in text
