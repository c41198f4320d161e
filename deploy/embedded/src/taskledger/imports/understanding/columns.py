"""What a column of a table holds, by its header in many languages."""

from collections.abc import Mapping
from typing import Final

from contracts import fields
from contracts.forms import Choice, Day, Number
from taskledger.imports.reading.clean import folded

MORE: Final[Mapping[str, Choice | Day | Number]] = {
    field.name: field.form
    for field in fields.FIELDS
    if isinstance(field.form, Choice | Day | Number) and field.name not in ("priority", "due")
}
"""Plain fields of a task by their form that are read as the table of fields says, and no other way."""

FIELDS: Final = (
    "id",
    "title",
    "description",
    "status",
    "section",
    "category",
    "state",
    "done",
    "created",
    "completed",
    "start",
    "due",
    "priority",
    "labels",
    "assignees",
    "assignee_ids",
    "comment",
    "archived",
    "keep",
    *(name for name in MORE if name != "start"),
)
"""What a column can be.

`status` is a column of the board, `section` a list, bucket or group that is the status where there is none, else kept
as text. `category` says what the status means (to do, in progress, done); `state` and `done` say whether the task is
finished whatever its place, `archived` whether it was put away. `completed` is when it was finished. `keep` goes into
the description under the header's name.
"""

