"""
Where the command line meets the terminal: what is printed, how errors look, what progress shows.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, cast

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from connectors.errors import UserError, WrongUse, redact
from sync import words
from sync.plain import plain, safe

SETTINGS = Path("settings.toml")
DONE, FAILED, WRONG_USE, LEFT_OUT = 0, 1, 2, 3

# Between a JSON string's quotes they would still reach the terminal as they are.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _width() -> int | None:
    """
    That of the terminal (None), or one that holds a table where there is none.
    """
    if os.environ.get("COLUMNS"):
        return None
    return None if any(os.isatty(number) for number in range(3) if _is_open(number)) else 100


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


out = Console(highlight=False, width=_width())
err = Console(stderr=True, highlight=False, width=_width())


def say(text: object) -> None:
    """
    One line of the answer.
    """
    out.print(plain(text), markup=False, soft_wrap=True)


def tell(text: object) -> None:
    """
    One line beside the answer.
    """
    err.print(plain(text), markup=False, soft_wrap=True)


def with_settings(file: Path) -> str:
    """
    What a command has to carry to read the same settings.
    """
    return "" if file == SETTINGS else f" --settings {file}"


def answer_json(value: Any) -> None:
    """
    The answer as JSON for programs; secrets and addresses are left out of it too.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    is_ascii = not encoding.lower().startswith("utf")
    text = json.dumps(_clean(value), ensure_ascii=is_ascii, indent=2, default=str)
    sys.stdout.write(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
    sys.stdout.flush()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_clean(each) for each in value]
    return value


class Commands(TyperGroup):
    """
    Commands whose errors end in a message and an exit status.
    """

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            tell(error)
            raise typer.Exit(WRONG_USE if isinstance(error, WrongUse) else FAILED) from error


class _Stream:
    """
    A stream whose reader may go away (`| head`): the rest of the answer is then dropped, and the work goes on.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._until_closed():
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._until_closed():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _until_closed(self) -> Any:
        try:
            yield
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def start(app: typer.Typer) -> None:
    """
    Run the command line and leave with its exit status; a bug keeps its traceback.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without the letter shows a ?
        setattr(sys, name, cast(TextIO, _Stream(stream)))
    log_to_stderr(logging.ERROR)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(FAILED)
    except Exception:
        sys.stderr.write(redact(traceback.format_exc()))
        sys.stderr.write("This is a bug in Noria. The traceback above is what its makers need to see.\n")
        sys.exit(FAILED)


def log_to_stderr(level: int) -> None:
    """
    Where log lines go, and from which level on; nothing secret is in them.
    """

    def clean(logger: Any, method: str, event: Any) -> Any:
        return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            clean,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Watched:
    """
    Progress of a job on stderr while the block lasts: one line per connector, then one for the step; silent where
    nobody watches.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._connectors: dict[str, TaskID] = {}
        self._step: TaskID | None = None
        self._bars: Progress | None = None
        if err.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[told]}"),
            )
            self._bars = Progress(*columns, TimeElapsedColumn(), console=err, transient=True)

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def step(self, name: str) -> None:
        """
        A step of the job begins.
        """
        if self._bars is None:
            return
        for task in [*self._connectors.values(), *([] if self._step is None else [self._step])]:
            self._bars.remove_task(task)
        self._connectors.clear()
        self._step = self._bars.add_task(words.step(name, self._language), total=None, told="")

    def records(self, connector: str, stream: str, done: int, total: int | None) -> None:
        """
        Records of a stream came in.
        """
        if self._bars is None:
            return
        if connector not in self._connectors:
            self._connectors[connector] = self._bars.add_task(safe(connector), total=None, told="")
        told = words.localized(f"{done:,}" + (f" / {total:,}" if total else ""), self._language)
        self._bars.update(
            self._connectors[connector],
            description=safe(f"{connector} {stream}"),
            completed=done,
            total=max(total, done) if total else None,
            told=told,
        )

    def end(self) -> None:
        """
        Clear the screen for what is printed next.
        """
        if self._bars is not None:
            self._bars.stop()
