"""What `make bench` makes of its samples, of what the installers say, and of the machine."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from devkit.env import uv
from devkit.testing.bench import floor_addon, machine, peers, samples, table
from devkit.testing.bench.samples import FLOOR, OURS, Figure, Sample, Spread
from devkit.ui import Problem


def _sample(contender: str, number: int, seconds: float, queries: float = 10) -> Sample:
    return Sample("create_one", contender, number, seconds, queries)


def test_samples_survive_their_file(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    assert samples.read(path) == []
    written = [_sample(FLOOR, 0, 0.25), Sample("slots", "x", 1, error="no – such thing")]
    for sample in written:
        samples.write(path, sample)
    assert samples.read(path) == written


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], Spread(3, 3, 3)),
        ([1.0, 3.0], Spread(2, 1.5, 2.5)),
        ([5.0, 1.0, 2.0, 4.0, 3.0], Spread(3, 2, 4)),
        # One that was disturbed moves neither.
        ([1.0, 2.0, 3.0, 4.0, 900.0], Spread(3, 2, 4)),
    ],
)
def test_spread_is_median_and_quartiles(values: list[float], expected: Spread) -> None:
    assert samples.spread(values) == expected


def test_a_ratio_is_to_the_floor_of_the_same_round() -> None:
    measured = [
        _sample(FLOOR, 0, 1),
        _sample(FLOOR, 1, 10),
        _sample(FLOOR, 2, 1),
        _sample(OURS, 0, 2, 20),
        # A busy moment, for both.
        _sample(OURS, 1, 20, 22),
        _sample(OURS, 2, 2, 20),
        # Measured less often.
        _sample("x", 1, 30, 40),
    ]
    figures = samples.summarize(measured)["create_one"]
    assert figures[FLOOR].ratio is None
    assert figures[FLOOR].seconds == Spread(1, 1, 5.5)
    assert figures[OURS].ratio == Spread(2, 2, 2)
    assert figures[OURS].queries == 20
    assert figures["x"] == Figure(Spread(30, 30, 30), 40, Spread(3, 3, 3))


def test_without_a_floor_there_is_no_ratio() -> None:
    figures = samples.summarize([Sample("ranking", OURS, 0, 0.03, 15)])
    assert figures["ranking"][OURS].ratio is None


def test_one_that_failed_has_no_figure_but_a_reason() -> None:
    measured = [_sample(FLOOR, 0, 1), Sample("create_one", "x", 0, error="broken")]
    assert "x" not in samples.summarize(measured)["create_one"]
    assert samples.errors(measured) == {("create_one", "x"): "broken"}


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (0.08, "0.08"),
        (0.949, "0.95"),
        (1, "1"),
        (1.96, "2.0"),
        (9.94, "9.9"),
        (9.96, "10"),
        (46.4, "46"),
        (513.0, "513"),
    ],
)
def test_two_digits_are_enough(number: float, shown: str) -> None:
    assert table.show_number(number) == shown


def test_a_cell_is_a_ratio_or_milliseconds_with_spread_and_queries() -> None:
    seconds = Spread(0.0185, 0.018, 0.02)
    assert table.show(Figure(seconds, 32, None)) == "18 ms (18–20), 32 q"
    ratio = Spread(1.97, 1.8, 2.2)
    assert table.show(Figure(seconds, 0.1, ratio)) == "2.0 × (1.8–2.2), 0.10 q"
    assert table.show(None) == "–"


def test_a_table_has_the_rows_that_were_measured_and_a_column_for_each() -> None:
    measured = [_sample(FLOOR, 0, 0.005), _sample(OURS, 0, 0.01, 24)]
    errors = {("create_one", "crm.lead"): "broken"}
    head, rule, *rows = table.make_table(samples.summarize(measured), errors)
    assert head.count("|") == rule.count("|") == len(table.CONTENDERS) + 2
    assert rows == ["| create one | 5 ms (5–5), 10 q | 2 × (2–2), 24 q | failed | – | – | – |"]


def test_a_table_replaces_the_one_of_its_series_alone() -> None:
    begin, end = (marker.format(series="17.0") for marker in (table.BEGIN, table.END))
    other = "<!-- bench 19.0 begin -->\nkept\n<!-- bench 19.0 end -->"
    text = f"before\n{begin}\nold\n{end}\n{other}\nafter\n"
    once = table.insert(text, "17.0", ["new"])
    assert once == f"before\n{begin}\n\nnew\n\n{end}\n{other}\nafter\n"
    assert table.insert(once, "17.0", ["new"]) == once
    with pytest.raises(Problem, match=r"18\.0 begin"):
        table.insert(text, "18.0", [])


def test_the_document_has_the_places_of_both_series() -> None:
    text = (Path(__file__).parents[3] / "docs" / "performance.md").read_text(encoding="utf-8")
    for series in ("17.0", "19.0"):
        assert "\nx\n" in table.insert(text, series, ["x"])


def test_a_package_s_needs_are_read_but_for_odoo() -> None:
    metadata = (
        "Metadata-Version: 2.1\nName: odoo-addon-x\nRequires-Dist: cssselect\n"
        "Requires-Dist: odoo-addon-Web_Calendar>=17.0dev,<17.1dev\n"
        "Requires-Dist: odoo (>=17.0a,<17.1dev)\n\nRequires-Dist: of the text\n"
    )
    assert peers.find_requirements(metadata) == ["cssselect", "odoo-addon-web_calendar"]
    assert peers.find_requirements("Name: x\n") == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("ERROR: No matching distribution found for x==19.0.*", "PyPI has no x for 19.0."),
        ("x was not found in the package registry", "PyPI has no x for 19.0."),
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken\n"
            "ERROR: No matching distribution found for x==19.0.*",
            "x could not be fetched, since PyPI does not answer here.",
        ),
        (
            "error: Failed to fetch: `https://pypi.org/simple/x/`",
            "x could not be fetched, since PyPI does not answer here.",
        ),
    ],
)
def test_why_a_peer_is_missing_is_one_plain_sentence(told: str, expected: str) -> None:
    assert peers.explain("x==19.0.*", "19.0", told) == expected


def test_without_pypi_the_bench_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def _run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "error: Failed to fetch")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(uv, "obtain", lambda _log: Path("uv"))
    monkeypatch.setattr(subprocess, "run", _run)
    found = peers.fetch("17.0", tmp_path / "log")
    assert not found.versions
    assert set(found.missing) == set(peers.WANTED)
    assert all("does not answer" in reason for reason in found.missing.values())


def test_what_was_fetched_is_found_with_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def _run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        folder, requirement = Path(command[-2]), command[-1]
        asked.append(requirement)
        name = requirement.partition("=")[0]
        info = folder / f"{name.replace('-', '_')}-17.0.1.dist-info"
        info.mkdir(parents=True)
        needs = "Requires-Dist: cssselect\n" if name.endswith("booking") else ""
        text = f"Name: {name}\nVersion: 17.0.1\n{needs}"
        (info / "METADATA").write_text(text, encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(uv, "obtain", lambda _log: Path("uv"))
    monkeypatch.setattr(subprocess, "run", _run)
    for _again in range(2):
        found = peers.fetch("17.0", tmp_path / "log")
        assert found.versions == dict.fromkeys(peers.WANTED, "17.0.1")
    assert asked == [
        "odoo-addon-helpdesk_mgmt==17.0.*",
        "odoo-addon-resource_booking==17.0.*",
        "cssselect",
    ]


def test_the_processor_is_named_as_its_maker_does() -> None:
    text = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)  CPU @ 2GHz\nmodel name\t: other\n"
    assert machine.find_model(text) == "Intel Xeon CPU @ 2GHz"
    assert not machine.find_model("")
    assert machine.describe().endswith(" cores")


def test_the_floor_is_an_addon_of_its_series(tmp_path: Path) -> None:
    home = floor_addon.write(tmp_path, "19.0") / floor_addon.NAME
    manifest = ast.literal_eval((home / "__manifest__.py").read_text(encoding="utf-8"))
    assert manifest["version"] == "19.0.1.0.0"
    assert all((home / name).is_file() for name in manifest["data"])
    assert floor_addon.MODEL in (home / "models.py").read_text(encoding="utf-8")
