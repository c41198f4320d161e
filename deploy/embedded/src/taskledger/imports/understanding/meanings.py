"""What a status means, by its words in many languages. Where a word stands among others says nothing."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.project import Category
from taskledger.imports.reading.clean import clean

# Of each language: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Turkish, Russian, and
# those that do not separate words (Korean, Japanese, Chinese), which are looked for within a text.

_NOT_YET: Final = re.compile(
    # English; "to be done", "yet to be released", "incomplete", "half done"
    r"\bnot?\s+(yet\s+)?\w*|\bun(done|finished|resolved|completed?|started|released|assigned|scheduled|fixed)\b"
    r"|\bincomplete\b|\byet\s+to\b|\bto\s+be\s+\w+|\bto\s+(finish|complete|close|release|ship|deploy|merge)\b"
    r"|\b(ready|waiting|awaiting|pending|planned)\b(\s+(for|to))?|\bbefore\b|\bnever\b|\bwithout\b"
    r"|\breopen\w*|\balmost\b|\bhalf\b|\bnearly\b|\bpartial\w*|\bselected\s+for\b"
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Turkish, Russian
    r"|\bnicht\b|\bnoch\b|\bzu\s+erledigen\b|\bunerledigt\b|\bunfertig\b|\bunvollständig\b|\bunvollstandig\b"
    r"|\bpas\b|\bnon\b|\binachevée?s?\b|\bincomplète?s?\b|\bà\s+\w+er\b|\bà\s+faire\b"
    r"|\bno\b|\bsin\b|\bpor\s+\w+|\bincomplet[oa]s?\b|\binacabad[oa]s?\b|\bnão\b|\bnao\b|\bsem\b|\bda\s+\w+re\b"
    r"|\bniet\b|\bte\s+doen\b|\bonvoltooid\b|\bnie\b|\bdo\s+zrobienia\b|\binte\b|\bej\b|\bdeğil\b|\bне\b"
    r"|\bнезаверш\w*"
    # Korean: 미완료, 완료 예정, 완료 전, 완료 대기, 완료 안 됨, 완료되지 않음, 불완전
    r"|미\s*(완료|완|결|해결|처리|종료|배포|착수|진행|시작)|아직|안\s*끝|예정|대기|(완료|종료|해결|배포)\s*(전"
    r"|안|못|불가|요청|필요)"
    r"|지\s*않|못\s*함|안\s*됨|불완전|재\s*(오픈|개설|접수)"
    # Japanese and Chinese
    r"|未|待ち|待|不完|不可|していない|ではない|ていません|予定|尚未|没有|重新",
    re.IGNORECASE,
)

# Endings that are said with a "not".
_NO_MORE: Final = re.compile(
    r"\bnot\s+(planned|an?\s+(bug|issue)|reproducible|needed|applicable|doing)\b|\bno\s+(longer|action)\b"
    r"|\b(can'?t|cannot|can\s+not)\s+reproduce\b|\bwon'?t\b|\bwill\s+not\b",
    re.IGNORECASE,
)

_DONE: Final = re.compile(
    r"\b(done|completed?|finished|closed|shipped|released|resolved|fixed|verified|accepted|delivered|deployed|merged"
    r"|published|archived?|cancell?ed|won'?t\s*(do|fix)|duplicate|obsolete|rejected|abandoned|declined|wontfix|live"
    r"|invalid|solved|implemented|signed\s*off|in\s+production|dropped|discarded|removed|end(ed)?)\b"
    r"|\b(erledigt\w*|fertig\w*|abgeschlossen\w*|geschlossen\w*|gelöst\w*|gelost\w*|beendet\w*|behoben\w*"
    r"|veröffentlicht|abgebrochen|verworfen|storniert)\b"
    r"|\b(terminée?s?|finie?s?|ferm[ée]+e?s?|résolue?s?|resolue?s?|clos|closes?|livrée?s?|achev[ée]+e?s?|faite?s?"
    r"|complétée?s?|annul[ée]+e?s?|abandonn[ée]+e?s?|clôtur[ée]+e?s?|publiée?s?)\b"
    r"|\b(hech[oa]s?|completad[oa]s?|terminad[oa]s?|finalizad[oa]s?|cerrad[oa]s?|resuelt[oa]s?|listo|cancelad[oa]s?"
    r"|conclu[ií]d[oa]s?|feit[oa]s?|fechad[oa]s?|resolvid[oa]s?|acabad[oa]s?|pronto|entregad[oa]s?)\b"
    r"|\b(completat[oaie]|fatt[oaie]|finit[oaie]|chius[oaie]|terminat[oaie]|risolt[oaie]|conclus[oaie]"
    r"|annullat[oaie])\b"
    r"|\b(klaar|gereed|voltooid|afgerond|gesloten|opgelost|geannuleerd)\b"
    r"|\b(zrobione|gotowe|zakończone|zamknięte|ukończone|rozwiązane|anulowane)\b"
    r"|\b(klart?|färdigt?|avslutad\w*|stängd|slutförd\w*|löst|avbruten|ferdig|færdig|afsluttet|fullført|valmis)\b"
    r"|\b(bitti|tamamlandı|tamam|kapandı|kapalı|çözüldü|iptal)\b"
    r"|\b(готово|сделано|завершен[оаы]?|завершён|закрыт[оаы]?|решен[оаы]?|решён|выполнен[оаы]?|отменен[оаы]?)\b"
    r"|완료|완결|끝|종료|종결|해결|배포됨|배포\s*완|마침|마감됨|닫힘|처리됨|취소|반려|기각|중복|폐기|승인됨|출시됨"
    r"|完了|完成|済|終了|终了|解決|クローズ|対応済|リリース済|却下|キャンセル|中止|結束|结束|关闭|關閉|已|取消|做完",
    re.IGNORECASE,
)

_ACTIVE: Final = re.compile(
    r"\b(doing|progress|active|review\w*|test(ing)?|wip|started|ongoing|working|development|developing|dev|qa"
    r"|building"
    r"|implementing|coding|design(ing)?|approval|staging|verify(ing)?|verification|validating|validation|deploying"
    r"|delivering|in\s+(work|flight|hand)|processing|running|investigating|reopened|current|today|this\s+week)\b"
    r"|\b(in\s+(arbeit|bearbeitung|prüfung|umsetzung|test|entwicklung)|laufend|läuft|begonnen|überprüfung|aktiv)\b"
    r"|\b(en\s+(cours|revue|test|validation|développement|traitement|progreso|curso|proceso|revisi[oó]n|desarrollo"
    r"|pruebas)|commencée?s?|démarrée?s?|haciendo|empezad[oa]|iniciad[oa])\b"
    r"|\b(em\s+(andamento|progresso|curso|execução|revisão|teste)|fazendo|in\s+(corso|lavorazione|revisione))\b"
    r"|\b(mee\s+bezig|bezig|in\s+(behandeling|uitvoering)|w\s+(toku|trakcie)|pågående|pågår|i\s+gang|käynnissä)\b"
    r"|\b(devam\s+ed\w+|yapılıyor|в\s+(работе|процессе)|выполняется|на\s+(проверке|ревью)|тестирование)\b"
    r"|진행|검토|작업\s*중|하는\s*중|개발|테스트|리뷰|확인\s*중|처리\s*중|착수|수정\s*중|검수|시작됨|중$|중\)"
    r"|進行|対応中|作業中|処理中|実施中|レビュー|テスト|確認中|着手|进行|處理中|处理中|开发|測試|测试|审核|中$",
    re.IGNORECASE,
)

_WAITING: Final = re.compile(
    r"\b(to.?do|backlog|wait(ing)?|ideas?|inbox|next|later|new|open|opened|planned|pending|ready|queue[d]?|scheduled"
    r"|someday|triage|requested|proposed|draft|icebox|upcoming|on\s*hold|hold|blocked|postponed|deferred|icebox"
    r"|unstarted"
    r"|reopened|submitted|received|wishlist|brainstorm|selected\s+for\s+development|future|tomorrow|soon)\b"
    r"|\b(offen\w*|neu\w*|geplant\w*|wartend\w*|wartet|zu\s+tun|zu\s+erledigen|zurückgestellt|blockiert|ausstehend)\b"
    r"|à\s*faire\b|\b(nouve(au|lle)s?|ouverte?s?|en\s+attente|idées?|planifiée?s?|bloquée?s?|reportée?s?|prévue?s?)\b"
    r"|\b(por\s+hacer|pendientes?|nuev[oa]s?|abiert[oa]s?|en\s+espera|planificad[oa]s?|tareas\s+pendientes"
    r"|bloquead[oa])\b"
    r"|\b(a\s+fazer|para\s+fazer|pendente|nov[oa]s?|abert[oa]s?|da\s+fare|nuov[oaie]|apert[oaie]|in\s+attesa)\b"
    r"|\b(te\s+doen|nieuw|do\s+zrobienia|nowe|otwarte|att\s+göra|ny|ny[at]|öppen|yapılacak\w*|yeni|açık|bekliyor)\b"
    r"|\b(к\s+выполнению|новый|новая|новые|открыт[оаы]?|сделать|ожидает|ожидание|бэклог|запланирован[оаы]?)\b"
    r"|할\s*일|대기|예정|신규|접수|요청|등록|백로그|아이디어|보류|열림|오픈|새로|해야|나중|다음|계획|미정|재오픈"
    r"|未|やること|待|新規|受付|オープン|保留|予定|バックログ|起票|新建|新增|打开|打開|计划|計劃|待办|待辦",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status means. `sure`: a word of it is known."""

    category: Category
    sure: bool


