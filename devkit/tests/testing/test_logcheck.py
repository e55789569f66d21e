"""The log check: which entries offend, what hangs below them, which are allowed and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.testing.logcheck import DEFAULT_ALLOW, check, main, read_allow_list

INFO = "2026-11-24 01:34:35,290 17342 INFO sc_test odoo.modules.loading: loading 1 modules... "
ERROR = "2026-03-02 08:00:00,000 17342 ERROR sc_test odoo.http: Exception during request. "
TRACEBACK = "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'"
DEPRECATED = (
    "2026-11-24 01:35:54,759 17371 WARNING ? py.warnings: "
    "/venv/lib/python3.11/site-packages/vobject/base.py:1219: "
    "DeprecationWarning: invalid escape sequence '\\,'\n  def x():"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "odoo.log"


@pytest.fixture
def nothing_allowed(tmp_path: Path) -> Path:
    path = tmp_path / "allow.txt"
    path.write_text("# nothing\n")
    return path


def test_an_error_comes_with_its_traceback_and_without_the_next_entry(log: Path) -> None:
    log.write_text(f"{INFO}\n{ERROR}\n{TRACEBACK}\n{INFO}\n")
    assert check(log) == [f"{ERROR}\n{TRACEBACK}"]


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_levels_that_offend(log: Path, nothing_allowed: Path, level: str) -> None:
    log.write_text(INFO.replace("INFO", level))
    assert len(check(log, nothing_allowed)) == 1


def test_an_info_entry_with_a_traceback_or_the_word_error_is_none(log: Path) -> None:
    log.write_text(f"{INFO} ERROR\n{TRACEBACK}\nERROR: new row violates\n")
    assert check(log) == []


def test_colours_and_an_unknown_database_do_not_hide_an_entry(log: Path) -> None:
    text = ERROR.replace("ERROR", "\x1b[1;31m\x1b[1;49mERROR\x1b[0m").replace("sc_test", "?")
    log.write_text(text)
    assert len(check(log)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Running as user 'root' is a security risk.\n",
        "",
        "Warning: something that is not Odoo's\n",
    ],
)
def test_text_before_the_first_entry_is_no_error(log: Path, text: str) -> None:
    log.write_text(f"{text}{INFO}\n")
    assert check(log) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{TRACEBACK}\n",
        f"{INFO}\nException in thread odoo.service.cron.cron0:\n{TRACEBACK}\n",
        f"{INFO}\nException ignored in: <function x>\n{TRACEBACK}\n",
    ],
)
def test_what_python_prints_past_the_log_is_found(log: Path, text: str) -> None:
    log.write_text(text)
    (offending,) = check(log)
    assert offending.endswith("KeyError: 'x'")


def test_allowed_by_level_logger_and_message(log: Path, tmp_path: Path) -> None:
    log.write_text(f"{ERROR}\n{ERROR.replace('odoo.http', 'odoo.sql_db')}\n")
    allow = tmp_path / "allow.txt"
    allow.write_text("# a test asks for it\n^ERROR odoo\\.http: Exception during\n")
    (offending,) = check(log, allow)
    assert "odoo.sql_db" in offending


def test_the_projects_list_allows_old_libraries_but_not_our_own_deprecations(log: Path) -> None:
    log.write_text(DEPRECATED)
    assert check(log) == []
    log.write_text(DEPRECATED.replace("site-packages/vobject", "addons/support_center"))
    assert len(check(log)) == 1


def test_each_expression_of_the_projects_list_has_a_reason() -> None:
    assert read_allow_list(DEFAULT_ALLOW)


@pytest.mark.parametrize("text", ["x\n", "# why\n\nx\n", "# why\nx\n#\ny\n"])
def test_an_expression_without_a_reason_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "allow.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"allow\.txt:\d: an expression needs"):
        read_allow_list(path)


def test_a_reason_may_stand_above_several_expressions(tmp_path: Path) -> None:
    path = tmp_path / "allow.txt"
    path.write_text("# one\n# reason\nx\ny\n# other\nz\n")
    assert [rule.reason for rule in read_allow_list(path)] == ["one reason", "one reason", "other"]


def test_a_broken_expression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "allow.txt"
    path.write_text("# why\n(\n")
    with pytest.raises(ValueError, match=r"allow\.txt:2"):
        read_allow_list(path)


def test_command_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(f"{INFO}\n")
    assert main([str(log)]) == 0
    log.write_text(f"{ERROR}\n")
    assert main([str(log)]) == 1
    assert ERROR.strip() in capsys.readouterr().out
