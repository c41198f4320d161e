"""The search over all of somebody's projects: found in the read model, told from the log, which decides who may see."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts import task as task_contract
from contracts.project import Project
from contracts.read_model import folded
from contracts.task import Task, TaskEvent
from kernel.http import problems
from kernel.http.problems import Problem
from kernel.http.requests import decode_cursor, encode_cursor
from kernel.log.streams import CannotApply, Streams
from task_service.asked import NOTHING_ASKED, Asked, Clause, name_of
from task_service.asking import Asking, Question
from task_service.commands.projects import Projects
from task_service.domain.finding import FORGIVING, Found, found_in, is_consonants, words_of
from task_service.queries import MAX_WORDS, Queries
from task_service.search_statements import SearchShape, search_statement, titles_statement

MAX_PROJECTS: Final = 500
_CANDIDATES: Final = 500
"""So many tasks that may hold a word with a mistake are looked at, the newest first."""

_KEY: Final = re.compile(r"[^\W\d_]\w*-[1-9][0-9]*")
_CURSOR: Final = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is sought. `projects`: only in those with these ids or keys. `deleted`: also what is deleted."""

    question: Question
    projects: Sequence[str] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A task that was found, where, and a piece of that text."""

    task: Task
    found: Found


class Searches:
    """The use case of searching."""

    def __init__(self, queries: Queries, projects: Projects, tasks: Streams[Task, TaskEvent], asking: Asking) -> None:
        self._queries = queries
        self._projects = projects
        self._tasks = tasks
        self._asking = asking

    async def page(self, sought: Sought, user_id: str, cursor: str | None, limit: int) -> tuple[list[Hit], str | None]:
        """A page of what is found: an exact key first, then titles, then other texts; the newest first of each.

        Where nothing has all words, those with one typing mistake in a longer word. A page may be shorter than the
        limit where something has just changed. Raises Problem 422 (cursor), DatabaseUnavailable.
        """
        mine = await self._mine(user_id, sought.projects)
        asked = await self._asked(sought.question, user_id, mine)
        words = _words(asked)[:MAX_WORDS]
        if not mine or (not words and not asked.clauses):
            return [], None
        after = None if cursor is None else decode_cursor(cursor, str, int, str)
        if after is not None and (after[0] != _CURSOR or not -(2**63) <= after[1] < 2**63):
            raise problems.invalid("cursor", "belongs to another list or sort")
        search = _Search(list(mine), words, _without_words(asked), sought.deleted or asked.deleted)
        rows = await self._rows(search, after, limit + 1, halves=False)
        hits = await self._hits(rows[:limit], mine, words, forgiving=False)
        if not rows and after is None and any(len(word) >= FORGIVING for word in words):
            near = await self._rows(search, None, _CANDIDATES, halves=True)
            return (await self._hits(near, mine, words, forgiving=True))[:limit], None
        return hits, encode_cursor(_CURSOR, *rows[limit - 1]) if len(rows) > limit else None

    async def _mine(self, user_id: str, only: Sequence[str]) -> Mapping[str, Project]:
        """The projects that somebody may see now, by id, says the log."""
        wanted = {folded(each) for each in only}
        found: dict[str, Project] = {}
        for project_id in await self._projects.memberships.of(user_id):
            try:
                project = await self._projects.latest(project_id)
            except CannotApply:
                continue  # it cannot be read by anybody
            if project is None or project.deleted or project.role_of(user_id) is None:
                continue
            if not wanted or project.id in wanted or folded(project.key) in wanted:
                found[project.id] = project
        return dict(sorted(found.items(), reverse=True)[:MAX_PROJECTS])

    async def _asked(self, question: Question, user_id: str, mine: Mapping[str, Project]) -> Asked:
        """The words and the filters. What is not of the language is sought as it stands: people type what they like."""

        async def projects() -> list[Project]:
            return list(mine.values())

        try:
            return await self._asking.asked(question, user_id, projects)
        except Problem as problem:
            if problem.code != "bad_query":
                raise
            return NOTHING_ASKED if not question.text.strip() else _plain(question.text)

    async def _rows(
        self, search: "_Search", after: tuple[Any, ...] | None, limit: int, *, halves: bool
    ) -> Sequence[tuple[int, str]]:
        words = [is_consonants(word) for word in search.words]
        key = search.words[0] if len(search.words) == 1 and _KEY.fullmatch(search.words[0]) else None
        shape = SearchShape(
            projects=len(search.projects),
            words=tuple(words),
            halves=halves,
            key=key is not None,
            deleted=search.deleted,
            later_page=after is not None,
            clauses=search.asked.clauses,
        )
        params: dict[str, Any] = {"limit": limit, **search.asked.params}
        params |= {f"project_{n}": project_id for n, project_id in enumerate(search.projects)}
        params |= {f"word_{n}": word for n, word in enumerate(search.words)}
        if key is not None:
            params |= {"key": f"\n{key}", "key_length": -len(key) - 1}
        if halves:
            for n, word in enumerate(search.words):
                middle = len(word) // 2 if len(word) >= FORGIVING else len(word)
                # Letters that were swapped in the middle leave what is before them, or behind them, whole.
                params |= {f"half_{n}_0": word[: max(1, middle - 1)], f"half_{n}_1": word[middle + 1 :] or word}
        if after is not None:
            params |= {"after": after[1], "last_id": after[2]}
        rows = await self._queries.fetch(lambda number: search_statement(number, shape), params, long=True)
        return [(int(score), task_id) for score, task_id in rows]

    async def _hits(
        self, rows: Sequence[tuple[int, str]], mine: Mapping[str, Project], words: Sequence[str], *, forgiving: bool
    ) -> list[Hit]:
        former = await self._former([task_id for _, task_id in rows])
        hits: list[Hit] = []
        for _, task_id in rows:
            try:
                task = (await self._tasks.latest(task_contract.stream_of(task_id))).state
            except CannotApply:
                continue
            if task is None or task.project_id not in mine:
                continue
            found = found_in(task, former.get(task_id, ()), words, forgiving=forgiving)
            if found is not None:
                hits.append(Hit(task, found))
        return hits

    async def _former(self, task_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        if not task_ids:
            return {}
        params = {f"task_{n}": task_id for n, task_id in enumerate(task_ids)}
        rows = await self._queries.fetch(lambda number: titles_statement(number, len(task_ids)), params, long=False)
        titles: dict[str, list[str]] = {}
        for task_id, title in rows:
            titles.setdefault(task_id, []).append(title)
        return titles


@dataclass(frozen=True, slots=True)
class _Search:
    projects: Sequence[str]
    words: Sequence[str]
    asked: Asked
    deleted: bool


def _is_word(asked: Asked, place: int) -> bool:
    return asked.clauses[place].kind == "words" and not asked.clauses[place].negated


def _words(asked: Asked) -> list[str]:
    texts = [asked.params[name_of(place, 0)] for place in range(len(asked.clauses)) if _is_word(asked, place)]
    return list(dict.fromkeys(word for text in texts for word in words_of(text)))


def _without_words(asked: Asked) -> Asked:
    """The filters alone, which keep their places: values are named by them."""
    kept = [place for place in range(len(asked.clauses)) if not _is_word(asked, place)]
    params: dict[str, Any] = {}
    for new, old in enumerate(kept):
        prefix = name_of(old, 0)[:-1]
        params |= {
            name_of(new, int(name[len(prefix) :])): v for name, v in asked.params.items() if name.startswith(prefix)
        }
    return Asked(
        clauses=tuple(asked.clauses[place] for place in kept), params=params, sort=asked.sort, deleted=asked.deleted
    )


def _plain(text: str) -> Asked:
    words = words_of(text)
    clauses = tuple(Clause(kind="words", negated=False) for _ in words)
    return Asked(clauses=clauses, params={name_of(place, 0): word for place, word in enumerate(words)})
