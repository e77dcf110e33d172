"""Where sounds lie, and which make room."""

import os
import re

from speech import cache


def _sound(folder, text, size, asked):
    path = cache.path_for(folder, "roa/fr", 8000, text)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (asked, asked))
    return path


def test_a_name_is_hex_whatever_the_text(tmp_path):
    path = cache.path_for(tmp_path, "roa/fr", 8000, "../../etc/$(x); ' \" \n")
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{64}\.wav", str(path.relative_to(tmp_path)))


def test_text_voice_and_rate_make_the_name(tmp_path):
    names = {cache.path_for(tmp_path, v, r, t) for v in ("roa/fr", "gmw/de") for r in (8000, 16000) for t in ("a", "b")}
    assert len(names) == 8


def test_the_sounds_not_asked_for_longest_make_room(tmp_path):
    old, asked_again, new = (_sound(tmp_path, name, 400, at) for name, at in [("a", 1), ("b", 2), ("c", 3)])
    assert cache.touch(asked_again)
    assert cache.make_room(tmp_path, 1000, keep=new) == 800
    assert (old.exists(), asked_again.exists(), new.exists()) == (False, True, True)


def test_a_cache_within_its_limit_is_left_alone(tmp_path):
    path = _sound(tmp_path, "a", 400, 1)
    assert cache.make_room(tmp_path, 400, keep=path) == 400


def test_the_newest_stays_even_when_it_alone_is_too_large(tmp_path):
    path = _sound(tmp_path, "a", 400, 1)
    cache.make_room(tmp_path, 10, keep=path)
    assert path.exists()


def test_a_half_written_file_without_a_writer_goes(tmp_path):
    path = _sound(tmp_path, "a", 4, 1)
    (part := path.with_suffix(".123.part")).write_bytes(b"x")
    os.utime(part, (1, 1))
    (writing := path.with_suffix(".124.part")).write_bytes(b"x")
    cache.make_room(tmp_path, 1000, keep=path)
    assert (part.exists(), writing.exists(), path.exists()) == (False, True, True)


def test_a_missing_sound_is_not_touched(tmp_path):
    assert not cache.touch(tmp_path / "none.wav")
