"""`flask content check` answers with sentences and with its exit code."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from app.cli_content import check
from tests.courses.tiny_course import SLUG, tiny_course, write


def run(folder: Path | str) -> Result:
    return CliRunner().invoke(check, [str(folder)])


def test_sound_content_is_summed_up(tmp_path: Path) -> None:
    result = run(write(tiny_course(), tmp_path))
    assert result.exit_code == 0
    assert result.output == "小さな研修: 2節、4項、事例13件、約4分\n直す所はありません。\n"


def test_each_finding_is_a_line(tmp_path: Path) -> None:
    files = tiny_course()
    files["2-more/city.ja.md"] = files["2-more/city.ja.md"].replace("filled = false\n", "")
    result = run(write(files, tmp_path))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{(tmp_path / SLUG / '2-more/city.ja.md').as_posix()}:1: ")
    assert result.stdout.count("\n") == 1
    assert result.stderr == "直す所が1件あります。\n"


def test_a_cp932_window_shows_what_it_can(tmp_path: Path) -> None:
    files = tiny_course()
    files["course.toml"] = files["course.toml"].replace("正規職員", "𠮷野—職員")
    result = CliRunner(charset="cp932").invoke(check, [str(write(files, tmp_path))])
    assert result.exit_code == 1
    assert "\\U00020bb7野" in result.stdout_bytes.decode("cp932")


def test_the_citys_settings_are_checked_too(tmp_path: Path) -> None:
    write(tiny_course(), tmp_path)
    (tmp_path / "site.toml").write_text("city = 1\n", encoding="utf-8")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{(tmp_path / 'site.toml').as_posix()}:1: ")


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere").exit_code == 2
