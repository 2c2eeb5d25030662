"""Plays the piece that the example ships, "Low Tide", and writes it as Ogg Vorbis: 12 bars that lead back to the first.

    pip install numpy soundfile
    python3 assets/make.py

Everything is computed: no sample, and no chance but generators with fixed seeds. The same versions of numpy and
soundfile give the same file.
"""

import struct
from pathlib import Path

import numpy as np
import soundfile

TARGET = Path(__file__).parent.parent / "static" / "low-tide.ogg"

RATE = 44100
STEP = 6615  # frames of a sixteenth: 100 beats a minute
SWING = 700  # frames by which every second sixteenth comes late
BAR = 16
LENGTH = 12 * BAR * STEP
QUALITY = 0.6  # of the encoder: 0 is best, 1 smallest

NAMES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

# A bar each: root of the bass, chord.
CHORDS = [
    ("D2", "F3 A3 C4 E4"),
    ("Bb1", "F3 A3 C4 D4"),
    ("F2", "E3 G3 A3 C4"),
    ("C2", "F3 G3 Bb3 D4"),
    ("D2", "F3 A3 C4 E4"),
    ("Bb1", "F3 A3 C4 D4"),
    ("F2", "E3 G3 A3 C4"),
    ("C2", "F3 G3 Bb3 D4"),
    ("G1", "F3 A3 Bb3 D4"),
    ("A1", "G3 B3 C4 E4"),
    ("Bb1", "F3 A3 D4 E4"),
    ("C2", "F3 A3 Bb3 D4"),
]

# Bars 5 to 12: where, note, how long, in sixteenths.
MELODY = [
    [(0, "A4", 3), (3, "C5", 3), (6, "D5", 4), (10, "F5", 2), (12, "E5", 4)],
    [(0, "D5", 6), (6, "C5", 2), (8, "A4", 4), (12, "F4", 4)],
    [(0, "G4", 3), (3, "A4", 3), (6, "C5", 6), (12, "A4", 2), (14, "G4", 2)],
    [(0, "F4", 4), (4, "G4", 4), (8, "D4", 8)],
    [(0, "D5", 3), (3, "F5", 3), (6, "G5", 4), (10, "A5", 2), (12, "F5", 4)],
    [(0, "E5", 6), (6, "G5", 2), (8, "E5", 4), (12, "C5", 4)],
    [(0, "D5", 3), (3, "C5", 3), (6, "D5", 2), (8, "F5", 8)],
    [(0, "E5", 4), (4, "D5", 4), (8, "C5", 2), (10, "A4", 6)],
]

BASS = [(0, 5, 0), (6, 2, 0), (8, 3, 12), (11, 2, 7), (14, 2, 12)]


def frequency(name):
    """Of a note like `Bb3`."""
    key = NAMES[name[0]] - (name[1] == "b") + 12 * (int(name[-1]) + 1)
    return 440 * 2 ** ((key - 69) / 12)


class Track:
    """Two channels as long as the piece, joined at the ends: what rings past the end rings at the beginning."""

    def __init__(self):
        self.sound = np.zeros((LENGTH, 2))

    def add(self, step, sound, level=1.0, pan=0.0):
        """Puts a mono sound at a sixteenth; `pan` goes from -1, left, to 1."""
        angle = (pan + 1) * np.pi / 4
        start = round(step * STEP) + (SWING if step % 2 == 1 else 0)
        places = (start + np.arange(len(sound))) % LENGTH
        np.add.at(self.sound, places, level * sound[:, None] * [np.cos(angle), np.sin(angle)])

    def echo(self, steps, level, count):
        """Repeats it, from one side to the other."""
        repeat = self.sound
        for _ in range(count):
            repeat = level * np.roll(repeat, round(steps * STEP), axis=0)[:, ::-1]
            self.sound = self.sound + repeat


def clock(seconds):
    return np.arange(round(seconds * RATE)) / RATE


