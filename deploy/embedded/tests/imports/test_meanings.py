"""What a status means, by its words."""

import pytest

from taskledger.imports.understanding.meanings import meaning, plain_meaning

MEANINGS = {
    "done": (
        "Done|Completed|완료|Terminé|Erledigt|Hecho|Concluído|已完成|完了|Resolved|Fixed|Accepted|Cancelled|"
        "Closed|Won't do|"
        "Won’t fix|배포됨|종료|해결됨|済|Готово|Klart|Shipped|Fatto|Zakończone|In production|Done"
        " ✅|완료됨|Abgeschlossen|"
        "Verified|작업 완료|처리 완료|검토 완료|DONE|终了|Closed as not planned|Cannot reproduce|Canceled|Released"
    ),
    "waiting": (
        "미완료|작업 대기|Not done|To be done|완료 예정|Incomplete|Not completed|신규|접수|New|Open|À faire|To"
        " Do|TODO|Backlog|"
        "Not started|Ideas|대기|할 일|未完了|未着手|Nicht erledigt|Non terminé|No hecho|Unresolved|보류|해결 안"
        " 됨|To finish|"
        "Pas fait|Vienna|Rome|Unfinished|Offen|Por hacer|미해결|완료 전|Reopened|待办|未完成|Não concluído|미처리|"
        "Not finished yet|Selected for Development|완료되지 않음|Не готово|On Hold|Noch nicht"
        " fertig|完了待ち|To-do|Undone|"
        "미배포|Da completare|sin terminar|완료 대기|아직 안 끝남|Next up|À terminer|Sprint 12|2024"
    ),
    "active": (
        "En cours|진행중|진행 중|Doing|In Progress|In Review|Testing|검토|In Arbeit|QA|WIP|En"
        " progreso|進行中|进行中|対応中|"
        "Ready for review|배포 대기|In development|started|작업 중|Em andamento|In corso|В работе|Code"
        " Review|InProgress|"
        "Waiting for review|Almost done|리뷰|완료 처리 중|QA review"
    ),
}


@pytest.mark.parametrize(
    ("name", "category"), [(name, category) for category, names in MEANINGS.items() for name in names.split("|")]
)
def test_a_status_means_what_its_words_say_with_their_negations(name: str, category: str) -> None:
    assert meaning(name).category == category


@pytest.mark.parametrize("name", ["Vienna", "Week 3", "김치", "2024"])
def test_what_no_word_says_is_a_guess_and_says_so(name: str) -> None:
    assert not meaning(name).sure


def test_a_status_of_a_name_of_its_own_is_not_merged_with_others_of_its_meaning() -> None:
    assert (plain_meaning("Doing"), plain_meaning("To-do"), plain_meaning("완료")) == ("active", "waiting", "done")
    assert (plain_meaning("Review"), plain_meaning("Shipped"), plain_meaning("QA")) == (None, None, None)
