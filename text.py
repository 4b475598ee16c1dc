"""What people type, cleaned and bounded: the one place for titles, names, file names and searches.

Lengths count code points. Cleaning follows Unicode's advice on text that is shown to others:
https://www.unicode.org/reports/tr36/ (spoofing), https://www.unicode.org/reports/tr31/ (names).
"""

import unicodedata

NAME_MAX = 30
TITLE_MAX = 120
FILENAME_MAX = 120
TARGET_NAME_MAX = 60
SEARCH_MAX = 100

# Control, format (bidirectional overrides among them), surrogate, private and unassigned.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks by their category, but drawn as nothing at all.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Joins the parts of one emoji or of one syllable in many scripts, so it must stay.
JOINERS = "\u200c\u200d"

# Nothing here is longer, and normalising can take time by the square of the length:
# https://github.com/python/cpython/issues/149079.
LONGEST = 2_000

# Whoever is called this could speak in the site's name. Compared as `alike` has them.
RESERVED = frozenset(
    {"admin", "administrator", "moderator", "mux", "muxlive", "root", "staff", "support", "system"}
)
# Alphabets that share the looks of letters, so that one word in two of them deceives.
LOOKALIKES = frozenset({"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LATIN", "LISU"})
# Cyrillic and Greek letters whose capitals are drawn as Latin ones, and what else passes for
# another: https://www.unicode.org/reports/tr39/#Confusable_Detection.
TWINS = str.maketrans(
    "авекмнорстухѕіјαβεζηικμνορτυχ01i",  # noqa: RUF001 - which is what it is about
    "abekmhopctyxsljabezhlkmnoptyxoll",
)


def clean_line(text: str) -> str:
    """Normalise one line of text: composed form, nothing invisible, single spaces.

    Text of which nothing would be seen comes out empty.
    """
    kept = text[:LONGEST]
    shown = "".join(" " if each.isspace() else each for each in kept if _is_shown(each))
    line = unicodedata.normalize("NFC", " ".join(shown.split())).strip(" " + JOINERS)
    return line if any(unicodedata.category(each)[0] in "LNPS" for each in line) else ""


def bounded(text: str, longest: int) -> str:
    """Clean a line, and cut off what is beyond so many code points."""
    # Cut before as well, so that a megabyte is not normalised for the sake of a few words.
    return clean_line(clean_line(text[: 8 * longest])[:longest])


def _name(character: str) -> str:
    return unicodedata.name(character, "")


def alike(name: str) -> str:
    """What two names have in common when people could take one for the other.

    Capitals, width, ligatures, joiners and variants make no difference, nor does the alphabet of a
    letter that looks the same in two: https://www.unicode.org/reports/tr31/#NFKC_Modifications.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = (each for each in plain if each not in JOINERS and "VARIATION" not in _name(each))
    return clean_line("".join(seen).translate(TWINS))


def problem_with_name(name: str) -> str | None:
    """Why a cleaned name cannot be an account's, in words for whoever chose it."""
    if not name:
        return "Choose a name."
    if len(name) > NAME_MAX:
        return f"Choose a name of at most {NAME_MAX} characters."
    spoken = "".join(each for each in alike(name) if each.isalnum())
    if spoken in {alike(reserved) for reserved in RESERVED}:
        return "This name is kept for the site itself. Choose another one."
    plain = unicodedata.normalize("NFKC", name)
    alphabets = {_name(each).partition(" ")[0] for each in plain if each.isalpha()}
    if len(alphabets & LOOKALIKES) > 1:
        return "Write the name in one alphabet, so that nobody takes it for another."
    return None


def _is_shown(character: str) -> bool:
    if character in JOINERS or character.isspace():
        return True
    return character not in BLANK and unicodedata.category(character) not in INVISIBLE
