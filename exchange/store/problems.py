"""Problems: what could not be understood on the pages, for their owners and for coordinators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from exchange.model import Problem
from exchange.store.database import Database
from exchange.store.tables import problem


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A problem and where it stands. ``profile`` is a profile key, empty where nobody's."""

    page_id: int
    page: str
    problem: Problem
    profile: str = ""


class Problems:
    """The problems of the index, by page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, found: Mapping[int, Iterable[PageProblem]]) -> None:
        """Keep these problems as all that there are on these pages: {page id: problems}."""
        rows = [
            {
                "page_id": page_id,
                "page": each.page,
                "profile": each.profile,
                "code": each.problem.code,
                "parameter": each.problem.parameter[:100],
                "text": each.problem.text[:255],
                "hint": each.problem.hint[:255],
            }
            for page_id, problems in sorted(found.items())
            for each in problems
        ]
        with self._database.writing() as connection:
            self._database.delete(problem, "page_id", sorted(found))
            if rows:
                connection.execute(problem.insert(), rows)

    def all(self) -> list[PageProblem]:
        """Every problem, by page and in the order found."""
        return self._select()

    def of(self, profile: str) -> list[PageProblem]:
        """The problems on the pages of one profile."""
        return self._select(problem.c.profile == profile)

    def on(self, page_id: int) -> list[PageProblem]:
        """The problems on one page."""
        return self._select(problem.c.page_id == page_id)

    def count(self) -> int:
        """How many problems there are."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(problem)) or 0

    def _select(self, *conditions: ColumnElement[Any]) -> list[PageProblem]:
        query = select(problem).where(*conditions).order_by(problem.c.page, problem.c.id)
        with self._database.reading() as connection:
            return [
                PageProblem(
                    page_id=row.page_id,
                    page=row.page,
                    profile=row.profile,
                    problem=Problem(row.code, row.parameter, row.text, row.hint),
                )
                for row in connection.execute(query)
            ]
