"""A table as the address asks for it: its order, its page, and the address of every other order and page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request

from app.web.templating import address

R = TypeVar("R")

#: What a column is ordered by: values of one kind; None and "" are blank and come last either way.
Keys = Mapping[str, Callable[[R], Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and whether from its end; without a column the order the rows come in."""

    key: str = ""
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    def after_pressing(self, key: str) -> Order:
        """What a column's heading leads to: up, then down, then the order the rows come in."""
        if key != self.key:
            return Order(key)
        return Order() if self.descending else Order(key, descending=True)

    def of(self, rows: Iterable[R], keys: Keys[R]) -> list[R]:
        """The rows in this order; among equals they stay as they came."""
        if self.key not in keys:
            return list(rows)
        value = keys[self.key]
        paired = [(value(row), row) for row in rows]
        filled = [pair for pair in paired if pair[0] not in (None, "")]
        filled.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _, row in filled] + [row for given, row in paired if given in (None, "")]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """One page of rows; ``arguments`` is the rest of the address (filters), kept in every link."""

    rows: Sequence[R]
    found: int
    page: int
    pages: int
    order: Order
    endpoint: str
    arguments: Mapping[str, str]

    @property
    def kept(self) -> dict[str, str]:
        """The address without the page."""
        return {**self.arguments, **({"sort": str(self.order)} if self.order.key else {})}

    def heading(self, key: str) -> tuple[str, str]:
        """How a column stands (for aria-sort, "" when by another), and where its heading leads."""
        stands = "" if key != self.order.key else "descending" if self.order.descending else "ascending"
        following = str(self.order.after_pressing(key))
        arguments = {**self.arguments, **({"sort": following} if following else {})}
        return stands, address(self.endpoint, **arguments)


def asked_order(keys: Collection[str]) -> Order:
    """The order in the address; one nobody knows is none."""
    given = request.args.get("sort", "")
    key = given.removeprefix("-")
    return Order(key, given.startswith("-")) if key in keys else Order()


def asked_page(found: int, per_page: int) -> tuple[int, int]:
    """The page in the address, brought within the pages there are; and how many there are."""
    pages = max(1, -(-found // per_page))
    return min(max(1, request.args.get("page", 1, type=int)), pages), pages


def table_of(
    rows: Sequence[R], keys: Keys[R], endpoint: str, arguments: Mapping[str, str], per_page: int
) -> Table[R]:
    """The page of these rows the address asks for."""
    order = asked_order(keys)
    page, pages = asked_page(len(rows), per_page)
    ordered = order.of(rows, keys) if order.key else rows
    shown = ordered[(page - 1) * per_page : page * per_page]
    return Table(shown, len(rows), page, pages, order, endpoint, arguments)
