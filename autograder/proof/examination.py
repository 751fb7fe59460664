"""Has batches of known answers examined, and once more, each answer alone, where one ended otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from ..grading.executor import Executor
from ..kit import Kit
from ..records import Report, Submission
from .answers import Answer
from .batches import Batch, alone
from .prove import as_it_should


class Examination:
    """The reports of all answers so far; a later one of the same answer takes the place of the earlier.

    `progress` is told how many submissions are done, of how many.
    """

    def __init__(self, kit: Kit, executor: Executor, progress: Callable[[int, int], None]) -> None:
        self._kit = kit
        self._executor = executor
        self._progress = progress
        self._given: dict[str, Batch] = {}
        self._done: list[Batch] = []
        self._asked = 0
        self.reports: dict[str, Report] = {}

    def examine(self, batches: Sequence[Batch]) -> None:
        """Examine batches, and what is then in doubt: while the examiners are warm, as far as it is known."""
        left: Sequence[Batch] = batches
        while left:
            with closing(self._executor.examine(self._submissions(left))) as examined:
                for name, report in examined:
                    batch = self._given[name]
                    self.reports |= {answer.name: mine for answer, mine in batch.reports(report)}
                    self._done.append(batch)
                    self._progress(len(self._done), self._asked)
            left = self._in_doubt()

    def _submissions(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        yield from self._give(batches)
        yield from self._give(self._in_doubt())

    def _give(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        self._given |= {batch.name: batch for batch in batches}
        self._asked += len(batches)
        yield from (batch.submission(self._kit) for batch in batches)

    def _in_doubt(self) -> list[Batch]:
        """Each answer, alone, of batches in which one did not end as it should; nothing is given twice."""
        return [
            again
            for batch in list(self._done)
            if not all(self._settled(answer, batch) for answer in batch.answers)
            for again in (alone(answer, self._kit) for answer in batch.answers)
            if again not in self._given.values()
        ]

    def _settled(self, answer: Answer, batch: Batch) -> bool:
        """Whether an answer ended as it should, and through no fault of another in the same submission."""
        report = self.reports[answer.name]
        apart = len(batch.parts) == 1 or report.status == "graded"
        return apart and as_it_should(answer, report)