def gate(time, attack, end, release):
    """Up in `attack` seconds, down in `release` from `end` on."""
    return np.clip(time / attack, 0, 1) * np.clip(1 - (time - end) / release, 0, 1) ** 2


def electric_piano(pitch, seconds):
    time = clock(seconds + 0.5)
    body = np.sin(2 * np.pi * pitch * time + 1.3 * np.exp(-2.2 * time) * np.sin(2 * np.pi * pitch * time))
    tine = 0.28 * np.exp(-16 * time) * np.sin(2 * np.pi * 7.02 * pitch * time)
    return (body + tine) * np.exp(-1.1 * time) * gate(time, 0.004, seconds, 0.4)


def harmonics(pitch, time, tilt, decay, most=40):
    """A sum of overtones, each `tilt` weaker and faster away by `decay`, none above 12 kHz."""
    sound = np.zeros_like(time)
    for number in range(1, most + 1):
        if number * pitch < 12000:
            phase = 2 * np.pi * number * pitch * time + number * number
            sound += number**-tilt * np.exp(-decay * number * time) * np.sin(phase)
    return sound


def bass(pitch, seconds):
    time = clock(seconds + 0.1)
    tone = 0.7 * harmonics(pitch, time, 1.05, 0.9, 24) + 0.9 * np.sin(2 * np.pi * pitch * time)
    return np.tanh(1.2 * tone) * gate(time, 0.006, seconds, 0.08)


def lead(pitch, seconds):
    time = clock(seconds + 1.2)
    vibrato = 0.0035 * np.clip(time - 0.15, 0, 0.3) * np.sin(2 * np.pi * 5.2 * time)
    return harmonics(pitch, time + vibrato / 5.2, 1.35, 0.45, 20) * np.exp(-1.3 * time) * gate(time, 0.005, seconds, 1.0)


def pad(pitch, seconds):
    time = clock(seconds + 0.9)
    voices = [harmonics(pitch * (1 + detune), time, 1.4, 0.0, 24) for detune in (-0.0035, 0.0, 0.0042)]
    swell = 0.8 + 0.2 * np.sin(2 * np.pi * 0.21 * time)
    envelope = gate(time, 0.7, seconds, 0.8) * swell
    return [voice * envelope for voice in voices]


def noise(seed, seconds, order):
    """White noise, differentiated `order` times: the more, the brighter."""
    chance = np.random.Generator(np.random.PCG64(seed))
    sound = chance.uniform(-1, 1, round(seconds * RATE) + order)
    return np.diff(sound, order) / 2**order


def kick():
    time = clock(0.4)
    sweep = 2 * np.pi * (46 * time + 105 / 34 * (1 - np.exp(-34 * time)))
    return np.tanh(1.7 * np.sin(sweep) * np.exp(-7.5 * time)) * gate(time, 0.001, 0.3, 0.1)


def snare(seed):
    time = clock(0.28)
    drum = np.sin(2 * np.pi * (178 * time + 2.2 * (1 - np.exp(-30 * time)))) * np.exp(-20 * time)
    return 0.55 * drum + 0.8 * noise(seed, 0.28, 1) * np.exp(-15 * time)


def hat(seed, decay):
    time = clock(0.3)
    return noise(seed, 0.3, 3) * np.exp(-decay * time) * gate(time, 0.0006, 0.25, 0.05)


def keys(track):
    """A chord on the first beat, and two syncopated answers."""
    for bar, (_, chord) in enumerate(CHORDS):
        for at, steps, level in [(0, 6, 0.95), (6, 4, 0.6), (11, 5, 0.75)]:
            for voice, name in enumerate(chord.split()):
                strum = voice * 0.07
                sound = electric_piano(frequency(name), steps * STEP / RATE)
                track.add(bar * BAR + at + strum, sound, level, (voice - 1.5) * 0.3)