def meaning(name: str) -> Meaning:
    """What a status or column means. What no word says waits: nobody has begun what nobody knows of."""
    text = clean(name).replace("_", " ").replace("-", " ").replace("’", "'").strip()
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    if _NO_MORE.search(text):
        return Meaning("done", True)
    if not _NOT_YET.search(text):
        if _DONE.search(text) and not _begins_active(text):
            return Meaning("done", True)
        if _ACTIVE.search(text):
            return Meaning("active", True)
        return Meaning("waiting", bool(_WAITING.search(text)))
    return Meaning(_of_what_is_not(text), True)


def _begins_active(text: str) -> bool:
    """ "Closing", "In review: done?" and 완료 처리 중 are under way, though a word of the end is in them."""
    return bool(
        re.search(r"중\s*$|中\s*$|\?\s*$|^\s*(in|en|em)\s+(review|progress|test|cours|arbeit)", text, re.IGNORECASE)
    )


_STILL_AT_IT: Final = re.compile(
    r"\b(review|test\w*|qa|merge|approval|deploy\w*|release|verif\w*|validation|half|almost|nearly|partial\w*)\b"
    r"|검토|배포|승인|確認|レビュー|测试|審核|审核",
    re.IGNORECASE,
)


def _of_what_is_not(text: str) -> Category:
    """ "Ready for review" and 배포 대기 are under way, "Not started" and 미완료 wait."""
    if re.search(r"\b(start|begin|begun|begonnen|commenc)|未|미", text, re.IGNORECASE):
        return "waiting"
    return "active" if _STILL_AT_IT.search(text) and not re.search(r"예정|\bnot\b", text) else "waiting"


_PLAIN: Final[Mapping[Category, str]] = {
    "waiting": "todo waiting open opened new notstarted notdone tobedone incomplete offen neu afaire àfaire nouveau"
    " porhacer pendiente afazer dafare 할일 해야할일 대기 대기중 신규 열림 작업대기 접수 시작안함 미시작 미완료"
    " 未着手 新規 待办 待辦",
    "active": "doing inprogress progress active started wip working ongoing inarbeit inbearbeitung encours enprogreso"
    " encurso emandamento incorso 진행 진행중 작업중 進行中 进行中 対応中 作業中",
    "done": "done complete completed finished closed resolved erledigt fertig abgeschlossen geschlossen terminé"
    " terminée termine fini hecho completado terminado finalizado cerrado concluído concluido feito fatto completato"
    " 완료 완료됨 종료 끝 해결 해결됨 完了 完成 已完成 終了",
}
"""Words that say a meaning and nothing else: two of one meaning are one column. "Review" is more than that."""


def plain_meaning(name: str) -> Category | None:
    """The meaning of a status that is called by nothing but its meaning, such as "Doing", else None."""
    text = re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", name)).casefold()
    return next((category for category, names in _PLAIN.items() if text in names.split()), None)
