"""The query language of lists: `assignee:me status:waiting,doing due<7d -label:"to do" was:review sort:due`."""

from task_service.domain.query.grammar import parse
from task_service.domain.query.model import BadQuery, Query
from task_service.domain.query.scanner import MAX_QUERY

__all__ = ["MAX_QUERY", "BadQuery", "Query", "parse"]
