"""Priorities of scales that people have, by their words. What is not known is noted, not guessed."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from contracts.task import Priority

_WORDS: Final[Mapping[Priority, str]] = {
    "urgent": "urgent critical blocker highest immediate asap showstopper emergency p0 p1 must musthave veryhigh"
    " dringend sofort kritisch höchste höchst hoechste blockierend urgente critique bloquant immédiat immédiate"
    " crítica crítico"
    " bloqueador inmediata inmediato másalta laplusélevée plushaute trèshaute crítico imediata urgentissimo"
    " 긴급 가장높음 매우높음 최고 최우선 심각 치명적 즉시 blocker장애 緊急 最高 至急 紧急 最高 срочный critico"
    " dringlich veryurgent donow"
    " 차단 최상 🔥",
    "high": "high major important p2 should shouldhave hoch wichtig schwerwiegend élevée élevé haute haut"
    " majeure majeur"
    " important importante alta alto mayor hög hoog wysoki высокий grave 높음 높은 상 중요 중요함 高 高い 重要"
    " 높다 orange",
    "medium": "medium normal moderate default average p3 could couldhave mittel standard moyenne moyen normale"
    " media medio"
    " normalny средний обычный média médio 보통 중간 중 일반 普通 中 一般 通常 mediana gemiddeld middel",
    "low": "low minor trivial lowest minimal wishlist nicetohave p4 p5 wont wonthave niedrig gering niedrigste"
    " geringste unwesentlich"
    " kleinere basse faible mineure mineur triviale trivial baja bajo menor másbaja trivial baixa baixo bassa"
    " basso verylow"
    " laplusfaible laplusbasse låg laag niski низкий 낮음 낮은 하 가장낮음 매우낮음 최저 사소함 低 低い 最低"
    " 경미 사소",
    "none": "none nopriority notset unset no undefined unprioritized keine ohne aucune sinprioridad nessuna 없음"
    " 미지정 미정 なし 无"
    " ninguna nenhuma unknown - – — na n/a null",
}

_MEANING: Final[Mapping[str, Priority]] = {
    word: priority for priority, words in reversed(list(_WORDS.items())) for word in words.split()
}


def priority(text: str, scale: Mapping[str, Priority] | None = None) -> Priority | None:
    """The priority that a text means, by the scale of its format first; None if nobody knows it."""
    wanted = unicodedata.normalize("NFKC", text).strip().casefold()
    if not wanted:
        return "none"
    if scale and wanted in scale:
        return scale[wanted]
    plain = re.sub(r"[^\w/🔥-]+|_", "", wanted)
    for candidate in (plain, *_parts(wanted)):
        if scale and candidate in scale:
            return scale[candidate]
        if candidate in _MEANING:
            return _MEANING[candidate]
    return None


def _parts(text: str) -> list[str]:
    """ "P1 - High", "2 - Should have", "🔴 High" and "High (2)" say it twice; the word counts before the number."""
    parts = [re.sub(r"[\W_]+", "", part) for part in re.split(r"\s+[-–:]\s*|[-–:]\s+|[()\[\]]|\s{2,}", text)]
    words = [part for part in parts if part and not re.fullmatch(r"p?\d+", part)]
    return [*words, *(part for part in parts if part and part not in words), re.sub(r"[\W\d_]+", "", text)]
