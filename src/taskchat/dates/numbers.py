"""Numbers that are written as words."""

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
NUMBER_WORDS = {word: value for value, word in enumerate(_NUMBERS.split())} | {
    "a": 1,
    "an": 1,
    "couple": 2,
    "few": 3,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
}
"""From "zero" to "twenty", the tens up to sixty, and "a", "couple" and "few"."""

_PLACES = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
PLACE_WORDS = (
    {word: place for place, word in enumerate(_PLACES.split(), 1)}
    | {f"twenty-{word}": place for place, word in enumerate(_PLACES.split()[:9], 21)}
    | {"thirtieth": 30, "thirty-first": 31}
)
"""From "first" to "thirty-first"."""
