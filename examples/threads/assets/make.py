"""Makes the files that the example ships, from Debian's packages: the pictures, their list, and two small fonts.

    apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 fonts-inter
    for package in *.deb; do dpkg -x "$package" packages; done
    pip install pillow fonttools
    python3 assets/make.py packages
"""

import sys
from pathlib import Path

from fontTools import subset
from PIL import Image, ImageOps

HERE = Path(__file__).parent
PICTURES = HERE.parent / "static" / "pictures"

# The longer side in pixels, and the quality of the JPEG files: all together stay below 3 MB.
LONGEST = 1440
QUALITY = 76

BY_4 = "CC BY 4.0"
BY_SA_4 = "CC BY-SA 4.0"
BY_SA_3 = "CC BY-SA 3.0"

# In the order of the gallery: file of the package, title, author, licence.
SOURCES = [
    ("picosdeeuropa_by_Aitzol_Berasategi", "Picos de Europa", "Aitzol Berasategi", BY_4),
    ("Picture_0B_by_freespace", "Fig", "Trevor Freespace", BY_4),
    ("seeding_by_Clements_Engelhardt", "Seeding", "Clemens Engelhardt", "CC0 1.0"),
    ("friends_by_Aitzol_Berasategi", "Friends", "Aitzol Berasategi", BY_4),
    ("Infinite-Sea_by_Aury88", "Infinite Sea", "Aury88", BY_SA_3),
    ("Kleiber_by_Lukas_Baubkus", "Kleiber", "Lukas Baubkus", BY_SA_3),
    ("Picture_1A_by_freespace", "Brushes", "Trevor Freespace", BY_4),
    ("life_by_Aitzol_Berasategi", "Life", "Aitzol Berasategi", BY_4),
    ("greentock_by_Peter_Nerlich", "Greentock", "Peter Nerlich", BY_SA_4),
    ("sunset_by_Aitzol_Berasategi", "Sunset", "Aitzol Berasategi", BY_4),
    ("Wine_by_Jakkub_Mede", "Wine", "Jakub Mede", BY_4),
    ("Dragonfly_by_Bolly", "Dragonfly", "Bolly", BY_SA_4),
    ("aitzgorri_by_Aitzol_Berasategi", "Aitzgorri", "Aitzol Berasategi", BY_4),
    ("free_by_Peter_Nerlich", "Free", "Peter Nerlich", BY_SA_4),
    ("Bridge_by_Sander_Klootwijk", "Bridge", "Sander Klootwijk", BY_SA_4),
    ("analogpattern_by_Peter_Nerlich", "Analog Pattern", "Peter Nerlich", BY_SA_4),
]


def picture(source, name):
    """Writes a smaller picture and gives its width and height."""
    image = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    image.save(PICTURES / name, quality=QUALITY, optimize=True, progressive=False)
    return image.size


def pictures(packages):
    PICTURES.mkdir(parents=True, exist_ok=True)
    rows = []
    for source, title, author, licence in SOURCES:
        name = title.lower().replace(" ", "-") + ".jpg"
        width, height = picture(packages / f"usr/share/backgrounds/{source}.jpg", name)
        rows.append("\t".join([name, str(width), str(height), title, author, licence]))
    (PICTURES / "list.tsv").write_text("\n".join(rows) + "\n")


def font(packages, style):
    """The letters of western Europe, without hinting."""
    options = subset.Options(layout_features=["kern", "liga"], hinting=False, name_IDs=[0, 1, 2, 6, 13, 14, 16, 17])
    source = packages / f"usr/share/fonts/opentype/inter/Inter-{style}.otf"
    letters = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2013, 0x2019, 0x2026])
    subsetter.subset(letters)
    letters["head"].modified = letters["head"].created
    subset.save_font(letters, str(HERE / f"Inter-{style}-latin.otf"), options)


if __name__ == "__main__":
    pictures(Path(sys.argv[1]))
    for style in ("Regular", "SemiBold"):
        font(Path(sys.argv[1]), style)
