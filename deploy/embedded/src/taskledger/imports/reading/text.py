"""The text of a file, in whatever encoding a program or a country writes."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from taskledger.imports.model import BadFile, Fault

NAMES: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big endian)",
    "cp949": "Korean (CP949)",
    "cp932": "Japanese (Shift-JIS)",
    "cp1252": "Western European (windows-1252)",
}
"""What is looked for, with a name for people. Whoever imports may name any other that Python knows."""

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_SAMPLE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and how it was read. `sure`: a mark, or the text itself, leaves no other reading."""

    text: str
    encoding: str
    sure: bool = True


def decode(raw: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file. Without an encoding it is found by what each would make of the bytes. Raises BadFile."""
    for mark, marked in _BOMS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], marked)
    if encoding:
        return _strictly(raw, encoding)
    if found := _wide(raw):
        return _strictly(raw, found)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _likeliest(raw)


def _strictly(raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except (UnicodeError, LookupError) as error:
        raise BadFile(
            "the file",
            Fault("not_text", f"is not text in {NAMES.get(encoding, encoding)}", NAMES.get(encoding, encoding)),
        ) from error


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: spaces, line ends and separators have a zero byte on the same side."""
    head = raw[:_SAMPLE]
    if len(raw) % 2 or b"\x00" not in head:
        return None
    common = set(b' \n\r\t,;|"-0123456789')
    little = sum(low in common and not high for low, high in zip(head[::2], head[1::2], strict=False))
    big = sum(low in common and not high for high, low in zip(head[::2], head[1::2], strict=False))
    if not little and not big:
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _likeliest(raw: bytes) -> Decoded:
    """Of the encodings that can read every byte, the one whose text looks most like a language."""
    scores: dict[str, float] = {}
    texts: dict[str, str] = {}
    for encoding, score in _SCORES.items():
        try:
            texts[encoding] = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = "".join(_words(texts[encoding]))
        scores[encoding] = score(foreign, texts[encoding]) if foreign else 0
    if not scores:
        raise BadFile(
            "the file",
            Fault("not_text", f"is not text in any of: {', '.join(NAMES.values())}", ", ".join(NAMES.values())),
        )
    best, *others = sorted(scores, key=lambda name: scores[name], reverse=True)
    second = scores[others[0]] if others else 0.0
    return Decoded(texts[best], best, sure=scores[best] >= _ENOUGH and scores[best] - second >= _APART)


_ENOUGH: Final = 0.6
_APART: Final = 0.2

_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")


def _words(text: str) -> list[str]:
    return _FOREIGN.findall(text)


def _share(text: str, belongs: Callable[[str], float]) -> float:
    """How much of the text looks right, from 0 to 1."""
    return sum(map(belongs, text)) / len(text)


_COMMON_HANGUL: Final = frozenset(
    "이다의가는에을하지고기로한사리어자나시아은대도인제정수해부그일스서를상전원보장라들적만동구공과게주계안여조있"
    "성유세실면선경금소와오모마연성비화무신으거치생바미용당발회방관할단진출물거작영학건업내국결것확료완요청개작행"
    "문작트설테버드레파프션크러타저날짜담당자목록제목상태우순위검토김박최정강윤임한신권황송홍높음낮보통긴급"
)


def _korean(foreign: str, text: str) -> float:
    """Hangul of every day. A syllable between Latin letters is a sign of another encoding."""
    lone = len(re.findall(r"[A-Za-z][가-힣][A-Za-z]|[A-Za-z][가-힣]\b|\b[가-힣][a-z]", text))

    def belongs(character: str) -> float:
        if "가" <= character <= "힣":
            # KS X 1001 has the 2,350 syllables that are written; the other 8,822 are seldom seen.
            return 1.0 if character in _COMMON_HANGUL else 0.7 if _in_ks(character) else 0.0
        return 0.7 if unicodedata.category(character)[0] in "PS" else 0.2

    return max(0.0, _share(foreign, belongs) - lone / len(foreign))


def _in_ks(character: str) -> bool:
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def _japanese(foreign: str, _: str) -> float:
    """Kana and the kanji of JIS level 1. Half-width kana are what other encodings look like when read so."""

    def belongs(character: str) -> float:
        if "ぁ" <= character <= "ヿ" or character in "、。「」・々":
            return 1.0
        if "一" <= character <= "龥":
            return 0.8 if character.encode("cp932", "replace") < b"\x98\x73" else 0.2
        if "！" <= character <= "～":
            return 0.7
        return 0.0

    kana = any("ぁ" <= character <= "ヿ" for character in foreign)
    return _share(foreign, belongs) * (1.0 if kana else 0.8)


_WESTERN: Final = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸ")
_PRINTED: Final = frozenset("“”‘’„‚–—…€«»°£§©®™•¡¿´·º ªšžŠŽ")


def _western(_: str, text: str) -> float:
    """Accented letters that stand beside plain ones, and printers' signs; words of accents alone are none."""
    pieces = re.findall(r"[A-Za-z]*[^\x00-\x7f]+[A-Za-z]*", text)
    total, right = 0, 0.0
    for piece in pieces:
        strange = [character for character in piece if ord(character) > 127]
        plain = len(piece) - len(strange)
        total += len(strange)
        letters = sum(character in _WESTERN for character in strange)
        printed = sum(character in _PRINTED for character in strange)
        right += printed * 0.8 if not letters else (letters + printed) if letters <= max(2, plain) else 0.2 * letters
    return right / total if total else 0.0


_SCORES: Final[Mapping[str, Callable[[str, str], float]]] = {
    "cp949": _korean,
    "cp932": _japanese,
    "cp1252": _western,
}
