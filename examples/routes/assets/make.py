"""Makes the files that the routes ship: a picture, a table and a small font. The same every time.

    pip install pillow numpy fonttools
    python3 assets/make.py /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
"""

import csv
import math
import random
import sys
from pathlib import Path

import numpy
from fontTools import subset
from PIL import Image, ImageFilter

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"


def ridge(width, octaves, rng):
    """A mountain ridge as heights from -1 to 1: sines of growing frequency and shrinking height."""
    x = numpy.arange(width) / width
    line = numpy.zeros(width)
    for octave in range(octaves):
        frequency = 1.3 * 2**octave
        line += numpy.sin(2 * math.pi * (frequency * x + rng.random())) * 0.55**octave
    return line / numpy.abs(line).max()


def picture(width=1280, height=800):
    """Evening over seven ridges, each hazier than the one before it."""
    rng = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:height, 0:width]
    up = (y / height)[..., None]
    top, horizon = numpy.array([38, 44, 92]), numpy.array([255, 186, 128])
    image = top * (1 - up**0.9) + horizon * up**0.9
    distance = numpy.hypot(x - width * 0.66, y - height * 0.42)[..., None]
    image += numpy.array([150, 110, 50]) * numpy.exp(-((distance / 230) ** 2))
    image = numpy.where(distance < 52, numpy.array([255, 244, 214]), image)
    stars = rng.random((height, width)) > 0.9994
    image[stars & (y < height * 0.3)] = [225, 225, 245]
    far, near = numpy.array([214, 132, 124]), numpy.array([16, 22, 40])
    for layer in range(7):
        depth = layer / 6
        line = height * (0.5 + 0.075 * layer) + ridge(width, 7, rng) * height * (0.05 + 0.035 * depth)
        colour = far * (1 - depth**0.75) + near * depth**0.75
        haze = numpy.clip((y - line[None, :]) / (height * 0.22), 0, 1)[..., None]
        image = numpy.where((y > line[None, :])[..., None], colour + haze * (1 - depth) * 45, image)
    image += rng.normal(0, 2.2, image.shape)
    result = Image.fromarray(numpy.clip(image, 0, 255).astype("uint8"))
    result.filter(ImageFilter.GaussianBlur(0.6)).save(STATIC / "evening.jpg", quality=84, optimize=True)


# Species: wing length in mm, weight in g, the months when most are caught, and how common it is.
SPECIES = {
    "Blackcap": (74, 18.5, (4, 9), 9),
    "Blue Tit": (67, 11.0, (10, 3), 8),
    "Chiffchaff": (59, 7.8, (4, 10), 9),
    "Common Redstart": (80, 14.5, (4, 9), 3),
    "Dunnock": (70, 20.0, (3, 10), 4),
    "Eurasian Wren": (49, 9.3, (9, 4), 5),
    "European Robin": (73, 17.5, (3, 10), 10),
    "Garden Warbler": (79, 18.8, (5, 8), 4),
    "Goldcrest": (54, 5.6, (9, 11), 6),
    "Great Tit": (76, 17.6, (10, 3), 7),
    "Pied Flycatcher": (80, 12.6, (5, 8), 3),
    "Reed Bunting": (78, 19.0, (3, 10), 3),
    "Reed Warbler": (67, 12.0, (5, 9), 8),
    "Sedge Warbler": (67, 11.8, (5, 8), 5),
    "Song Thrush": (118, 69.0, (3, 10), 3),
    "Willow Warbler": (67, 8.9, (4, 8), 7),
}
NETS = ["Alder Row", "Ditch", "Hedge East", "Hedge West", "Old Orchard", "Reedbed 1", "Reedbed 2", "Willows"]


def table(rows=3200):
    """The catch of an invented ringing station over four years."""
    rng = random.Random(2024)
    names = list(SPECIES)
    weights = [SPECIES[name][3] for name in names]
    catch = []
    for _ in range(rows):
        name = rng.choices(names, weights)[0]
        wing, weight, months, _ = SPECIES[name]
        year, month = rng.randint(2021, 2024), max(1, min(12, round(rng.gauss(rng.choice(months), 1.1))))
        size = rng.gauss(0, 1)
        catch.append([
            f"{year}-{month:02}-{rng.randint(1, 28):02}",
            f"{rng.choice('ABKX')}{rng.randint(100000, 999999)}",
            name,
            rng.choice(["juvenile", "adult", "adult", "unknown"]),
            rng.choice(NETS),
            f"{wing + 1.6 * size + rng.gauss(0, 0.6):.0f}",
            f"{weight * (1 + 0.06 * size + rng.gauss(0, 0.03)):.1f}",
        ])
    catch.sort()
    with open(STATIC / "ringing.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "ring", "species", "age", "net", "wing (mm)", "weight (g)"])
        writer.writerows(catch)


def font(source):
    """The Latin letters of a font, without hints and layout features."""
    subset.main([
        source, "--unicodes=U+0020-007E,U+00A0-00FF,U+2013,U+2014,U+2018-201D,U+2022,U+2026",
        "--layout-features=kern", "--no-hinting", "--drop-tables+=FFTM,GDEF",
        f"--output-file={HERE / 'DejaVuSans-latin.ttf'}",
    ])


picture()
table()
font(sys.argv[1])