_WORDS: Final[Mapping[str, str]] = {
    "id": "issue key | task id | issue id | key | id | # | no | no. | number | ticket | iid | ticket id"
    " | work item id | item id | 번호 | 키"
    " | 이슈 키 | 이슈 ID | 작업 ID | 작업 번호 | vorgangsschlüssel | schlüssel | nummer | clé de ticket | clé"
    " | numéro | clave de incidencia"
    " | clave | número | 課題キー | キー | チケット番号 | 编号 | chave | chave da item | sleutel",
    "title": "title | summary | task name | task title | issue title | name | task | subject | card name | item"
    " | item name | content | story"
    " | card title | todo | to-do | work item | issue | headline | what | 제목 | 요약 | 작업명 | 작업 이름"
    " | 이름 | 작업 | 할일 | 할 일 | 업무 | 업무명 | 업무 제목 | 과제"
    " | 태스크 | 항목 | zusammenfassung | titel | aufgabe | vorgang | betreff | aufgabenname | résumé | titre"
    " | tâche | nom | sujet | intitulé"
    " | nom de la tâche | resumen | título | titulo | tarea | asunto | nombre | nombre de la tarea | resumo"
    " | tarefa | nome | titolo | attività"
    " | riepilogo | onderwerp | taak | naam | tytuł | zadanie | nazwa | 件名 | タイトル | 要約 | タスク"
    " | タスク名 | 題名 | 名前 | 标题 | 標題 | 任务 | 名称 | название | задача"
    " | тема | rubrik | uppgift | başlık | görev",
    "description": "description | desc | details | detail | notes | note | body | text | content"
    " | card description | long description"
    " | 설명 | 내용 | 본문 | 메모 | 상세 | 상세 내용 | 비고 | beschreibung | notizen | details | description"
    " | notes | descripción | descripcion | notas | detalles"
    " | descrição | descrizione | note | omschrijving | beschrijving | opis | 説明 | 詳細 | 内容 | 備考 | 描述"
    " | 说明 | описание | beskrivning | açıklama",
    "status": "status | column | stage | progress status | workflow state | current state | column name | 상태"
    " | 단계 | 진행상태 | 진행 상태 | 진행단계 | 처리상태"
    " | 현황 | statut | état | estado | stato | stan | ステータス | 状態 | 状況 | 状态 | 狀態 | статус"
    " | состояние | durum | fase",
    "section": "section/column | section | list | list name | bucket | bucket name | group | board list"
    " | swimlane column | 목록 | 리스트 | 그룹 | 섹션 | 버킷 | liste"
    " | abschnitt | lista | colonne | colonna | columna | coluna | spalte | リスト | セクション | 列表 | список"
    " | lijst",
    "category": "status category | state type | status type | 상태 범주 | 상태 카테고리 | statuskategorie"
    " | catégorie d'état | catégorie de statut"
    " | categoría de estado | categoria de status | categoria di stato | ステータスカテゴリ | 状态类别",
    "state": "state | open/closed | is open",
    "done": "done | completed? | complete | is completed | is done | checked | % done | % complete | done ratio"
    " | percent complete | progress | 완료 여부 | 완료여부 | 완료율"
    " | 진척도 | 진행률 | erledigt | terminé | fini | hecho | completado | feito | concluído | fatto | 完了 | 已完成",
    "created": "created | created at | creation date | date created | created on | created time | created date"
    " | creation time | 생성일 | 생성일자 | 만든 날짜 | 생성 일시"
    " | 등록일 | 작성일 | 생성 | erstellt | erstellt am | erstellungsdatum | angelegt | création | créé | créée"
    " | date de création | créé le | creada | creado"
    " | fecha de creación | creado el | criado | criado em | data de criação | creato | data di creazione"
    " | aangemaakt | 作成日 | 登録日 | 作成日時 | 创建时间"
    " | 创建日期 | создано | дата создания",
    "completed": "completed at | completed | completion date | date completed | completed date | closed at"
    " | closed | date closed | closed date | finished"
    " | finished at | date done | resolved | resolved at | resolution date | accepted at | completed on"
    " | end time | 완료일 | 완료 날짜 | 완료일자 | 완료 일시 | 해결일"
    " | 종료일 | 마친 날 | abgeschlossen am | erledigt am | erledigt | gelöst | fertiggestellt | date de fin"
    " | terminé le | résolu | résolue | date de résolution | fermé | resuelta"
    " | resuelto | fecha de resolución | finalizado el | concluído em | resolvido | completato il | 完了日"
    " | 解決日 | 完成时间 | 完成日期 | завершено | дата завершения",
    "start": "start date | start | started | started at | start on | begin | begin date | 시작일 | 시작 날짜"
    " | 시작일자 | 착수일 | startdatum | beginn | date de début | début"
    " | fecha de inicio | inicio | data de início | início | data di inizio | 開始日 | 开始日期 | дата начала"
    " | begindatum",
    "due": "due date | due | due on | due at | deadline | due time | target date | date due | finish date"
    " | end date | until | 마감 | 마감일 | 마감일자 | 기한 | 만기일 | 기한일"
    " | 목표일 | 완료 예정일 | 종료 예정일 | 마감 날짜 | 마감 기한 | 납기 | 예정일 | fälligkeitsdatum | fällig"
    " | fällig am | frist | termin | abgabedatum | échéance | date d'échéance | date limite"
    " | echeance | fecha de vencimiento | vencimiento | fecha límite | fecha de entrega | data de vencimento"
    " | prazo | data limite | scadenza | data di scadenza"
    " | vervaldatum | deadline | termin wykonania | 期限 | 期日 | 締切 | 締め切り | 截止日期 | 到期日 | 到期日期"
    " | срок | крайний срок | förfallodatum | bitiş tarihi",
    "priority": "priority | importance | urgency | severity | prio | 우선순위 | 중요도 | 긴급도 | 우선 순위"
    " | priorität | dringlichkeit | priorité | importance | prioridad | prioridade | priorità"
    " | prioriteit | priorytet | 優先度 | 优先级 | 優先級 | приоритет | prioritet | öncelik",
    "labels": "labels | label | tags | tag | categories | category | epic labels | topics | 라벨 | 레이블 | 태그"
    " | 분류 | 카테고리 | 범주 | 꼬리표 | stichwörter | stichworte | schlagwörter"
    " | kategorie | kategorien | étiquettes | étiquette | catégorie | catégories | mots-clés | etiquetas"
    " | etiqueta | categoría | categoria | etichette | etichetta"
    " | etykiety | ラベル | タグ | カテゴリ | 标签 | 標籤 | метки | метка | теги | etiketter | etiketler",
    "assignees": "assignees | assignee | assigned to | assigned | owner | owners | owned by | member | members"
    " | people | person | responsible | assignee name | assign"
    " | card members | assignee(s) | responsible person | 담당자 | 담당 | 배정 | 책임자 | 작업자 | 멤버 | 처리자"
    " | 실무자 | zugewiesene person | zugewiesen an | zugewiesen | bearbeiter | verantwortlich"
    " | verantwortlicher | zuständig | personne assignée | responsable | attribué à | assigné à | assigné"
    " | attributaire | persona asignada | asignado a | asignado | responsable | encargado"
    " | responsável | atribuído a | atribuído | assegnatario | assegnato a | assegnato | incaricato"
    " | toegewezen aan | przypisany | przypisane do | 担当者 | 担当 | 負責人 | 负责人 | 执行人 | исполнитель"
    " | ответственный | tilldelad | atanan",
    "comment": "comment | comments | 댓글 | 코멘트 | kommentar | kommentare | commentaire | commentaires"
    " | comentario | comentarios | comentário | commenti | コメント | 评论 | комментарий",
    "archived": "archived | is archived | 보관됨 | archiviert | archivé | archivado",
    "keep": "parent | parent key | parent id | parent task | parent issue | url | link | estimate | story points"
    " | original estimate | issue type | type | work item type | reporter | time spent | milestone"
    " | sprint | epic link | epic name | effort | checklist | checklists | checklist items | 상위 작업"
    " | 상위 항목 | 상위 | 이슈 유형 | 유형 | 보고자 | 스프린트 | 예상 시간 | 스토리 포인트 | 상위 이슈"
    " | vorgangstyp | autor | übergeordnet | type de ticket | rapporteur | tipo de incidencia | informador",
}


def _ranked() -> Mapping[str, tuple[str, int]]:
    """Each header's field, and how well it says so: the smaller, the better. Fields above win over those below."""
    ranked: dict[str, tuple[str, int]] = {
        folded(header): (field.name, rank)
        for field in fields.FIELDS
        if field.name in MORE
        for rank, header in enumerate(field.headers)
    }
    for field, words in _WORDS.items():
        for rank, word in enumerate(words.split(" | ")):
            ranked.setdefault(folded(word), (field, rank))
    return ranked


HEADERS: Final = _ranked()


def field_of(header: str, known: Mapping[str, str]) -> tuple[str, int] | None:
    """The field of a header and its rank; what a format knows of it comes first. None if nobody knows the word."""
    text = folded(header)
    if text in known:
        return known[text], -1
    return HEADERS.get(text)
