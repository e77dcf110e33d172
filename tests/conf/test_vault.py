"""The vault: what goes in comes out, for its owner alone, and never altered."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.vault import CHUNK, Damaged, Unlocked, Vault, new_key

PUBLIC, SECRET = new_key()
MINE = Unlocked(SECRET)
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5]


def content(size: int) -> bytes:
    return bytes(place % 251 for place in range(size))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def file_of(vault: Vault) -> Path:
    return vault.root / "1" / "recording" / "a"


@pytest.mark.parametrize("size", SIZES)
def test_there_and_back(vault: Vault, size: int) -> None:
    vault.put(1, "recording", "a", io.BytesIO(content(size)), PUBLIC)
    with vault.open(1, "recording", "a", MINE) as opened:
        assert opened.read() == content(size)
    if size > 64:
        assert content(size)[:64] not in file_of(vault).read_bytes()
    assert file_of(vault).stat().st_mode & 0o777 == 0o600


@given(start=st.integers(0, 3 * CHUNK + 10), length=st.integers(0, CHUNK + 10))
def test_a_player_jumps(tmp_path_factory: pytest.TempPathFactory, start: int, length: int) -> None:
    vault = Vault(tmp_path_factory.getbasetemp() / "jumps")
    whole = content(3 * CHUNK + 5)
    if not file_of(vault).exists():
        vault.put(1, "recording", "a", io.BytesIO(whole), PUBLIC)
    with vault.open(1, "recording", "a", MINE) as opened:
        opened.seek(start)
        assert opened.read(length) == whole[start : start + length]
        opened.seek(-5, io.SEEK_END)
        assert opened.read() == whole[-5:]


def test_another_s_key_does_not_open(vault: Vault) -> None:
    vault.put(1, "recording", "a", io.BytesIO(b"words"), PUBLIC)
    with pytest.raises(Damaged):
        vault.open(1, "recording", "a", Unlocked(new_key()[1]))
    assert SECRET.hex() not in repr(MINE)
    assert str(SECRET) not in repr(MINE)


def read(vault: Vault, subscriber: int = 1, name: str = "a") -> bytes:
    with vault.open(subscriber, "recording", name, MINE) as opened:
        return opened.read()


def test_a_file_moved_cut_or_changed_does_not_open(vault: Vault) -> None:
    vault.put(1, "recording", "a", io.BytesIO(content(2 * CHUNK + 5)), PUBLIC)
    whole = file_of(vault).read_bytes()
    for place in (0, 1, 40, 80, 100, len(whole) - 1):
        file_of(vault).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(Damaged):
            read(vault)
    for length in (0, 10, 81, 81 + CHUNK + 16, len(whole) - 1):
        file_of(vault).write_bytes(whole[:length])
        with pytest.raises(Damaged):
            read(vault)
    swapped = whole[:81] + whole[81 + CHUNK + 16 : 81 + 2 * (CHUNK + 16)] + whole[81 : 81 + CHUNK + 16] + whole[-21:]
    file_of(vault).write_bytes(swapped)
    with pytest.raises(Damaged):
        read(vault)
    for subscriber, name in ((2, "a"), (1, "b")):
        other = vault.root / str(subscriber) / "recording" / name
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(whole)
        with pytest.raises(Damaged):
            read(vault, subscriber, name)


def test_listed_and_deleted_by_subscriber(vault: Vault) -> None:
    for subscriber in (1, 2):
        vault.put(subscriber, "fax", f"of-{subscriber}", io.BytesIO(b"x"), PUBLIC)
    assert list(vault.list(1, "fax")) == ["of-1"]
    assert list(vault.list(3, "fax")) == []
    assert not vault.delete(1, "fax", "of-2")
    assert vault.delete(1, "fax", "of-1")
    assert list(vault.list(1, "fax")) == []
    assert list(vault.list(2, "fax")) == ["of-2"]
    with pytest.raises(FileNotFoundError):
        vault.open(1, "fax", "of-1", MINE)


def test_no_name_leaves_its_place(vault: Vault) -> None:
    for kind, name in (("fax", "../x"), ("../fax", "x"), ("fax", ""), ("fax", ".x"), ("fax", "a/b")):
        with pytest.raises(ValueError, match="no place"):
            vault.put(1, kind, name, io.BytesIO(b"x"), PUBLIC)


def test_a_failure_while_putting_leaves_what_was_there(vault: Vault) -> None:
    vault.put(1, "recording", "a", io.BytesIO(b"first"), PUBLIC)

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError

    with pytest.raises(OSError):
        vault.put(1, "recording", "a", Failing(), PUBLIC)
    assert read(vault) == b"first"
    assert list(vault.list(1, "recording")) == ["a"]
    assert len(list(file_of(vault).parent.iterdir())) == 1
