"""The line editor: keys in, lines out; whatever is printed meanwhile, the line being typed stays."""

import pytest

from worker.prompt import Edited


def typed(keys: list[str], line: Edited | None = None) -> tuple[Edited, list[str]]:
    line = line or Edited()
    return line, [entered for key in keys if (entered := line.press(key)) is not None]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ([*"kitchen", "\n"], "kitchen"),
        ([*"kitchem", "\x7f", "n", "\n"], "kitchen"),
        ([*"itchen", "\x01", "k", "\n"], "kitchen"),
        ([*"kithen", "\x1b[D", "\x1b[D", "\x1b[D", "c", "\x05", "!", "\n"], "kitchen!"),
        ([*"a red kitchen", "\x17", "\x17", *"big one", "\n"], "a big one"),
        ([*"never mind", "\x15", *"kitchen", "\n"], "kitchen"),
        ([*"kitchenette", "\x1b[D", "\x1b[D", "\x1b[D", "\x1b[D", "\x0b", "\n"], "kitchen"),
        ([*"Küche 台所", "\x7f", "\n"], "Küche 台"),
        (["\x1b[200~", *"two", "\n", "lines", "\x1b[201~", "\n"], "two lines"),
        (["\x1b[15~", "\x07", *"ok", "\n"], "ok"),
    ],
)
def test_keys_make_the_line_a_person_expects(keys: list[str], line: str) -> None:
    assert typed(keys)[1] == [line]


def test_the_arrow_up_brings_earlier_lines_back_and_down_the_unfinished_one() -> None:
    line, _ = typed([*"one", "\n", *"two", "\n", *"thr"])
    assert [typed([key], line)[0].text for key in ("\x1b[A", "\x1b[A", "\x1b[A", "\x1b[B", "\x1b[B")] == ["two", "one", "one", "two", "thr"]


def test_ctrl_d_ends_only_an_empty_line() -> None:
    line, _ = typed([*"ab", "\x01", "\x04"])
    assert line.text == "b"
    with pytest.raises(EOFError):
        typed(["\x04"])
