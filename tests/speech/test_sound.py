"""Samples on their way to the line."""

import numpy as np

from speech import sound


def _tone(hertz, seconds=0.5, rate=22050):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def test_what_a_line_cannot_carry_is_filtered_not_folded():
    """6 kHz in 8 kHz sound would be heard as 2 kHz without a low-pass."""
    heard = sound.prepare(_tone(1000) + _tone(6000), 22050, 8000)
    spectrum = np.abs(np.fft.rfft(heard[400:-400] * np.hanning(len(heard) - 800)))
    hertz = np.fft.rfftfreq(len(heard) - 800, 1 / 8000)
    wanted = spectrum[(hertz > 950) & (hertz < 1050)].max()
    folded = spectrum[(hertz > 1900) & (hertz < 2100)].max()
    assert folded < wanted / 1000


def test_quiet_and_loud_speech_peak_at_minus_three_decibels():
    for level in (0.01, 1.0):
        peak = np.abs(sound.prepare(level * _tone(440), 22050, 8000)).max()
        assert abs(20 * np.log10(peak) + 3) < 0.1


def test_long_silence_is_cut_and_a_breath_stays():
    quiet = np.zeros(22050, np.float32)
    seconds = len(sound.trim(np.concatenate([quiet, _tone(440), quiet]), 22050)) / 22050
    assert 0.6 < seconds < 0.7


def test_silence_becomes_nothing():
    assert len(sound.prepare(np.zeros(1000, np.float32), 22050, 8000)) == 0
    assert len(sound.prepare(np.zeros(0, np.float32), 22050, 8000)) == 0


def test_what_is_written_is_read(tmp_path):
    sound.write(tmp_path / "a.wav", _tone(440, rate=8000), 8000)
    samples, rate = sound.read(tmp_path / "a.wav")
    assert rate == 8000
    assert np.allclose(samples, _tone(440, rate=8000), atol=1e-4)
