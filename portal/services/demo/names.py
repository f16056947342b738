"""Invented names: no real person, school, surgery or place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

GIVEN = (
    "Amara", "Bede", "Carys", "Dilip", "Elspeth", "Farouk", "Greta", "Hamza", "Imogen", "Jonah", "Keziah", "Lorcan",
    "Maeve", "Nikhil", "Oona", "Piotr", "Quilla", "Rhodri", "Sunniva", "Tariq", "Una", "Vikram", "Wanda", "Xanthe",
    "Yusuf", "Zelda", "Anselm", "Briony", "Cosmo", "Delphine", "Emeka", "Fenella", "Gideon", "Hestia", "Ivo", "Jarek",
    "Kirsi", "Leopold", "Mirela", "Ned", "Ottilie", "Pádraig", "Rosalba", "Sorrel", "Thandi", "Ulrike", "Verity",
    "Winston",
)  # fmt: skip
FAMILY = (
    "Adebola", "Birchall", "Castellan", "Drummond", "Eccleston", "Farrant", "Gillespie", "Hathersage", "Ibbotson",
    "Jellicoe", "Kapadia", "Lockyer", "Mawhinney", "Nettleton", "Okonjo", "Pemberley", "Quarmby", "Rashford", "Sandhu",
    "Tolliver", "Umberslade", "Vasquez", "Whitlock", "Yarrow", "Zeller",
)  # fmt: skip
CHILD_GIVEN = (
    "Alfie", "Bonnie", "Caleb", "Daisy", "Ezra", "Freya", "Gabriel", "Hana", "Isla", "Jude", "Kyra", "Leo", "Mina",
    "Noah", "Orla", "Poppy", "Ravi", "Skye", "Theo", "Uma", "Violet", "Wren", "Yara", "Zac",
)  # fmt: skip
_FIRST = (
    "Abber", "Brack", "Chell", "Dunna", "Elver", "Fenna", "Garth", "Hollo", "Ister", "Jarra", "Kelder", "Lynna",
    "Morra", "Nether", "Orrow", "Pella", "Quern", "Raven", "Sedge", "Thorn", "Ulver", "Vella", "Wither", "Yewen",
    "Zenna",
)  # fmt: skip
_LAST = (
    "beck", "combe", "dyke", "fold", "garth", "holme", "keld", "mire", "ness", "quill", "rigg", "scar", "thwaite",
    "wick", "slack", "nook", "pike", "fell", "gate", "haven", "marsh", "mead", "shaw", "stow", "tarn", "wray", "worthy",
    "cotes", "barrow", "lund", "spur", "brough",
)  # fmt: skip

_LAST_OF_NEWCOMERS = {"EM": "croft", "WM": "stead"}


def people(chance: Random) -> Iterator[str]:
    """Full names of grown-ups, each once."""
    names = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
    chance.shuffle(names)
    yield from names


def surnames(chance: Random) -> Iterator[str]:
    """Children's surnames, each once and none part of another, so that a leaked one can be traced."""
    names = [first + last for first, last in product(_FIRST, _LAST)]
    chance.shuffle(names)
    yield from names
    for number in range(2, 1000):
        # A demonstration many times the usual size runs out of syllables before it runs out of families.
        yield from (f"{name}-{names[(index * 7 + number) % len(names)]}-{number}" for index, name in enumerate(names))


def newcomers(prefix: str) -> Iterator[str]:
    """Surnames of the families that come to a partnership's notice in these weeks: none of those above, nor a part."""
    yield from (first + _LAST_OF_NEWCOMERS[prefix] for first in _FIRST)
