"""One analysed text: a file, a notebook or standard input, read without ever raising.

What is wrong with the text is data (`problems`); the rest of it can still be analysed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import notebook
from .parsing import Decoded, decode
from .position import Lines, Position, SourceProblem
from .recovery import Readable, readable
from .suppressions import Suppressions, read_suppressions

if TYPE_CHECKING:
    import libcst as cst

Kind = Literal["python", "notebook", "stdin"]
MAX_CHARACTERS = 2_000_000
STDIN = "<stdin>"


class Source:
    """A text and what can be asked of it: its tree, the place of a node, a line, its problems."""

    def __init__(
        self,
        path: str,
        data: bytes,
        kind: Kind = "python",
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self.path = path
        self.kind: Kind = kind
        self.data = data  # as read: what decides whether it has changed
        self._max_characters = max_characters
        self._unreadable: SourceProblem | None = None

    @classmethod
    def read(cls, path: str | Path, max_characters: int = MAX_CHARACTERS) -> Source:
        """A file from disk; one that cannot be read is a Source with a problem."""
        path = Path(path)
        kind: Kind = "notebook" if path.suffix == ".ipynb" else "python"
        try:
            return cls(str(path), path.read_bytes(), kind, max_characters)
        except OSError as error:
            source = cls(str(path), b"", kind, max_characters)
            words = error.strerror or str(error)
            source._unreadable = SourceProblem("unreadable", Position.point(1, 1), words)
            return source

    @classmethod
    def of(cls, text: str, path: str = STDIN) -> Source:
        """A text that is already in memory, such as an editor's buffer."""
        kind: Kind = "notebook" if path.endswith(".ipynb") else "python"
        return cls(path, text.encode("utf-8"), "stdin" if path == STDIN else kind)

    def fresh(self) -> Source:
        """The same text, with nothing computed of it yet."""
        source = Source(self.path, self.data, self.kind, self._max_characters)
        source._unreadable = self._unreadable
        return source

    def relevant(self) -> bool:
        """Whether the bytes name Keras or TensorFlow at all; costs next to nothing.

        A file that could not be opened counts as relevant, so that it is told.
        """
        named = b"keras" in self.data or b"tensorflow" in self.data
        return named or self._unreadable is not None

    @cached_property
    def _decoded(self) -> Decoded | SourceProblem:
        if self._unreadable:
            return self._unreadable
        return Decoded(self.data.decode("utf-8")) if self._is_utf8() else decode(self.data)

    def _is_utf8(self) -> bool:
        # The usual file, told by a search at the speed of memory: no mark, no coding comment.
        return self.data.isascii() and b"coding" not in self.data[:400]

    @property
    def encoding(self) -> str:
        """The codec that turns an edited text back into bytes."""
        decoded = self._decoded
        return decoded.encoding if isinstance(decoded, Decoded) else "utf-8"

    @cached_property
    def _cells(self) -> notebook.Joined | None:
        if self.kind != "notebook" or not isinstance(self._decoded, Decoded):
            return None
        return notebook.join(self._decoded.text)

    @cached_property
    def text(self) -> str:
        """The Python text as it was written; of a notebook, its code cells joined."""
        if self._cells:
            return self._cells.written
        return self._decoded.text if isinstance(self._decoded, Decoded) else ""

    @cached_property
    def _readable(self) -> Readable:
        if isinstance(self._decoded, SourceProblem):
            return Readable("", (self._decoded,), complete=False)
        if len(self.text) > self._max_characters:
            return Readable("", (self._too_large(),), complete=False)
        return self._cells.readable if self._cells else readable(self.text)

    def _too_large(self) -> SourceProblem:
        text = f"{len(self.text):,} characters, over the limit of {self._max_characters:,}"
        return SourceProblem("too-large", Position.point(1, 1), text)

    @property
    def problems(self) -> tuple[SourceProblem, ...]:
        """Everything that kept a part of the text from being read, in order."""
        return self._readable.problems

    @property
    def complete(self) -> bool:
        """Whether the tree holds all of the text: False where a part could not be read."""
        return self._readable.complete

    @cached_property
    def module(self) -> cst.Module:
        """The syntax tree of everything that can be read; empty where nothing can."""
        # Imported late: a file without Keras must not pay 140 ms for libcst.
        import libcst

        try:
            return libcst.parse_module(self._readable.text)
        except libcst.ParserSyntaxError as error:
            self._beyond_libcst(error.raw_line, error.raw_column)
            return libcst.parse_module("")

    def _beyond_libcst(self, line: int, column: int) -> None:
        position = self._placed(Position.point(max(line, 1), column + 1))
        problem = SourceProblem("syntax", position, "this syntax is too new to be read")
        problems = (*self._readable.problems, problem)
        self.__dict__["_readable"] = Readable("", problems, complete=False)

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        from .spans import node_spans

        return node_spans(self.module)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._readable.text)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The start and end offset of a node in the tree's text."""
        return self._spans.get(node, (0, 0))

    def position(self, node: cst.CSTNode) -> Position:
        """The place of a node; all places are computed on the first demand."""
        start, end = self.span(node)
        line, column = self._lines.place(start)
        end_line, end_column = self._lines.place(end)
        shifts = self._readable.shifts
        column = max(column - shifts.get(line, 0), 1)
        end_column = max(end_column - shifts.get(end_line, 0), 1)
        return self._placed(Position(line, column, end_line, end_column))

    def _placed(self, position: Position) -> Position:
        return self._cells.placed(position) if self._cells else position

    @cached_property
    def _written(self) -> Lines:
        return Lines(self.text)

    def line(self, number: int, cell: int | None = None) -> str:
        """A line as it was written, from 1, counted in its cell for a notebook."""
        if cell is not None and self._cells:
            number += self._cells.before(cell)
        return self._written.line(number)

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments that say which findings are not wanted."""
        found = read_suppressions(self._readable.text)
        if not self._cells or not found.comments:
            return found
        moved = tuple(replace(c, position=self._placed(c.position)) for c in found.comments)
        return replace(found, comments=moved)