def pads(track):
    for bar, (_, chord) in enumerate(CHORDS):
        level = 0.5 if bar < 4 else 0.85
        for name in chord.split()[1:]:
            for voice, pan in zip(pad(2 * frequency(name), BAR * STEP / RATE), (-0.9, 0.0, 0.9)):
                track.add(bar * BAR, voice, level, pan)


def bass_line(track):
    for bar, (root, _) in enumerate(CHORDS):
        pattern = BASS[:1] if bar < 2 else BASS
        for at, steps, above in pattern:
            pitch = frequency(root) * 2 ** (above / 12)
            track.add(bar * BAR + at, bass(pitch, 0.85 * steps * STEP / RATE), 1.0)


def melody(track):
    for bar, notes in enumerate(MELODY, start=4):
        for at, name, steps in notes:
            track.add(bar * BAR + at, lead(frequency(name), steps * STEP / RATE), 1.0, 0.1)
    track.echo(3, 0.32, 4)


def drums(track, duck):
    """Also lowers `duck` where the kick is."""
    for bar in range(12):
        kicks = [0, 10] if bar % 4 != 3 else [0, 7, 10]
        for at in kicks if bar >= 2 else [0]:
            track.add(bar * BAR + at, kick(), 1.0)
            start = (bar * BAR + at) * STEP
            time = clock(0.3)
            duck[(start + np.arange(len(time))) % LENGTH] *= 1 - 0.55 * np.exp(-9 * time)
        for at in (4, 12) if bar >= 4 else (12,):
            track.add(bar * BAR + at, snare(bar * 100 + at), 0.75, 0.05)
        for at in range(0, BAR, 1 if bar >= 8 else 2):
            accent = 0.62 if at % 4 == 2 else 0.3 if at % 2 == 0 else 0.17
            is_open = at == 14 and bar % 2 == 1
            track.add(bar * BAR + at, hat(bar * 50 + at, 14 if is_open else 60), accent, 0.3)


def mix():
    tracks = {name: Track() for name in ("keys", "pads", "bass", "melody", "drums")}
    duck = np.ones(LENGTH)
    keys(tracks["keys"])
    pads(tracks["pads"])
    bass_line(tracks["bass"])
    melody(tracks["melody"])
    drums(tracks["drums"], duck)
    tremolo = 0.16 * np.sin(2 * np.pi * 4.1667 * np.arange(LENGTH) / RATE)
    tracks["keys"].sound *= np.stack([1 + tremolo, 1 - tremolo], axis=1)
    for ducked in ("pads", "bass"):
        tracks[ducked].sound *= duck[:, None]
    levels = {"keys": 0.2, "pads": 0.06, "bass": 0.21, "melody": 0.17, "drums": 0.68}
    sound = sum(level * tracks[name].sound for name, level in levels.items())
    return 0.89 * np.tanh(sound / np.abs(sound).max() * 1.35) / np.tanh(1.35)


def crc(page):
    """The check sum of an Ogg page whose own is 0."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 1 << 31 else 0)) & 0xFFFFFFFF
    return value


def with_serial(data, serial):
    """An Ogg file whose stream has this number: the encoder draws one by chance."""
    pages, at = [], 0
    while at < len(data):
        segments = data[at + 26]
        size = 27 + segments + sum(data[at + 27 : at + 27 + segments])
        page = bytearray(data[at : at + size])
        struct.pack_into("<I", page, 14, serial)
        struct.pack_into("<I", page, 22, 0)
        struct.pack_into("<I", page, 22, crc(page))
        pages.append(bytes(page))
        at += size
    return b"".join(pages)


if __name__ == "__main__":
    sound = mix()
    with soundfile.SoundFile(
        TARGET, "w", RATE, 2, format="OGG", subtype="VORBIS", compression_level=QUALITY
    ) as file:
        for start in range(0, LENGTH, RATE):
            file.write(sound[start : start + RATE])
    TARGET.write_bytes(with_serial(TARGET.read_bytes(), 1))
